import uuid
from decimal import Decimal
from typing import Any

import pytest

from lib.money import euros
from people.models import User
from quotes import drafting
from quotes.drafting import DraftError, StaleDraft
from quotes.models import Quote, QuoteVersion
from tests import make
from tests.quotes.conftest import Sent, accept

pytestmark = pytest.mark.django_db
LINE = {"title": "Site", "quantity": Decimal(2), "unit": "PIECE", "unit_price": euros("600")}
CLOSING = {"kind": "money", "closes": True, "due": "DELIVERY"}


def save(version: QuoteVersion, by: User, **changed: Any) -> QuoteVersion:
    given: dict[str, Any] = {
        "revision": version.revision,
        "fields": {"title": "Autre titre"},
        "lines": [LINE],
        "terms": [make.baskets() | {"quantity": Decimal(15)}, CLOSING],
    }
    return drafting.save_draft(version=version, by=by, at=make.NOW, **given | changed)


def test_a_quote_starts_as_an_empty_draft_in_the_clients_language(someone: User):
    buyer = make.client(language="en")
    quote = drafting.create_quote(
        by=someone, at=make.NOW, activity=buyer.activity, client=buyer, title="Site", request_id=uuid.uuid4()
    )
    draft = quote.versions.get()
    assert (draft.version, draft.title, draft.language, draft.sent_at, quote.number) == (1, "Site", "en", None, None)


def test_a_double_click_starts_one_quote(someone: User):
    buyer, request_id = make.client(), uuid.uuid4()
    given: dict[str, Any] = {"by": someone, "at": make.NOW, "activity": buyer.activity, "client": buyer}
    first = drafting.create_quote(title="Site", request_id=request_id, **given)
    assert drafting.create_quote(title="Site", request_id=request_id, **given) == first
    assert Quote.objects.count() == 1


def test_a_client_of_another_activity_is_refused(someone: User):
    with pytest.raises(DraftError):
        drafting.create_quote(
            by=someone,
            at=make.NOW,
            activity=make.activity(),
            client=make.client(),
            title="Site",
            request_id=uuid.uuid4(),
        )


def test_a_draft_is_saved_whole_and_priced(someone: User):
    draft = save(make.quote(), someone)
    assert (draft.title, draft.revision, draft.total) == ("Autre titre", 2, euros(1200))
    assert [line.net for line in draft.lines.all()] == [euros(1200)]
    assert [(term.kind, term.value) for term in draft.terms.order_by("position")] == [
        ("goods", euros(300)),
        ("money", euros(900)),
    ]


def test_two_tabs_cannot_overwrite_each_other(someone: User):
    version = make.quote()
    save(version, someone)
    with pytest.raises(StaleDraft) as stale:
        save(version, someone, revision=1, fields={"title": "Écrit dans l’autre onglet"})
    assert stale.value.saved.title == "Autre titre"
    assert stale.value.typed["fields"]["title"] == "Écrit dans l’autre onglet"
    assert version.quote.versions.get().title == "Autre titre"


def test_under_franchise_no_line_keeps_a_rate(someone: User):
    draft = save(make.quote(), someone, lines=[LINE | {"vat_rate": Decimal(20)}])
    assert (draft.lines.get().vat_rate, draft.vat, draft.total) == (Decimal(0), euros(0), euros(1200))


def test_vat_is_part_of_what_the_mix_must_cover(someone: User):
    seller = make.vat_business()
    version = make.quote(client=make.contact(client=make.client(activity=make.activity(business=seller))).client)
    draft = save(version, someone, lines=[LINE | {"vat_rate": Decimal(20)}])
    assert (draft.net, draft.vat, draft.total) == (euros(1200), euros(240), euros(1440))
    assert draft.terms.get(closes=True).value == euros(1140)


