from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client as Visitor

from lib.money import euros
from people.models import Activity, LocalCurrency, User
from quotes.models import Quote, QuoteVersion
from tests import make
from tests.quotes.pages import HTMX, edit_path, edited, elements_of, fields_of, it_is, path, rows, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def december(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, make.NOW)


@pytest.fixture
def draft(activity: Activity, freelancer: User) -> QuoteVersion:
    """1 200 €: 900 € on delivery (what is left) and 15 baskets at 20 €."""
    client = make.contact(client=make.client(activity=activity)).client
    terms = [{"closes": True, "value": euros(900)}, make.baskets()]
    return make.quote(client=client, terms=terms)


def saved(draft: QuoteVersion) -> QuoteVersion:
    return QuoteVersion.objects.get(pk=draft.pk)


def test_the_editor_shows_the_draft_its_totals_and_its_mix(draft: QuoteVersion, as_freelancer: Visitor):
    page = as_freelancer.get(edit_path(draft.quote))
    words = text_of(page)
    assert "1 200,00 €" in words
    assert "Les parts font le total" in words
    assert "mix-bar" in page.content.decode()
    assert elements_of(page) <= 600


def test_saving_what_is_shown_changes_nothing_but_the_revision(draft: QuoteVersion, as_freelancer: Visitor):
    lines, terms = list(draft.lines.values()), list(draft.terms.values())
    answer = edited(as_freelancer, draft.quote)
    assert (answer.status_code, answer.url) == (302, edit_path(draft.quote))
    kept = saved(draft)
    assert kept.revision == draft.revision + 1
    same = {"id": None, "version_id": draft.pk}
    assert [row | same for row in kept.lines.values()] == [row | same for row in lines]
    assert [row | same for row in kept.terms.values()] == [row | same for row in terms]


def test_french_decimals_are_understood(draft: QuoteVersion, as_freelancer: Visitor):
    edited(
        as_freelancer,
        draft.quote,
        line__1__unit_price="1 200,50",
        line__1__quantity="2,5",
        line__1__discount_percent="10 %",
    )
    line = saved(draft).lines.get()
    assert (line.unit_price, line.quantity, line.discount_percent) == (euros("1200.50"), Decimal("2.5"), Decimal(10))
    assert line.net == euros("2701.13")


def test_the_part_that_takes_what_is_left_follows_the_total(draft: QuoteVersion, as_freelancer: Visitor):
    edited(as_freelancer, draft.quote, line__1__unit_price="1500")
    assert [term.value for term in saved(draft).terms.all()] == [euros(1200), euros(300)]


def test_what_is_missing_is_said_in_words(draft: QuoteVersion, as_freelancer: Visitor):
    answer = edited(as_freelancer, draft.quote, "recalculate", closes="", term__1__amount="870")
    assert "Il manque 30 € : les parts font 1 170 € sur 1 200 €." in text_of(answer)
    assert saved(draft).revision == draft.revision


def test_a_share_in_percent_is_kept_as_one(draft: QuoteVersion, as_freelancer: Visitor):
    edited(as_freelancer, draft.quote, closes="", term__1__amount="75 %")
    term = saved(draft).terms.first()
    assert term is not None
    assert (term.percent, term.value) == (Decimal(75), euros(900))
    assert 'value="75 %"' in as_freelancer.get(edit_path(draft.quote)).content.decode()


@pytest.mark.parametrize("htmx", [False, True])
def test_buttons_add_remove_and_move_rows(draft: QuoteVersion, as_freelancer: Visitor, htmx: bool):
    page = edited(as_freelancer, draft.quote, "add-line", htmx)
    fields = fields_of(page, 'id="editor"') | {"line-2-title": "Formation", "line-2-unit_price": "300"}
    page = as_freelancer.post(edit_path(draft.quote), fields | {"action": "up-line:2"}, headers=HTMX if htmx else None)
    assert [line.title for line in saved(draft).lines.all()] == ["Formation", "Site"]
    fields = fields_of(page, 'id="editor"')
    as_freelancer.post(edit_path(draft.quote), fields | {"action": "remove-line:1"}, headers=HTMX if htmx else None)
    assert [line.title for line in saved(draft).lines.all()] == ["Formation"]


