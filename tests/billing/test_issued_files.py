"""What the acts issue passes independent validators: PDF/A-3a, PDF/UA-1, XSD, EN 16931, BR-FR (T3, T7, T10)."""

import uuid
from decimal import Decimal
from pathlib import Path

import pytest

from billing import crediting, facts, issuing, settling, stating
from billing.models import Invoice
from lib.money import euros
from people.models import Business, Client
from quotes.models import Acceptance, Kind, MoneyDue
from tests import kit, make
from tests.billing.conftest import (
    DEPOSIT,
    NOW,
    TODAY,
    accepted,
    basket_came,
    deposit_of,
    final_of,
    issued_by,
    money_came,
)

pytestmark = [pytest.mark.kit, pytest.mark.django_db]
HOURS = {"kind": Kind.TIME, "label": "Pose d’étagères", "unit": "heure", "quantity": 6, "unit_value": euros("45")}
HOURS |= {"if_missed": "CARRIED_OVER", "first_on": TODAY, "rhythm": "ONCE", "per_delivery": 6}
STUECK = {"kind": Kind.LOCAL_CURRENCY, "label": "Stück", "unit": "Stück", "quantity": 200, "unit_value": euros("1")}
STUECK |= {"if_missed": "DUE_IN_EUROS", "first_on": TODAY, "rhythm": "ONCE", "per_delivery": 200}


def client_of(business: Business, **fields: object) -> Client:
    activity = make.activity(business=business)
    return make.contact(client=make.client(activity=activity, **fields)).client


def credited(invoice: Invoice, **how: object) -> Invoice:
    by = invoice.business.memberships.get().user
    note = crediting.draft_credit_note(
        invoice=invoice,
        by=by,
        at=NOW,
        reason="Moins de pages",
        request_id=uuid.uuid4(),
        **how,  # type: ignore[arg-type]
    )
    return issued_by(note)


def euros_on(due: str, value: str) -> dict[str, object]:
    return {"kind": Kind.MONEY, "due": due, "value": euros(value), "closes": False}


def all_kinds_of_invoice() -> list[Invoice]:
    return [*under_franchise(), *with_vat(), *otherwise_than_in_euros()]


def under_franchise() -> list[Invoice]:
    deal = accepted()
    deposit = deposit_of(deal)
    money_came(deal, "360", MoneyDue.ACCEPTANCE)
    basket_came(deal, TODAY)
    final = final_of(deal)
    association = accepted(client=client_of(make.business(), kind="ASSOCIATION", siren="", name="Les Amis du Ried"))
    alone = deposit_of(association)
    return [deposit, final, credited(final, amount=euros("100")), alone, credited(alone)]


def with_vat() -> list[Invoice]:
    client = client_of(make.vat_business(), kind="COMPANY", name="Atelier Dubois")
    lines = (
        {"unit_price": euros("1000"), "vat_rate": Decimal(20), "discount_percent": Decimal("7.5")},
        {"unit_price": euros("33.333333"), "quantity": Decimal("3"), "vat_rate": Decimal("5.5")},
    )
    terms = (euros_on("ACCEPTANCE", "333.33"), euros_on("AFTER_INVOICE", "882.17") | {"due_days": 30, "closes": True})
    deal = accepted(client=client, lines=lines, terms=terms)
    deposit, final = deposit_of(deal), final_of(deal)
    return [deposit, final, credited(final)]


def otherwise_than_in_euros() -> list[Invoice]:
    wholly = accepted(lines=({"unit_price": euros("300")},), terms=(make.baskets(),))
    received = accepted(lines=({"unit_price": euros("300")},), terms=(make.baskets(),))
    basket_came(received, TODAY, quantity=15)
    mixed = accepted(terms=(DEPOSIT | {"value": euros("730")}, HOURS, STUECK))
    settling.record_receipt(
        by=None, at=NOW, client=mixed.quote.client, term=mixed.version.terms.get(kind=Kind.LOCAL_CURRENCY),
        received_on=TODAY, quantity=Decimal(150), means="LOCAL_PAPER", request_id=uuid.uuid4(),
    )  # fmt: skip
    return [final_of(wholly), final_of(received), deposit_of(mixed), final_of(mixed)]


def test_everything_issued_passes_the_independent_validators(tmp_path: Path) -> None:
    invoices = all_kinds_of_invoice()
    paths = []
    for invoice in invoices:
        said = stating.facts_of(invoice)
        assert facts.problems(said) == [], invoice
        assert (said.payable, said.total) == (invoice.payable, invoice.total) or said.is_credit
        path = tmp_path / f"{invoice.business_id}-{invoice.number}.pdf"
        path.write_bytes(issuing.pdf_bytes(said, created=NOW))
        paths.append(path)

    assert kit.validate(paths) == []


def test_franchise_shows_no_vat_anywhere(acceptance: Acceptance) -> None:
    said = stating.facts_of(deposit_of(acceptance))

    assert said.franchise
    assert (said.vat, [tax.reason for tax in said.taxes]) == (euros(0), ["TVA non applicable, art. 293 B du CGI"])


@pytest.mark.parametrize(("kind", "on_paper"), [("FARM", True), ("PERSON", False), ("ASSOCIATION", False)])
def test_late_penalties_are_never_aimed_at_who_does_not_trade(db: None, kind: str, on_paper: bool) -> None:
    said = stating.facts_of(deposit_of(accepted(client=client_of(make.business(), kind=kind))))

    penalty = next(note for note in said.notes if note.code == "PMD")
    assert penalty.on_paper is on_paper
    assert penalty.text.startswith("Entre professionnels") is not on_paper


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"address": ""}, "adresse de Ferme"),
        ({"siren": ""}, "SIREN de Ferme"),
        ({"kind": "ASSOCIATION", "siren": ""}, "contact"),
        ({"name": "Ferme 🥒"}, "🥒"),
    ],
)
def test_what_is_missing_is_said_before_issue(db: None, change: dict[str, str], words: str) -> None:
    acceptance = accepted()
    client = acceptance.quote.client
    client.contacts.all().delete()
    Client.objects.filter(pk=client.pk).update(**change)

    with pytest.raises(issuing.IssuingError, match=words):
        deposit_of(acceptance)

    assert not Invoice.objects.filter(number__isnull=False).exists()
