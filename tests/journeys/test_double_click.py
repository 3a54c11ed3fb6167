"""A double click on any form that makes something makes one: the same POST sent twice leaves one row."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client as Visitor
from lxml import html

from billing.models import Export, Invoice, MissedDelivery, Receipt
from desk.demo.cast import COMPTA, LOU
from lib import links
from people.models import Business, Client, Contact, Invitation, User
from quotes.models import Acceptance, Offer, Question, Quote, QuoteLink, Refusal
from tests.conftest import logged_in
from tests.journeys.addresses import ROWS, of_business

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Creating:
    """A form: the page it is on, what is typed in it, what it makes, where it goes when that is another page."""

    page: Callable[[Business], str]
    makes: type[Model]
    typed: dict[str, str] = field(default_factory=dict)
    goes_to: str = ""
    as_client: bool = False
    who: str = LOU
    marks: frozenset[str] = frozenset({"request_id"})


def at(name: str, query: str = "") -> Callable[[Business], str]:
    def path(business: Business) -> str:
        return next(a.path for a in of_business(business) if a.name == name) + query

    return path


def by_link(what: str) -> Callable[[Business], str]:
    def path(business: Business) -> str:
        link = QuoteLink.objects.get(quote__client__name="Les Mains dans la Terre", quote__versions__refusal=None)
        return f"/d/{links.make(link.pk, link.generation)}/{what}"

    return path


def term_to_confirm(business: Business) -> str:
    term = ROWS["term"](business).filter(kind="goods", quantity=15).get()
    return f"/b/{business.slug}/terms/{term.pk}/"


def without_drafts(business: Business) -> str:
    """Return the page of new invoices, once the joiner's accepted quote waits for its own again."""
    Invoice.objects.filter(business=business, issued_at=None).delete()
    return f"/b/{business.slug}/invoices/new/"


def receipt_of_a_client(business: Business) -> str:
    farm = Client.objects.get(name="Ferme du Ried Vert")
    return f"/b/{business.slug}/receipts/new/?client={farm.pk}&kind=money"


CONTACT = {"name": "Nadia Muller", "email": "nadia@example.org"}
PLACE = {"address": "1 rue Haute", "postal_code": "67000", "city": "Strasbourg"}
LINE = {"line-0-title": "Dépannage", "line-0-quantity": "1", "line-0-unit": "FLAT", "line-0-unit_price": "80"}
FORMS = {
    "client": Creating(at("new_client", "?kind=FARM"), Client, {"name": "Ferme du Pré", **PLACE}),
    "contact": Creating(at("new_contact"), Contact, CONTACT, marks=frozenset({"email"})),
    "offer": Creating(at("offer_new"), Offer, {"title": "Dépannage", "unit_price": "80"}),
    "copy of an offer": Creating(at("offer"), Offer, goes_to="duplicate"),
    "quote": Creating(at("quote_new"), Quote, {"title": "Un autre site"}),
    "copy of a quote": Creating(at("quote"), Quote, goes_to="duplicate"),
    "one-off invoice": Creating(at("invoice_new"), Invoice, {"title": "Dépannage", **LINE}),
    "invoice of a quote": Creating(without_drafts, Invoice, goes_to="of-quote"),
    "credit note": Creating(at("invoice_credit"), Invoice, {"how": "whole", "reason": "Erreur de destinataire"}),
    "receipt": Creating(receipt_of_a_client, Receipt, {"value": "12", "means": "TRANSFER"}),
    "confirmed baskets": Creating(term_to_confirm, Receipt, {"day": "came"}),
    "missed basket": Creating(term_to_confirm, MissedDelivery, {"day": "missed"}),
    "archive": Creating(at("accounting"), Export, {"period": "last_month"}, who=COMPTA),
    "invitation": Creating(at("members"), Invitation, {"email": "claire@example.org", "role": "ACCOUNTANT"}),
    "question": Creating(by_link(""), Question, {"text": "Et en avril ?"}, goes_to="ask", as_client=True),
    "yes": Creating(by_link("accept/"), Acceptance, {"power": "on", "consent": "on"}, as_client=True),
    "no": Creating(by_link("refuse/"), Refusal, {"reason": "Pas cette année"}, as_client=True),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_double_click_makes_one(demonstration: Business, name: str) -> None:
    creating = FORMS[name]
    visitor = Visitor() if creating.as_client else logged_in(User.objects.get(email=creating.who))
    page = creating.page(demonstration)
    action, values = filled(visitor.get(page).content.decode(), page, creating)
    before = creating.makes._default_manager.count()
    answers = [visitor.post(action, values) for _click in range(2)]
    assert answers[0].status_code == 302, errors(answers[0])
    assert answers[1].status_code in {302, 409, 422}
    assert creating.makes._default_manager.count() == before + 1


def filled(page: str, address: str, creating: Creating) -> tuple[str, dict[str, Any]]:
    """Return where a page's form goes and what a browser would send from it, once typed in."""
    document: Any = html.fromstring(page)
    form = next(form for form in document.forms if is_meant(form, creating))
    values: dict[str, Any] = {}
    for name, value in form.form_values():
        values.setdefault(name, []).append(value)
    for name, value in creating.typed.items():
        values[only_day(form) if name == "day" else name] = value
    for select in form.xpath(".//select"):
        if select.name not in creating.typed and not any(values.get(select.name, [])):
            values[select.name] = next((value for value in select.value_options if value), "")
    return form.get("action") or address, values


def is_meant(form: Any, creating: Creating) -> bool:
    names = set(form.fields.keys())
    typed = {name for name in creating.typed if name != "day"}
    goes_there = creating.goes_to in (form.get("action") or "")
    return form.method == "POST" and goes_there and typed <= names and bool(names & creating.marks)


def only_day(form: Any) -> str:
    return str(next(radio.get("name") for radio in form.xpath(".//input[@type='radio'][@value='came']")))


def errors(answer: Any) -> str:
    page: Any = html.fromstring(answer.content)
    return " ".join(found.text_content() for found in page.xpath("//*[contains(@class, 'error')]"))