def test_a_blank_row_is_kept_on_the_page_and_not_saved(draft: QuoteVersion, as_freelancer: Visitor):
    page = edited(as_freelancer, draft.quote, "add-line")
    assert "line-2-title" in page.content.decode()
    answer = as_freelancer.post(edit_path(draft.quote), fields_of(page, 'id="editor"') | {"action": "save"})
    assert answer.status_code == 302
    assert saved(draft).lines.count() == 1


def test_an_offer_is_added_by_its_button(draft: QuoteVersion, activity: Activity, as_freelancer: Visitor):
    offer = make.offer(activity=activity, title="Formation", summary="Chez vous", unit_price=euros(300))
    edited(as_freelancer, draft.quote, f"add-offer:{offer.pk}")
    line = saved(draft).lines.last()
    assert line is not None
    assert (line.title, line.description, line.offer, line.net) == ("Formation", "Chez vous", offer, euros(300))


def test_enter_in_the_search_adds_the_first_offer_found(
    draft: QuoteVersion, activity: Activity, as_freelancer: Visitor
):
    make.offer(activity=activity, title="Formation")
    make.offer(activity=activity, title="Boutique")
    edited(as_freelancer, draft.quote, "enter", offer_q="bout")
    assert [line.title for line in saved(draft).lines.all()] == ["Site", "Boutique"]


def test_enter_elsewhere_saves(draft: QuoteVersion, as_freelancer: Visitor):
    edited(as_freelancer, draft.quote, "enter", title="Autre titre")
    assert saved(draft).title == "Autre titre"


def test_the_search_finds_offers_of_this_activity_only(draft: QuoteVersion, activity: Activity, as_freelancer: Visitor):
    make.offer(activity=activity, title="Formation")
    make.offer(title="Formation ailleurs")
    found = as_freelancer.get(edit_path(draft.quote), {"offer_q": "forma"}, headers=HTMX)
    assert "Formation" in text_of(found)
    assert "ailleurs" not in text_of(found)


def test_another_businesss_offer_is_never_added(draft: QuoteVersion, as_freelancer: Visitor):
    edited(as_freelancer, draft.quote, f"add-offer:{make.offer(title='Ailleurs').pk}")
    assert saved(draft).lines.count() == 1


@pytest.mark.parametrize("kind", ["money", "goods", "time", "local_currency"])
def test_adding_a_part_shows_the_fields_of_its_kind_only(draft: QuoteVersion, as_freelancer: Visitor, kind: str):
    business = draft.quote.business
    business.accepts_time = True
    business.save()
    LocalCurrency.objects.create(business=business, name="Stück")
    page = edited(as_freelancer, draft.quote, f"add-term:{kind}").content.decode()
    expected = {
        "money": {"amount", "due", "due_on", "due_days"},
        "goods": {
            "label",
            "unit",
            "quantity",
            "unit_value",
            "valuation",
            "first_on",
            "rhythm",
            "per_delivery",
            "if_missed",
        },
        "time": {
            "label",
            "unit",
            "quantity",
            "unit_value",
            "valuation",
            "first_on",
            "rhythm",
            "per_delivery",
            "if_missed",
        },
        "local_currency": {"label", "quantity", "first_on", "rhythm", "per_delivery", "if_missed"},
    }
    names = {"amount", "due", "due_on", "due_days", *expected["goods"]}
    assert {name for name in names if f'name="term-3-{name}"' in page} == expected[kind]


