"""A farm that invoices its vegetables: what the tests of received invoices, set-offs and slips start from."""

import io
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from billing import settling, verifying
from billing.models import Invoice, Receipt, ReceivedInvoice, SetOff
from billing.partners import receiving, setting_off
from billing.partners import verifying as partner_verifying
from lib.money import euros
from quotes.models import Acceptance, Kind, MoneyDue
from records import ledger
from tests.billing.conftest import accepted, basket_came, deposit_of, final_of, money_came, recorder_of, term_of

JANUARY = datetime(2027, 1, 30, 10, tzinfo=UTC)
FRIDAYS = [date(2027, 1, 8), date(2027, 1, 15), date(2027, 1, 22)]


def farm_deal(baskets: int = 3) -> tuple[Acceptance, Invoice]:
    """1 200 €: the 360 € deposit is paid, the final invoice issued, so many baskets of 20 € came on their Fridays."""
    deal = accepted()
    deposit_of(deal)
    money_came(deal, "360", MoneyDue.ACCEPTANCE)
    final = final_of(deal)
    for friday in FRIDAYS[:baskets]:
        basket_came(deal, friday)
    return deal, final


def problems(deal: Acceptance) -> list[str]:
    """What is not as it was sealed: the ledger, and all that this part of billing wrote. (Test quotes have no seal.)"""
    business = deal.quote.business
    checks = (
        ledger.verify,
        partner_verifying.received_as_recorded,
        partner_verifying.set_offs_as_sealed,
        partner_verifying.slips_as_sealed,
        verifying.receipts_as_recorded,
        verifying.invoices_settled_once,
    )
    return [sentence for check in checks for sentence in check(business)]


def received_of(deal: Acceptance, amount: str = "60", number: str = "FC-014", **fields: Any) -> ReceivedInvoice:
    """The farm's own invoice, typed."""
    typed: dict[str, Any] = {"number": number, "issued_on": date(2027, 1, 29), "net": euros(amount), "vat": euros(0)}
    return receiving.record(
        client=deal.quote.client,
        typed=receiving.Typed(**typed | fields),
        by=recorder_of(deal),
        at=JANUARY,
        request_id=uuid.uuid4(),
    )


def brought(deal: Acceptance, content: bytes, name: str = "facture.pdf") -> Any:
    return receiving.bring(
        client=deal.quote.client,
        file=io.BytesIO(content),
        name=name,
        by=recorder_of(deal),
        at=JANUARY,
        request_id=uuid.uuid4(),
    )


def set_off_of(
    deal: Acceptance, invoice: Invoice, received: ReceivedInvoice, *, rest: str = "0", covers: Any = None, **said: Any
) -> SetOff:
    """Set them off: all that can be covered, unless said otherwise, and so many euros."""
    if covers is None:
        covers = [cover.receipt for cover in setting_off.covers_of(invoice)]
    return setting_off.set_off(
        invoice=invoice,
        received=received,
        by=recorder_of(deal),
        covers=covers,
        rest=euros(rest),
        **{"at": JANUARY, "settled_on": JANUARY.date(), "request_id": uuid.uuid4()} | said,
    )


def hours_came(deal: Acceptance, on: date, hours: Decimal) -> Receipt:
    return settling.record_receipt(
        by=recorder_of(deal),
        at=JANUARY,
        client=deal.quote.client,
        term=term_of(deal, Kind.TIME),
        received_on=on,
        quantity=hours,
        request_id=uuid.uuid4(),
    )
