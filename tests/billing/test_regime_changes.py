"""The VAT regime changes between the yes and the invoice: the price agreed never changes in silence."""

import uuid
from decimal import Decimal

import pytest

from billing import drafting, issuing, replacing
from billing.models import Invoice
from lib.money import euros
from people.models import Business
from quotes.models import Acceptance
from tests import make
from tests.billing.conftest import DEPOSIT, NOW, ON_DELIVERY, accepted, deposit_of, final_of, recorder_of

NORMAL, FRANCHISE = Business.VatRegime.NORMAL, Business.VatRegime.FRANCHISE


def agreed_with_vat() -> Acceptance:
    client = make.contact(client=make.client(activity=make.activity(business=make.vat_business()))).client
    return accepted(client=client, lines=({"unit_price": euros("1000"), "vat_rate": Decimal(20)},))


def change(deal: Acceptance, regime: str) -> None:
    business = deal.quote.business
    Business.objects.filter(pk=business.pk).update(vat_regime=regime, vat_number="FR61954506077")
    business.refresh_from_db()


@pytest.mark.django_db
@pytest.mark.parametrize("regime", [NORMAL, FRANCHISE])
@pytest.mark.parametrize("drafted_first", [False, True])
def test_what_was_agreed_is_refused_until_a_person_chooses(regime: str, drafted_first: bool) -> None:
    deal = agreed_with_vat() if regime == FRANCHISE else accepted(terms=(DEPOSIT, ON_DELIVERY, make.baskets()))
    before = deal.quote.business.vat_regime
    early = deposit_of(deal, issued=False) if drafted_first else None
    change(deal, regime)
    deposit = early or deposit_of(deal, issued=False)
    assert deposit.total == euros("360")

    with pytest.raises(issuing.IssuingError, match="ancien régime") as refusal:
        issuing.issue(invoice=deposit, by=recorder_of(deal), at=NOW)
    assert deal.version.number is not None
    assert deal.version.number in str(refusal.value)
    assert "nouveau devis" in str(refusal.value)

    change(deal, before)
    issued = issuing.issue(invoice=deposit, by=recorder_of(deal), at=NOW)
    final = final_of(deal)
    assert (issued.total, final.total) == (euros("360"), euros("1200"))


def test_an_invoice_without_a_quote_follows_the_regime_of_its_day(acceptance: Acceptance) -> None:
    client = acceptance.quote.client
    change(acceptance, NORMAL)
    line = drafting.DraftLine(unit_price=euros("100"), vat_rate=Decimal(20), title="Heure")
    client.refresh_from_db()

    draft = drafting.draft_standard(
        activity=client.activity, client=client, title="Dépannage", lines=[line], by=recorder_of(acceptance), at=NOW,
        request_id=uuid.uuid4(),
    )  # fmt: skip

    assert Invoice.objects.get(pk=draft.pk).total == euros("120")


def test_a_replacement_keeps_the_regime_of_what_it_replaces(acceptance: Acceptance) -> None:
    client, by = acceptance.quote.client, recorder_of(acceptance)
    line = drafting.DraftLine(unit_price=euros("100"), title="Heure")
    draft = drafting.draft_standard(
        activity=client.activity, client=client, title="Dépannage", lines=[line], by=by, at=NOW,
        request_id=uuid.uuid4(),
    )  # fmt: skip
    first = issuing.issue(invoice=draft, by=by, at=NOW)
    change(acceptance, NORMAL)

    first = Invoice.objects.get(pk=first.pk)
    made = replacing.draft_replacement(invoice=first, by=by, at=NOW, request_id=uuid.uuid4())
    second = issuing.issue(invoice=made, by=by, at=NOW)

    assert (first.total, second.total, second.vat) == (euros("100"), euros("100"), euros("0"))
    assert (second.seller or {})["vat_regime"] == FRANCHISE


def test_the_form_of_another_invoice_is_refused_in_words(acceptance: Acceptance) -> None:
    used = deposit_of(acceptance).request_id

    with pytest.raises(drafting.DraftingError, match="déjà servi"):
        drafting.draft_final(acceptance=acceptance, by=recorder_of(acceptance), at=NOW, request_id=used)