def test_hours_and_local_currency_are_saved_at_their_value(draft: QuoteVersion, as_freelancer: Visitor):
    page = edited(as_freelancer, draft.quote, "add-term:time")
    fields = fields_of(page, 'id="editor"')
    fields |= {"term-3-label": "taille des haies", "term-3-quantity": "2,5", "term-3-unit_value": "20"}
    page = as_freelancer.post(edit_path(draft.quote), fields | {"action": "add-term:local_currency"})
    fields = fields_of(page, 'id="editor"') | {"term-4-label": "Stück", "term-4-quantity": "100", "action": "save"}
    as_freelancer.post(edit_path(draft.quote), fields)
    terms = list(saved(draft).terms.all())
    assert [(term.kind, term.value) for term in terms] == [
        ("money", euros(750)),
        ("goods", euros(300)),
        ("time", euros(50)),
        ("local_currency", euros(100)),
    ]
    assert (terms[3].unit, terms[3].unit_value) == ("Stück", euros(1))


def test_goods_go_in_whole_units(draft: QuoteVersion, as_freelancer: Visitor):
    answer = edited(as_freelancer, draft.quote, term__2__quantity="2,5")
    assert answer.status_code == 422
    assert "Les biens vont par unités entières." in text_of(answer)


@pytest.mark.parametrize("htmx", [False, True])
def test_a_mistake_is_said_near_its_field_and_nothing_typed_is_lost(
    draft: QuoteVersion, as_freelancer: Visitor, htmx: bool
):
    answer = edited(
        as_freelancer, draft.quote, htmx=htmx, line__1__quantity="dix", title="Nouveau", introduction="<b>Oui"
    )
    html = answer.content.decode()
    assert answer.status_code == (200 if htmx else 422)
    assert 'href="#id_line-1-quantity"' in html
    assert 'value="dix"' in html
    assert 'value="Nouveau"' in html
    assert "&lt;b&gt;Oui" in html
    assert saved(draft).title == draft.title


def test_autosave_answers_with_what_changed_and_says_when(draft: QuoteVersion, as_freelancer: Visitor):
    answer = edited(as_freelancer, draft.quote, "autosave", htmx=True, line__1__unit_price="1 500")
    html = answer.content.decode()
    assert "Enregistré à 10:00" in text_of(answer)
    assert "1 500,00 €" in text_of(answer)
    assert f'name="revision" value="{draft.revision + 1}"' in html
    assert "<form" not in html
    assert saved(draft).total == euros(1500)


def test_autosave_says_that_something_could_not_be_saved(draft: QuoteVersion, as_freelancer: Visitor):
    answer = edited(as_freelancer, draft.quote, "autosave", htmx=True, line__1__unit_price="cher")
    assert "Pas encore enregistré" in text_of(answer)
    assert "le devis peut partir" not in text_of(answer)
    assert saved(draft).revision == draft.revision


@pytest.mark.parametrize("htmx", [False, True])
def test_a_second_tab_is_told_and_shows_both_texts(draft: QuoteVersion, as_freelancer: Visitor, htmx: bool):
    stale = fields_of(as_freelancer.get(edit_path(draft.quote)), 'id="editor"')
    edited(as_freelancer, draft.quote, title="Le premier onglet")
    headers = HTMX if htmx else None
    answer = as_freelancer.post(
        edit_path(draft.quote), stale | {"title": "Le second", "action": "save"}, headers=headers
    )
    assert answer.status_code == (200 if htmx else 409)
    assert "Le premier onglet" in text_of(answer)
    assert 'value="Le second"' in answer.content.decode()
    assert saved(draft).title == "Le premier onglet"
    again = fields_of(answer, 'id="editor"') | {"action": "save"}
    as_freelancer.post(edit_path(draft.quote), again, headers=headers)
    assert saved(draft).title == "Le second"


def test_a_day_of_validity_is_proposed_thirty_days_ahead(draft: QuoteVersion, as_freelancer: Visitor):
    QuoteVersion.objects.filter(pk=draft.pk).update(valid_until=None)
    assert 'value="2026-12-31"' in as_freelancer.get(edit_path(draft.quote)).content.decode()


