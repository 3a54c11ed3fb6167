"""The pages of self-billing: the business's own, and the partner's by a link, where opening changes nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Visitor

from billing.models import Mandate, MandateAcceptance, MandateEnd, SelfBilledAnswer, SelfBilledInvoice
from billing.selfbilled import mandate_doors, mandating
from lib import links
from lib.money import euros
from people.models import Client, User
from quotes import limits
from tests import make
from tests.billing.mandated import (
    NOW,
    TODAY,
    baskets_came,
    by_hand,
    drafted,
    issued,
    link_of,
    mandated,
    proposed,
    with_vat,
)
from tests.pages.checks import html_faults
from tests.quotes.pages import fields_of, it_is, rows, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("papers_cost_nothing")]


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, NOW)


@pytest.fixture
def farm(freelancer: User, activity: Any) -> Client:
    return make.contact(client=make.client(activity=activity)).client


def base(client: Client) -> str:
    return f"/b/{client.activity.business.slug}/self-billing/"


def page_of(mandate: Mandate) -> str:
    return f"/m/{mandate_doors.token_of(link_of(mandate))}/"


def typed(**changed: Any) -> dict[str, Any]:
    return {
        "legal_name": "Ferme des Trois Chênes EI",
        "siren": "552 008 443",
        "address": "Lieu-dit Les Chênes",
        "postal_code": "67120",
        "city": "Molsheim",
        "vat_regime": "FRANCHISE",
        "covers": "paniers de légumes",
        "contest_days": "15",
        "starts_on": "2026-12-01",
    } | changed


# The business's pages ---------------------------------------------------------------------------------------------


def test_from_the_client_to_an_issued_invoice(as_freelancer: Visitor, farm: Client) -> None:
    start = as_freelancer.get(f"{base(farm)}clients/{farm.pk}/mandate/")
    fields = fields_of(start, "<main")
    assert (fields["siren"], fields["city"], fields["contest_days"]) == ("552008443", "Molsheim", "15")
    made = as_freelancer.post(start.wsgi_request.path, typed(request_id=fields["request_id"]))
    mandate = Mandate.objects.get()
    assert made["Location"] == mandate.get_absolute_url()

    asked = as_freelancer.get(f"{mandate.get_absolute_url()}propose/")
    assert "donne mandat à Lise Potager EI" in text_of(asked)
    as_freelancer.post(asked.wsgi_request.path, {"contacts": farm.contacts.get().pk})
    mandate.refresh_from_db()
    assert mandate.proposed_at is not None

    partner = Visitor()
    yes = partner.get(f"{page_of(mandate)}accept/")
    said = fields_of(yes, "<main") | {"power": "on", "consent": "on"}
    assert partner.post(yes.wsgi_request.path, said)["Location"] == page_of(mandate)
    assert MandateAcceptance.objects.get().name == "Camille Ferrand"

    baskets_came(farm, *(TODAY - timedelta(days=days) for days in (4, 11, 18, 25)))
    write = as_freelancer.get(f"{mandate.get_absolute_url()}write/")
    assert text_of(write).count("20,00 €") == 4
    fields = fields_of(write, "<main")
    chosen = {
        "from": "receipts",
        "came-request_id": fields["came-request_id"],
        "came-receipts": list(farm.receipts.values_list("pk", flat=True)),
    }
    as_freelancer.post(write.wsgi_request.path, chosen)
    draft = SelfBilledInvoice.objects.get()
    assert "80,00 €" in text_of(as_freelancer.get(draft.get_absolute_url()))
    as_freelancer.post(f"{draft.get_absolute_url()}issue/")
    draft.refresh_from_db()
    assert draft.number
    assert "à approuver" in text_of(as_freelancer.get(draft.get_absolute_url()))


def test_a_flat_rate_farmer_is_refused_in_words(as_freelancer: Visitor, farm: Client) -> None:
    address = f"{base(farm)}clients/{farm.pk}/mandate/"
    answer = as_freelancer.post(address, typed(vat_regime="FLAT_RATE", request_id=str(make.business().request_id)))

    assert answer.status_code == 422
    assert "Courgette n’écrit pas ses factures" in text_of(answer)
    assert not Mandate.objects.exists()


def test_a_vat_payer_gives_a_number_and_rates(as_freelancer: Visitor, farm: Client) -> None:
    address = f"{base(farm)}clients/{farm.pk}/mandate/"
    fields = {"request_id": fields_of(as_freelancer.get(address), "<main")["request_id"], "vat_regime": "NORMAL"}

    wrong = as_freelancer.post(address, typed(**fields, vat_number="FR00552008443"))
    assert wrong.status_code == 422
    assert not html_faults(wrong.content.decode())
    as_freelancer.post(address, typed(**fields, vat_number="FR19552008443", vat_rates=["5.5", "20"]))
    assert Mandate.objects.get().vat_rates == ["5.5", "20"]


def test_a_draft_is_changed_previewed_and_thrown_away(as_freelancer: Visitor, farm: Client) -> None:
    mandate = drafted(farm)
    edit = as_freelancer.get(f"{mandate.get_absolute_url()}edit/")
    fields = fields_of(edit, "<main")
    as_freelancer.post(
        edit.wsgi_request.path, typed(revision=fields["revision"], request_id=fields["request_id"], contest_days="30")
    )
    mandate.refresh_from_db()
    assert mandate.contest_days == 30
    assert as_freelancer.get(f"{mandate.get_absolute_url()}pdf/")["Content-Type"] == "application/pdf"
    as_freelancer.post(f"{mandate.get_absolute_url()}delete/")
    assert not Mandate.objects.exists()


def test_a_signed_paper_is_recorded_and_given_back(as_freelancer: Visitor, farm: Client) -> None:
    mandate = proposed(farm)
    address = f"{mandate.get_absolute_url()}on-paper/"
    fields = fields_of(as_freelancer.get(address), "<main")
    scan = SimpleUploadedFile("mandat.pdf", b"%PDF-1.4 signed", content_type="application/pdf")
    said = {"name": "Camille", "capacity": "agricultrice", "on": "2026-12-01", "how_words": "au marché"}

    as_freelancer.post(address, said | {"scan": scan, "request_id": fields["request_id"]})

    kept = as_freelancer.get(f"{mandate.get_absolute_url()}pdf/?which=scan")
    assert b"".join(kept.streaming_content) == b"%PDF-1.4 signed"  # type: ignore[attr-defined]


def test_an_invoice_by_hand_in_euros_is_changed_and_issued(as_freelancer: Visitor, farm: Client) -> None:
    mandate = mandated(farm, **with_vat("5.5", "20"))
    address = f"{mandate.get_absolute_url()}write/"
    fields = fields_of(as_freelancer.get(address), "<main")
    hand = {name: value for name, value in fields.items() if name.startswith("line-")}
    hand |= {"from": "hand", "request_id": fields["request_id"], "title": "Courges", "delivered_on": "2026-12-01"}
    hand |= {"line-0-title": "Courges", "line-0-quantity": "12", "line-0-unit": "KILOGRAM", "line-0-unit_price": "2,10"}
    hand |= {"line-0-vat_rate": "5.5", "line-0-nature": "GOODS", "settlement": "EUROS"}

    assert as_freelancer.post(address, hand).status_code == 422
    as_freelancer.post(address, hand | {"due_on": "2026-12-31"})
    draft = SelfBilledInvoice.objects.get()
    assert (draft.net, draft.vat) == (euros("25.20"), euros("1.39"))
    edit = as_freelancer.get(f"{draft.get_absolute_url()}edit/")
    changed = fields_of(edit, "<main") | {"title": "Courges d’hiver", "settlement": "EUROS"}
    changed |= {"line-0-unit": "KILOGRAM", "line-0-vat_rate": "5.5", "line-0-nature": "GOODS"}
    assert as_freelancer.post(edit.wsgi_request.path, changed)["Location"] == draft.get_absolute_url()
    draft.refresh_from_db()
    assert draft.title == "Courges d’hiver"
    assert as_freelancer.get(f"{draft.get_absolute_url()}pdf/")["Content-Type"] == "application/pdf"


def test_what_was_contested_is_credited(as_freelancer: Visitor, farm: Client) -> None:
    invoice = issued(mandated(farm))
    answer = fields_of(as_freelancer.get(invoice.get_absolute_url()), "answer/")
    said = {"kind": "CONTESTED", "name": "Camille", "reason": "trois paniers", "request_id": answer["request_id"]}
    as_freelancer.post(f"{invoice.get_absolute_url()}answer/", said)
    assert "trois paniers" in text_of(as_freelancer.get(invoice.get_absolute_url()))

    credit = as_freelancer.get(f"{invoice.get_absolute_url()}credit/")
    fields = fields_of(credit, "<main")
    assert fields["reason"] == "trois paniers"
    as_freelancer.post(credit.wsgi_request.path, {"reason": "trois paniers", "request_id": fields["request_id"]})
    note = invoice.credit_notes.get()
    as_freelancer.post(f"{note.get_absolute_url()}issue/")
    assert "annulée par un avoir" in text_of(as_freelancer.get(invoice.get_absolute_url()))


@pytest.mark.parametrize("who", ["as_freelancer", "as_accountant"])
def test_every_page_is_sound_html_and_an_accountant_reads(who: str, farm: Client, request: Any) -> None:
    visitor = request.getfixturevalue(who)
    mandate = mandated(farm)
    invoice, draft = issued(mandate), by_hand(mandate)
    reading = [base(farm), mandate.get_absolute_url(), invoice.get_absolute_url(), draft.get_absolute_url()]
    writing = [f"{mandate.get_absolute_url()}write/", f"{mandate.get_absolute_url()}end/"]
    writing += [f"{draft.get_absolute_url()}edit/", f"{invoice.get_absolute_url()}credit/"]
    for address in reading:
        assert html_faults(visitor.get(address).content.decode()) == [], address
    for address in writing:
        answer = visitor.get(address)
        assert answer.status_code == (200 if who == "as_freelancer" else 403), address
        assert html_faults(answer.content.decode()) == [], address


def test_a_teammate_sees_nothing_of_it(as_teammate: Visitor, farm: Client) -> None:
    invoice = issued(mandated(farm))
    for row in (invoice, invoice.mandate):
        assert as_teammate.get(row.get_absolute_url()).status_code == 404
    assert str(invoice.number) not in as_teammate.get(base(farm)).content.decode()


def test_a_list_of_many_asks_no_more_of_the_database(
    as_freelancer: Visitor, farm: Client, django_assert_max_num_queries: Any
) -> None:
    mandate = mandated(farm)
    for _ in range(6):
        issued(mandate)
    for address in (base(farm), farm.get_absolute_url()):
        with django_assert_max_num_queries(20):
            assert as_freelancer.get(address).status_code == 200


def test_a_link_is_renewed_and_withdrawn(as_freelancer: Visitor, farm: Client) -> None:
    mandate = mandated(farm)
    old, link = page_of(mandate), link_of(mandate)
    address = f"{mandate.get_absolute_url()}links/{link.pk}/"
    as_freelancer.post(address, {"action": "renew", "generation": "1"})
    as_freelancer.post(address, {"action": "renew", "generation": "1"})
    assert link_of(mandate).generation == 2
    assert "remplacé" in text_of(Visitor().get(old))
    as_freelancer.post(address, {"action": "revoke"})
    assert Visitor().get(page_of(mandate)).status_code == 404


def test_a_mandate_is_ended_on_its_page(as_freelancer: Visitor, farm: Client) -> None:
    mandate = mandated(farm)
    fields = fields_of(as_freelancer.get(f"{mandate.get_absolute_url()}end/"), "<main")
    said = {"ends_on": "2026-12-31", "reason": "", "request_id": fields["request_id"], "by_partner": "on"}
    as_freelancer.post(f"{mandate.get_absolute_url()}end/", said)
    assert MandateEnd.objects.get().by_partner


# The partner's pages ----------------------------------------------------------------------------------------------


def test_opening_changes_nothing(farm: Client) -> None:
    waiting = proposed(farm)
    other = make.contact(client=make.client(activity=farm.activity, name="Verger")).client
    invoice = issued(mandated(other))
    pages = [page_of(waiting), f"{page_of(waiting)}accept/", f"{page_of(waiting)}end/"]
    theirs = f"{page_of(invoice.mandate)}invoices/{invoice.pk}/"
    pages += [page_of(invoice.mandate), theirs, f"{theirs}approve/", f"{theirs}contest/"]
    before = rows()
    for page in pages:
        assert Visitor().head(page).status_code == 200, page
        answer = Visitor().get(page)
        assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store, private"), page
        assert html_faults(answer.content.decode()) == [], page
    assert Visitor().get(f"{theirs}pdf/").status_code == 302  # not made yet: back to the page
    assert rows() == before


def test_the_partner_approves_or_contests_by_the_link(farm: Client) -> None:
    mandate = mandated(farm)
    right, wrong = issued(mandate), issued(mandate)
    partner = Visitor()
    for invoice, kind in ((right, "approve"), (wrong, "contest")):
        address = f"{page_of(mandate)}invoices/{invoice.pk}/{kind}/"
        fields = fields_of(partner.get(address), "<main") | {"reason": "Il manque un panier."}
        assert partner.post(address, fields | {"name": ""}).status_code == 422
        assert partner.post(address, fields).status_code == 302
        assert partner.post(address, fields).status_code == 302  # the same form again
        assert partner.post(address, fields | {"request_id": str(mandate.request_id)}).status_code == 409
    assert sorted(SelfBilledAnswer.objects.values_list("kind", flat=True)) == ["APPROVED", "CONTESTED"]
    assert "Il manque un panier." in text_of(partner.get(f"{page_of(mandate)}invoices/{wrong.pk}/"))


def test_the_partner_declines_a_mandate_or_ends_one(farm: Client) -> None:
    mandate = proposed(farm)
    address = f"{page_of(mandate)}end/"
    fields = fields_of(Visitor().get(address), "<main")
    assert "ends_on" not in fields
    assert Visitor().post(address, fields)["Location"] == page_of(mandate)
    assert "Vous avez refusé ce mandat" in text_of(Visitor().get(page_of(mandate)))

    given = mandated(farm)
    address = f"{page_of(given)}end/"
    fields = fields_of(Visitor().get(address), "<main")
    assert Visitor().post(address, fields | {"ends_on": "2026-11-01"}).status_code == 409
    Visitor().post(address, fields | {"ends_on": "2026-12-15"})
    assert "prend fin le 15 décembre 2026" in text_of(Visitor().get(page_of(given)))


def test_a_link_opens_its_own_mandate_only(farm: Client) -> None:
    mine = mandated(farm)
    other = make.contact(client=make.client(activity=farm.activity, name="Verger")).client
    theirs = issued(mandated(other))
    draft = by_hand(mine)

    for invoice in (theirs, draft):
        assert Visitor().get(f"{page_of(mine)}invoices/{invoice.pk}/").status_code == 404
        assert Visitor().post(f"{page_of(mine)}invoices/{invoice.pk}/approve/").status_code == 404
    quote_token = links.make(link_of(mine).pk, 1, "quote")
    for token in (quote_token, "0-" + "a" * 32, "x"):
        assert Visitor().get(f"/m/{token}/").status_code == 404


def test_whoever_sent_it_does_not_answer_for_the_partner(as_freelancer: Visitor, farm: Client) -> None:
    mandate = proposed(farm)
    assert "Vous voyez la page de votre partenaire" in text_of(as_freelancer.get(page_of(mandate)))
    assert as_freelancer.get(f"{page_of(mandate)}accept/").status_code == 302
    assert as_freelancer.post(f"{page_of(mandate)}accept/", {}).status_code == 403


def test_a_loop_on_a_link_is_stopped(farm: Client) -> None:
    mandate = proposed(farm)
    answers = [Visitor().post(f"{page_of(mandate)}accept/", {}).status_code for _ in range(limits.MOST + 1)]
    assert answers == [422] * limits.MOST + [429]


def test_a_token_never_reaches_the_logs(farm: Client) -> None:
    from config.logs import LINK

    token = mandate_doors.token_of(link_of(proposed(farm)))
    assert token not in LINK.sub("…", f"GET /m/{token}/accept/ 200")


def test_the_page_is_in_the_partners_language(farm: Client) -> None:
    farm.language = "en"
    farm.save()
    mandate = proposed(farm)
    assert "I give this mandate" in text_of(Visitor().get(page_of(mandate)))
    visitor = Visitor()
    visitor.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    assert "Je donne ce mandat" in text_of(visitor.get(page_of(mandate)))


def test_a_mandate_is_proposed_without_a_contact_to_be_signed(as_freelancer: Visitor, farm: Client) -> None:
    mandate = drafted(farm)
    as_freelancer.post(f"{mandate.get_absolute_url()}propose/", {})
    mandate.refresh_from_db()
    assert mandating.state_of(mandate, TODAY) == mandating.State.PROPOSED
    assert not mandate.links.exists()
