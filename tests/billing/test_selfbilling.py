"""Invoices in a partner's name: drafted under a mandate, numbered in its own series, frozen, approved, credited."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from billing import facts, settling
from billing.books import receipts_book
from billing.models import Invoice, ReceivedInvoice, SelfBilledInvoice
from billing.partners import receiving, setting_off
from billing.partners.forms import SetOffForm
from billing.partners.received_left import left_of
from billing.selfbilled import drafting as selfbilled_drafting
from billing.selfbilled import issuing as selfbilling
from billing.selfbilled import mandate_answering, mandating
from billing.selfbilled.drafting import SelfBillingError, draft_from_receipts, receipts_to_invoice
from billing.selfbilled.stating import facts_of
from lib.money import euros
from records.models import Errand, LedgerEntry, Mail
from records.verifying import problems
from tests.billing.conftest import ON_DELIVERY, accepted, basket_came, final_of
from tests.billing.mandated import (
    NOW,
    TODAY,
    baskets_came,
    by_hand,
    credited,
    farm,
    issued,
    line,
    link_of,
    mandated,
    owner_of,
    proposed,
    with_vat,
)
from tests.make import baskets

pytestmark = [pytest.mark.engine, pytest.mark.django_db, pytest.mark.usefixtures("papers_cost_nothing")]
FRIDAYS = (date(2026, 11, 6), date(2026, 11, 13), date(2026, 11, 20), date(2026, 11, 27))


def from_receipts(mandate: Any, receipts: Any, **changed: Any) -> SelfBilledInvoice:
    said = {"by": owner_of(mandate.client), "at": NOW, "request_id": uuid.uuid4()} | changed
    return draft_from_receipts(mandate=mandate, receipts=[receipt.pk for receipt in receipts], **said)


def issue(draft: SelfBilledInvoice, **changed: Any) -> SelfBilledInvoice:
    return selfbilling.issue(invoice=draft, **{"by": owner_of(draft.client), "at": NOW} | changed)


# Drafting ---------------------------------------------------------------------------------------------------------


def test_four_baskets_of_november_make_an_invoice_of_80_euros() -> None:
    mandate = mandated()
    draft = from_receipts(mandate, baskets_came(mandate.client, *FRIDAYS))

    row = draft.lines.get()
    assert (row.quantity, row.unit_price, row.net, row.nature) == (Decimal(4), euros("20"), euros("80"), "GOODS")
    assert draft.total == euros("80")
    assert draft.title == "Livraisons en novembre 2026"
    assert row.description == "6 novembre 2026, 13 novembre 2026, 20 novembre 2026, 27 novembre 2026"
    assert (draft.period_since, draft.period_until, draft.delivered_on) == (FRIDAYS[0], FRIDAYS[-1], FRIDAYS[-1])


@pytest.mark.parametrize("value", ["20", "17.35", "0.03", "33.33"])
def test_with_vat_what_came_is_worth_its_value_vat_included(value: str) -> None:
    mandate = mandated(**with_vat("5.5"))
    draft = from_receipts(mandate, baskets_came(mandate.client, *FRIDAYS, value=value))

    invoice = issue(draft)
    worth = euros(Decimal(value) * 4)
    assert worth - euros("0.01") <= invoice.total <= worth
    assert facts.problems(facts_of(invoice)) == []


def test_a_receipt_is_invoiced_once_until_its_invoice_is_credited() -> None:
    mandate = mandated()
    came = baskets_came(mandate.client, *FRIDAYS)
    first = from_receipts(mandate, came[:2])

    assert list(receipts_to_invoice(mandate.client)) == came[2:]
    with pytest.raises(SelfBillingError, match="déjà"):
        from_receipts(mandate, came)
    credited(issue(first))
    assert list(receipts_to_invoice(mandate.client)) == came


def test_one_invoice_is_for_one_month() -> None:
    mandate = mandated()
    with pytest.raises(SelfBillingError, match="un mois"):
        from_receipts(mandate, baskets_came(mandate.client, FRIDAYS[0], date(2026, 10, 30)))


def test_a_receipt_that_was_undone_is_not_invoiced() -> None:
    mandate = mandated()
    came = baskets_came(mandate.client, *FRIDAYS[:2])
    draft = from_receipts(mandate, came)
    undo: Any = {"by": owner_of(mandate.client), "at": NOW, "reason": "Erreur"}
    settling.reverse_receipt(receipt=came[0], **undo)

    assert list(receipts_to_invoice(mandate.client)) == []
    with pytest.raises(SelfBillingError, match="annulé"):
        issue(draft)


def test_with_two_rates_a_person_says_which() -> None:
    mandate = mandated(**with_vat("5.5", "20"))
    came = baskets_came(mandate.client, FRIDAYS[0])
    with pytest.raises(SelfBillingError, match="taux"):
        from_receipts(mandate, came)
    assert from_receipts(mandate, came, vat_rate=Decimal("5.5")).lines.get().vat_rate == Decimal("5.5")


def test_nothing_is_drafted_without_a_mandate_in_force() -> None:
    waiting = proposed()
    with pytest.raises(SelfBillingError, match="Aucun mandat"):
        by_hand(waiting)
    mandate = mandated(farm(), starts_on=TODAY + timedelta(days=1))
    with pytest.raises(SelfBillingError, match="Aucun mandat"):
        by_hand(mandate)


def test_the_same_form_sent_twice_drafts_one_invoice() -> None:
    mandate, request_id = mandated(), uuid.uuid4()
    came = baskets_came(mandate.client, *FRIDAYS)

    assert from_receipts(mandate, came, request_id=request_id) == from_receipts(mandate, came, request_id=request_id)


def test_a_draft_changes_and_goes() -> None:
    draft = by_hand(mandated())
    by = owner_of(draft.client)
    said = selfbilled_drafting.Said("Autres légumes", TODAY, "EUROS", due_on=TODAY + timedelta(days=30))
    selfbilled_drafting.save_draft(
        invoice=draft, revision=1, said=said, lines=[line("12.50", quantity="2")], by=by, at=NOW
    )

    draft.refresh_from_db()
    assert (draft.title, draft.total, draft.due_on) == ("Autres légumes", euros("25"), TODAY + timedelta(days=30))
    with pytest.raises(SelfBillingError, match="autre fenêtre"):
        selfbilled_drafting.save_draft(invoice=draft, revision=1, said=said, lines=None, by=by, at=NOW)
    selfbilled_drafting.delete_draft(invoice=draft, by=by)
    assert not SelfBilledInvoice.objects.exists()


def test_what_came_in_kind_is_not_paid_a_second_time_in_euros() -> None:
    mandate = mandated()
    draft = from_receipts(mandate, baskets_came(mandate.client, *FRIDAYS))
    said = selfbilled_drafting.Said(draft.title, TODAY, "EUROS", due_on=TODAY + timedelta(days=30))
    with pytest.raises(SelfBillingError, match="compensation, pas en euros") as refused:
        selfbilled_drafting.save_draft(
            invoice=draft, revision=1, said=said, lines=None, by=owner_of(mandate.client), at=NOW
        )
    assert refused.value.field == "settlement"


def test_what_an_issued_invoice_is_for_is_not_undone_before_it_is_credited() -> None:
    mandate = mandated()
    came = baskets_came(mandate.client, *FRIDAYS[:2])
    invoice = issue(from_receipts(mandate, came))
    undo: Any = {"by": owner_of(mandate.client), "at": NOW, "reason": "Erreur"}

    with pytest.raises(settling.SettlingError, match=f"{invoice.number}.* d’abord un avoir"):
        settling.reverse_receipt(receipt=came[0], **undo)
    credited(invoice)
    assert settling.reverse_receipt(receipt=came[0], **undo).reverses == came[0]


# Issuing ----------------------------------------------------------------------------------------------------------


def test_each_partner_has_a_series_of_its_own() -> None:
    here = mandated()
    other = mandated(farm(activity=here.activity, name="Verger", siren="552008443"))
    invoices = [issued(here), issued(other), issued(here)]
    invoices.append(credited(invoices[0]))

    numbers = [invoice.number or "" for invoice in invoices]
    assert [number[-4:] for number in numbers] == ["0001", "0001", "0002", "0001"]
    assert len({*numbers}) == 4
    assert numbers[0][:-1] == numbers[2][:-1]


def test_the_partner_sells_and_we_buy() -> None:
    invoice = issued(mandated(**with_vat("5.5")), line("80", "5.5"))
    said = facts_of(invoice)

    assert (said.kind, said.seller.name, said.buyer.name) == (
        facts.SELF_BILLED,
        "Ferme des Trois Chênes EI",
        "Lise Potager EI",
    )
    assert (said.seller.vat_number, said.nature, invoice.vat) == ("FR19552008443", "B", euros("4.40"))
    texts = [note.text for note in said.notes]
    assert "Autofacturation." in texts
    assert (
        "Facture établie par Lise Potager EI au nom et pour le compte de Ferme des Trois Chênes EI, en vertu du mandat "
        "du 1er décembre 2026." in texts
    )
    assert any("16 décembre 2026 au plus tard" in text for text in texts)
    assert facts.problems(said) == []


def test_set_off_leaves_nothing_to_pay_in_euros_and_euros_need_a_day() -> None:
    mandate = mandated()
    by_set_off = issued(mandate)
    assert (by_set_off.agreed_otherwise, by_set_off.payable) == (euros("80"), euros("0"))
    with pytest.raises(SelfBillingError, match="L441-9"):
        issued(mandate, settlement="EUROS")
    in_euros = issued(mandate, settlement="EUROS", due_on=TODAY + timedelta(days=30))
    assert (in_euros.agreed_otherwise, in_euros.payable) == (euros("0"), euros("80"))
    assert [facts.problems(facts_of(invoice)) for invoice in (by_set_off, in_euros)] == [[], []]


def test_it_is_a_purchase_never_our_revenue() -> None:
    invoice = issued()
    business = invoice.business

    assert not Invoice.objects.exists()
    assert list(receipts_book(business, date(2026, 1, 1), date(2026, 12, 31), "fr")) == []
    received = ReceivedInvoice.objects.get()
    assert (received.number, received.total, received.source) == (invoice.number, euros("80"), "SELF_BILLED")
    assert received == invoice.received
    note = credited(invoice)
    assert note.received is not None
    assert (note.received.corrects, note.received.total) == (received, euros("-80"))


def test_an_issued_one_is_told_to_the_ledger_and_mailed_with_its_link(run_errands: Any) -> None:
    invoice = issued()
    run_errands(NOW)

    assert LedgerEntry.objects.filter(event="self_billed_issued").count() == 1
    mail = Mail.objects.get(event="billing/self_billed")
    assert (mail.to, mail.link_path) == ("camille@example.org", f"/m/{{token}}/invoices/{invoice.pk}/")
    assert mail.documents.get().name == f"{invoice.number}.pdf"
    assert "jusqu’au 16 décembre 2026" in mail.body
    assert not Errand.objects.filter(last_error__gt="").exists()
    assert list(problems(invoice.business)) == []


def test_issuing_again_returns_the_first() -> None:
    invoice = issued()
    assert issue(invoice).number == invoice.number


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"lines": [("80", "10")]}, "taux de TVA"),
        ({"lines": [("0", "5.5")]}, "total est nul"),
        ({"delivered_on": TODAY + timedelta(days=2)}, "pas encore"),
        ({"title": "Légumes 🥕"}, "caractères"),
    ],
)
def test_what_stands_in_the_way_is_said(change: dict[str, Any], why: str) -> None:
    mandate = mandated(**with_vat("5.5"))
    lines = [line(*values) for values in change.pop("lines", [("80", "5.5")])]
    with pytest.raises(SelfBillingError, match=why):
        issued(mandate, *lines, **change)


def test_a_seller_that_nobody_can_write_to_gets_no_invoice() -> None:
    mandate = mandated()
    mandate.client.contacts.update(receives_invoices=False)
    with pytest.raises(SelfBillingError, match="Personne"):
        issued(mandate)


def test_a_seller_whose_only_link_was_withdrawn_gets_no_invoice() -> None:
    mandate = mandated()
    mandating.revoke_link(link=link_of(mandate), by=owner_of(mandate.client), at=NOW)
    with pytest.raises(SelfBillingError, match="retiré"):
        issued(mandate)


def test_a_vat_number_with_a_wrong_key_is_found_even_if_no_form_saw_it() -> None:
    mandate = mandated(**with_vat("5.5") | {"vat_number": "FR00552008443"})
    with pytest.raises(SelfBillingError, match="FR00552008443"):
        issued(mandate, line("80", "5.5"))


def test_it_is_set_off_against_our_invoice_and_then_not_credited() -> None:
    deal = accepted(terms=(ON_DELIVERY, baskets(33)), at=NOW - timedelta(days=29))
    client = deal.quote.client
    came = [basket_came(deal, day) for day in FRIDAYS]
    ours, mandate = final_of(deal), mandated(client)
    theirs = issue(from_receipts(mandate, came))
    assert theirs.received is not None

    pair: Any = {"by": owner_of(client), "at": NOW, "settled_on": TODAY, "request_id": uuid.uuid4()}
    made = setting_off.set_off(invoice=ours, received=theirs.received, covers=came, **pair)
    assert (made.covered, made.rest, left_of(theirs.received)) == (euros("80"), euros("0"), euros("0"))
    with pytest.raises(SelfBillingError, match="compensée"):
        credited(theirs)


def test_the_same_goods_pay_one_invoice_of_ours_and_never_euros_of_another() -> None:
    deal = accepted(terms=(ON_DELIVERY, baskets(33)), at=NOW - timedelta(days=29))
    second = accepted(client=deal.quote.client, at=NOW - timedelta(days=29))
    came = [basket_came(deal, day) for day in FRIDAYS]
    ours, other, mandate = final_of(deal), final_of(second), mandated(deal.quote.client)
    typed = receiving.Typed(number="FC-1", issued_on=TODAY, net=euros("80"), vat=euros("0"))
    said: Any = {"by": owner_of(deal.quote.client), "at": NOW}
    written = receiving.record(client=deal.quote.client, typed=typed, request_id=uuid.uuid4(), **said)
    before = setting_off.pair_of(other, written, TODAY)
    assert SetOffForm(pair=before, today=TODAY).fields["rest"].initial == euros(0)
    theirs = issue(from_receipts(mandate, came)).received
    assert theirs is not None

    assert [cover.receipt for cover in setting_off.pair_of(ours, theirs, TODAY).covers] == came
    assert setting_off.pair_of(ours, written, TODAY).covers == []
    pair = setting_off.pair_of(other, theirs, TODAY)
    assert (pair.covers, pair.most) == ([], euros(0))
    assert "rest" not in SetOffForm(pair=pair, today=TODAY).fields
    for invoice, covers, rest in ((other, [], "80"), (ours, came[:2], "40"), (ours, [], "0.01")):
        with pytest.raises(setting_off.SetOffError, match="en nature"):
            setting_off.set_off(
                invoice=invoice,
                received=theirs,
                covers=covers,
                rest=euros(rest),
                settled_on=TODAY,
                request_id=uuid.uuid4(),
                **said,
            )


def test_a_number_that_they_used_themselves_is_not_given_before_theirs_is_withdrawn() -> None:
    mandate = mandated()
    client, number = mandate.client, issued(mandate).number or ""
    taken = f"{number[:-1]}2".lower()
    typed = receiving.Typed(number=taken, issued_on=TODAY, net=euros("10"), vat=euros("0"))
    said: Any = {"by": owner_of(client), "at": NOW}
    theirs = receiving.record(client=client, typed=typed, request_id=uuid.uuid4(), **said)
    with pytest.raises(SelfBillingError, match="retirez-la"):
        issued(mandate)

    receiving.withdraw(received=theirs, reason="Saisie par erreur", **said)
    again = issued(mandate)
    assert (again.number or "").lower() == taken
    assert again.received is not None
    assert again.received.follows == theirs


def test_a_mandate_that_ended_covers_no_invoice_but_lets_one_be_credited() -> None:
    mandate = mandated()
    invoice, draft = issued(mandate), by_hand(mandate)
    mandate_answering.end_by_us(
        mandate=mandate, by=owner_of(mandate.client), at=NOW, ends_on=TODAY, reason="", request_id=uuid.uuid4()
    )
    with pytest.raises(SelfBillingError, match="Aucun mandat"):
        issue(draft)
    assert credited(invoice).number