def test_vat_is_asked_only_of_who_charges_it(draft: QuoteVersion, as_freelancer: Visitor):
    assert "vat_rate" not in as_freelancer.get(edit_path(draft.quote)).content.decode()
    activity = make.activity(business=make.vat_business())
    visitor = Visitor()
    visitor.force_login(make.member(activity.business))
    other = make.quote(client=make.client(activity=activity), terms=[{"value": euros(1440)}], lines=[{"vat_rate": 20}])
    assert "1 440,00 €" in text_of(visitor.get(edit_path(other.quote)))
    edited(visitor, other.quote, line__1__vat_rate="5,5")
    assert saved(other).total == euros(1266)


def test_what_was_sent_is_not_edited(sent: Any, as_freelancer: Visitor):
    version, _link = sent
    visitor = Visitor()
    visitor.force_login(make.member(version.quote.business))
    assert visitor.get(edit_path(version.quote)).url == path(version.quote)
    assert visitor.post(edit_path(version.quote), {"title": "Autre"}).url == path(version.quote)


def test_nobody_else_edits_it(draft: QuoteVersion, as_teammate: Visitor, as_stranger: Visitor, as_accountant: Visitor):
    for visitor, status in ((as_teammate, 404), (as_stranger, 404), (as_accountant, 403)):
        assert visitor.post(edit_path(draft.quote), {"title": "Pris"}).status_code == status
    assert saved(draft).title == draft.title


def test_reading_and_previewing_change_nothing(draft: QuoteVersion, as_freelancer: Visitor):
    before = rows()
    for page in ("edit/", "preview/", "pdf/?version=draft", "send/"):
        assert as_freelancer.get(path(draft.quote) + page).status_code == 200
    assert rows() == before


def test_the_preview_needs_no_transaction_and_says_what_it_is(
    draft: QuoteVersion, as_freelancer: Visitor, django_assert_max_num_queries: Any
):
    with django_assert_max_num_queries(16) as asked:
        page = as_freelancer.get(f"{path(draft.quote)}preview/")
    words = text_of(page)
    assert not [query for query in asked if "SAVEPOINT" in query["sql"]]
    assert "Aperçu" in words
    assert "15 paniers" in words
    pdf = as_freelancer.get(f"{path(draft.quote)}pdf/?version=draft")
    assert pdf.content.startswith(b"%PDF")


def test_a_long_text_in_markdown_is_cleaned_in_the_preview(draft: QuoteVersion, as_freelancer: Visitor):
    edited(as_freelancer, draft.quote, introduction="**gras** <script>alert(1)</script>")
    html = as_freelancer.get(f"{path(draft.quote)}preview/").content.decode()
    assert "<strong>gras</strong>" in html
    assert "<script>alert" not in html


def test_keys_and_kinds_of_somebody_elses_making_are_left_out(draft: QuoteVersion, as_freelancer: Visitor):
    fields = fields_of(as_freelancer.get(edit_path(draft.quote)), 'id="editor"')
    fields["line"] += ["1", "x", "99999"]
    fields |= {"term": [*fields["term"], "7"], "term-7-kind": "gold", "action": "remove-line:nothing"}
    assert as_freelancer.post(edit_path(draft.quote), fields).status_code == 200
    assert (saved(draft).lines.count(), saved(draft).terms.count()) == (1, 2)


def test_going_on_saves_first(draft: QuoteVersion, as_freelancer: Visitor):
    plain = edited(as_freelancer, draft.quote, "send", title="Avant d’envoyer")
    assert plain.url == f"{path(draft.quote)}send/"
    in_place = edited(as_freelancer, draft.quote, "preview", htmx=True)
    assert in_place["HX-Redirect"] == f"{path(draft.quote)}preview/"
    assert saved(draft).title == "Avant d’envoyer"
    assert Quote.objects.get(pk=draft.quote_id).number is None