@pytest.mark.parametrize(
    ("lines", "terms", "field"),
    [
        ([LINE | {"quantity": Decimal(0)}], [], "lines.0"),
        ([LINE | {"title": ""}], [], "lines.0.title"),
        ([LINE | {"unit_price": euros(-1)}], [], "lines.0"),
        ([LINE | {"quantity": Decimal("1.00001")}], [], "lines.0.quantity"),
        ([LINE | {"unit_price": euros(10**9)}], [], "lines"),
        ([LINE], [{"kind": "goods", "quantity": None}], "terms.0"),
        ([LINE], [{"kind": "barter"}], "terms.0.kind"),
        ([LINE], [CLOSING, CLOSING], "terms"),
    ],
)
def test_what_no_draft_can_hold_is_refused_by_field_and_nothing_is_saved(
    someone: User, lines: list[Any], terms: list[Any], field: str
):
    version = make.quote()
    with pytest.raises(DraftError) as refused:
        save(version, someone, lines=lines, terms=terms)
    assert field in refused.value.errors
    version.refresh_from_db()
    assert (version.revision, version.lines.count(), version.terms.count()) == (1, 1, 1)


def test_a_draft_that_does_not_close_is_kept_as_it_is(someone: User):
    draft = save(make.quote(), someone, terms=[{"kind": "money", "value": euros(10), "due": "DELIVERY"}])
    assert draft.terms.get().value == euros(10)


def test_an_offer_is_added_as_a_line_of_its_own(someone: User):
    version = make.quote()
    offer = make.offer(activity=version.quote.activity, title="Hébergement", unit_price=euros(60), included="Un an")
    draft = drafting.add_offer(version=version, offer=offer, by=someone, at=make.NOW)
    added = draft.lines.order_by("position").last()
    assert added is not None
    assert (added.offer, added.title, added.description, added.net) == (offer, "Hébergement", "Un an", euros(60))
    assert draft.total == draft.terms.get().value == euros(1260)


def test_an_offer_of_another_catalogue_is_not_referred_to(someone: User):
    draft = save(make.quote(), someone, lines=[LINE | {"offer_id": make.offer().pk}])
    assert draft.lines.get().offer is None


def test_a_new_version_copies_what_was_sent(someone: User, sent: Sent):
    version, _link = sent
    draft = drafting.new_version(quote=version.quote, by=someone, at=make.NOW)
    assert (draft.version, draft.title, draft.total, draft.sent_at) == (2, version.title, version.total, None)
    assert draft.lines.get().title == version.lines.get().title
    assert drafting.new_version(quote=version.quote, by=someone, at=make.NOW) == draft


def test_an_accepted_quote_has_no_new_version(someone: User, sent: Sent):
    accept(sent)
    with pytest.raises(DraftError):
        drafting.new_version(quote=sent[0].quote, by=someone, at=make.NOW)


def test_a_sent_version_is_no_draft_any_more(someone: User, sent: Sent):
    with pytest.raises(DraftError):
        save(sent[0], someone)


def test_a_quote_is_copied_for_another_client(someone: User, sent: Sent):
    buyer = make.client(activity=sent[0].quote.activity, name="Autre ferme")
    copy = drafting.duplicate_quote(quote=sent[0].quote, by=someone, at=make.NOW, request_id=uuid.uuid4(), client=buyer)
    draft = copy.versions.get()
    assert (copy.client, copy.number, draft.total, draft.valid_until) == (buyer, None, euros(1200), None)


def test_a_draft_never_sent_is_thrown_away_with_its_quote(someone: User):
    assert drafting.discard_draft(version=make.quote(), by=someone, at=make.NOW) is None
    assert not Quote.objects.exists()


def test_throwing_a_second_version_away_leaves_what_was_sent(someone: User, sent: Sent):
    draft = drafting.new_version(quote=sent[0].quote, by=someone, at=make.NOW)
    assert drafting.discard_draft(version=draft, by=someone, at=make.NOW) == sent[0].quote
    assert sent[0].quote.versions.get() == sent[0]