def test_an_old_tab_that_says_the_same_goes_on(draft: QuoteVersion, as_freelancer: Visitor):
    """Back in the browser after a preview, then Send: nothing differs, so nothing stands in the way."""
    old = fields_of(as_freelancer.get(edit_path(draft.quote)), 'id="editor"')
    assert (
        as_freelancer.post(edit_path(draft.quote), old | {"title": "Le même", "action": "preview"}).status_code == 302
    )
    answer = as_freelancer.post(edit_path(draft.quote), old | {"title": "Le même", "action": "send"})
    assert answer.status_code == 302
    assert answer["Location"].endswith("/send/")


GOES = "le devis peut partir"


def panel_of(page: Any) -> str:
    """Return the words of the panel of checks, and of what follows it."""
    html = page.content.decode()
    return text_of(SimpleNamespace(content=html[html.index('<div id="checks"') :].encode()))


def test_a_part_that_cannot_be_read_is_named_and_nothing_says_it_may_leave(draft: QuoteVersion, as_freelancer: Visitor):
    answer = edited(as_freelancer, draft.quote, "autosave", htmx=True, term__2__quantity="15,5")
    panel = panel_of(answer)
    assert GOES not in panel
    assert "Rétribution, n° 2 · Combien en tout" in panel
    assert "n’est pas comptée" in panel


def test_what_needs_another_look_is_named_with_a_link(draft: QuoteVersion, as_freelancer: Visitor):
    answer = edited(as_freelancer, draft.quote, "autosave", htmx=True, line__1__quantity="3,12345")
    saved_line = answer.content.decode().partition("</p>")[0]
    assert '<a href="#id_line-1-quantity">Ligne 1 · Quantité</a>' in saved_line


@pytest.mark.parametrize("action", ["add-line", "add-term:goods", "add-term:money"])
def test_an_empty_row_is_told_and_nothing_says_it_may_leave(draft: QuoteVersion, as_freelancer: Visitor, action: str):
    assert GOES in panel_of(as_freelancer.get(edit_path(draft.quote)))
    panel = panel_of(edited(as_freelancer, draft.quote, action))
    assert "remplissez-la ou retirez-la" in panel
    assert GOES not in panel


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"valid_until": "2020-01-01"}, "est passé"),
        ({"term__2__first_on": "2020-01-03"}, "Son premier jour est passé : choisissez-en un à venir."),
        ({"introduction": "Bonjour 🥕"}, "ne peuvent pas être imprimés dans le PDF : 🥕"),
        ({"term__2__valuation": "prix 🥕"}, "ne peuvent pas être imprimés dans le PDF : 🥕"),
    ],
)
def test_the_panel_says_what_sending_would_refuse(
    draft: QuoteVersion, as_freelancer: Visitor, changed: dict[str, str], sentence: str
):
    panel = panel_of(edited(as_freelancer, draft.quote, "autosave", htmx=True, **changed))
    assert sentence in panel
    assert GOES not in panel


def test_the_panel_says_when_nobody_could_receive_it(draft: QuoteVersion, as_freelancer: Visitor):
    draft.quote.client.contacts.update(archived_at=make.NOW)
    panel = panel_of(as_freelancer.get(edit_path(draft.quote)))
    assert "Choisissez au moins une personne" in panel
    assert GOES not in panel


def test_a_preview_names_the_characters_no_pdf_can_be_made_of(draft: QuoteVersion, as_freelancer: Visitor):
    edited(as_freelancer, draft.quote, introduction="Bonjour 🥕")
    for address, status in (("preview/", 200), ("pdf/?version=draft", 422)):
        page = as_freelancer.get(path(draft.quote) + address)
        assert page.status_code == status
        assert "Ces caractères ne peuvent pas être imprimés dans le PDF : 🥕. Retirez-les." in text_of(page)
