"""What is received, credited and left of each invoice, computed in the query: lists stay one query, nothing is stored.

Sums are rounded to the cent in SQL, where SQLite counts in floats; `cents()` is applied again to what is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least, Round
from djmoney.money import Money

from billing.models import Allocation, Invoice, InvoiceTerm, PaymentRequest, Shortfall
from billing.not_coming import Gone, gone_of
from billing.roles import NOT_REPLACED, is_replaced
from lib.money import cents, euros, summed
from quotes.models import Kind

AMOUNT: DecimalField[Any, Any] = DecimalField(max_digits=16, decimal_places=2)
ZERO = Value(Decimal(0), output_field=AMOUNT)
HALF_A_CENT = Decimal("0.005")
CLAIMS = Q(issued_at__isnull=False) & ~Q(type=Invoice.Type.CREDIT_NOTE) & NOT_REPLACED
BY_AGREEMENT = Q(basis=PaymentRequest.Basis.AGREED)  # what is missed by the rule is counted by its own rows


@dataclass(frozen=True)
class Balance:
    """An issued invoice today, never merged: received, to receive otherwise than in euros, to pay in euros.

    deducted + credited + received + in_kind + in_euros + waived = total, but of a replaced invoice, which claims
    nothing. `in_euros` is negative when more came than is owed; `waived` was missed, nobody owes it, and a credit note
    has yet to take it off.
    """

    total: Money
    deducted: Money
    credited: Money
    received: Money
    in_kind: Money
    in_euros: Money
    waived: Money

    @property
    def left(self) -> Money:
        return self.in_kind + self.in_euros

    @property
    def claimed(self) -> Money:
        """What this document still claims on its own: its total less deposits and credit notes."""
        return self.total - self.deducted - self.credited


def sum_of(queryset: QuerySet[Any], group: str, amount: Any) -> Any:
    """Return, as a column, the sum of an amount over the rows of a subquery, to the cent."""
    summed = queryset.order_by().values(group).annotate(summed=Sum(amount)).values("summed")
    return Coalesce(Round(Subquery(summed, output_field=AMOUNT), 2), ZERO, output_field=AMOUNT)


@dataclass(frozen=True)
class Left:
    """What several invoices still claim. What one was paid too much is not taken off the others."""

    in_euros: Money
    in_kind: Money


def with_sums(invoices: QuerySet[Invoice], gone: Mapping[int, Gone] | None = None) -> QuerySet[Invoice]:
    """Annotate the raw sums: allocated, credited, and what came in kind, or will not, since the issue. What was missed
    is read at once, when this is called, unless it is given (not_coming.gone_of): do not keep the query for later."""
    gone = gone_of(invoices) if gone is None else gone
    own = Allocation.objects.filter(invoice=OuterRef("pk"))
    other_than_euros = own.exclude(receipt__kind=Kind.MONEY)
    before_issue = _in_kind(invoice=OuterRef("pk"))
    credit_notes = Invoice.objects.filter(corrects=OuterRef("pk"), issued_at__isnull=False)
    return invoices.annotate(
        allocated=sum_of(own, "invoice", "value"),
        credited=sum_of(credit_notes, "corrects", "total"),
        in_kind_since=sum_of(other_than_euros, "invoice", "value") - sum_of(before_issue, "invoice", "received"),
        not_coming_since=_by_invoice({pk: one.missed for pk, one in gone.items()})
        + _due_in_euros()
        + _asked_in_euros(),
        credited_in_kind=sum_of(credit_notes, "corrects", "in_kind"),
        waived_left=_by_invoice({pk: one.waived for pk, one in gone.items()}),
    )


def _by_invoice(values: dict[int, Money]) -> Any:
    """Return what was computed of a few invoices, as a column."""
    alike: dict[Decimal, list[int]] = {}
    for pk, value in values.items():
        alike.setdefault(value.amount, []).append(pk)
    cases = [When(pk__in=pks, then=Value(amount)) for amount, pks in alike.items() if amount]
    return Case(*cases, default=ZERO, output_field=AMOUNT) if cases else ZERO


def _in_kind(**of: Any) -> QuerySet[InvoiceTerm]:
    """Return the parts in kind of invoices: how much of each had come by the issue is frozen in them."""
    return InvoiceTerm.objects.filter(**of).exclude(kind=Kind.MONEY)


def with_balances(invoices: QuerySet[Invoice], on: date, gone: Mapping[int, Gone] | None = None) -> QuerySet[Invoice]:
    """Annotate allocated, credited, left, in_kind_left, euros_left, waived_left (Decimal), is_overdue and is_replaced.

    Of a draft nothing is left; of a credit note neither, it takes off another invoice; nor of an invoice that another
    one replaces. Each expression repeats the sums it is made of: for a page of rows or a filter; `left_of_all()` adds
    many up.
    """
    return (
        with_sums(invoices, gone)
        .annotate(
            raw_left=F("total") - F("deducted") - F("credited") - F("allocated") - F("waived_left"),
            room=F("agreed_otherwise") - F("in_kind_since") - F("not_coming_since") - F("credited_in_kind"),
            asked_for_later=_asked(PaymentRequest.objects.filter(due_on__gte=on)),
            not_due_yet=sum_of(_in_euros(on=Q(due_on__gte=on)), "invoice", F("value") - F("received")),
        )
        .annotate(raw_in_kind=Greatest(Least(F("room"), F("raw_left")), ZERO, output_field=AMOUNT))
        .annotate(
            left=_claimed(CLAIMS, F("raw_left")),
            in_kind_left=_claimed(CLAIMS, F("raw_in_kind")),
            euros_left=_claimed(CLAIMS, F("raw_left") - F("raw_in_kind")),
            is_overdue=Case(When(_is_late(on), then=True), default=False),
            is_replaced=Case(When(NOT_REPLACED, then=False), default=True),
        )
    )


def left_of_all(invoices: QuerySet[Invoice], gone: Mapping[int, Gone] | None = None) -> Left:
    """Return what is left of many invoices: a few queries, whatever their number."""
    claims: Any = Invoice.objects.filter(CLAIMS, pk__in=invoices.order_by().values("pk"))
    credited, allocated, less_in_kind = _sums_of(claims)
    gone = gone_of(claims) if gone is None else gone
    in_euros = in_kind = Decimal(0)
    for pk, total, deducted, agreed in claims.values_list("pk", "total", "deducted", "agreed_otherwise"):
        missed, waived = (gone[pk].missed.amount, gone[pk].waived.amount) if pk in gone else (0, 0)
        left = total - deducted - credited.get(pk, 0) - allocated.get(pk, 0) - waived
        kind = max(min(agreed - less_in_kind.get(pk, 0) - missed, left), Decimal(0))
        in_kind += kind
        in_euros += max(left - kind, Decimal(0))
    return Left(summed(in_euros), summed(in_kind))


def _sums_of(invoices: QuerySet[Invoice]) -> tuple[dict[int, Decimal], ...]:
    """Return, by invoice, what `with_sums` annotates: credited, allocated, came and missed in kind since the issue."""
    settled = Allocation.objects.filter(invoice__in=invoices.order_by())
    credits = Invoice.objects.filter(corrects__in=invoices.order_by(), issued_at__isnull=False)
    since = _by(settled.exclude(receipt__kind=Kind.MONEY), "invoice")
    before = _by(_in_kind(invoice__in=invoices.order_by()), "invoice", "received")
    short = _by(Shortfall.objects.filter(part__invoice__in=invoices.order_by()), "part__invoice")
    asked = _by(PaymentRequest.objects.filter(BY_AGREEMENT, invoice__in=invoices.order_by()), "invoice")
    less = {pk: -value for pk, value in before.items()}
    off = _by(credits, "corrects", "in_kind")
    return (_by(credits, "corrects", "total"), _by(settled, "invoice"), _added(since, less, short, asked, off))


def _added(*sums: dict[int, Decimal]) -> dict[int, Decimal]:
    return {pk: sum((one.get(pk, Decimal(0)) for one in sums), Decimal(0)) for one in sums for pk in one}


def _by(rows: QuerySet[Any], group: str, amount: str = "value") -> dict[int, Decimal]:
    summed = rows.order_by().values_list(group).annotate(summed=Sum(amount))
    return {pk: cents(Decimal(str(value))) for pk, value in summed}


def _claimed(claims: Q, amount: Any) -> Any:
    return Case(When(claims, then=Round(amount, 2)), default=ZERO, output_field=AMOUNT)


def _is_late(on: date) -> Q:
    """Say that an instalment is late: a day has passed, and more is left than what is due on later ones."""
    passed: Any = Q(due_on__lt=on) | Exists(_in_euros(on=Q(due_on__lt=on)))
    late: Q = euros_are_left(but=F("asked_for_later") + F("not_due_yet")) & passed
    return late


def _in_euros(on: Q) -> QuerySet[InvoiceTerm]:
    """Return the parts in euros of an invoice that are due on such days. A part without a day has the invoice's."""
    return InvoiceTerm.objects.filter(on, invoice=OuterRef("pk"), kind=Kind.MONEY)


def euros_are_left(but: Any = ZERO) -> Q:
    """Say "euros_left > so much" from the raw sums: SQLite's parser does not follow expressions as deep as the other
    way."""
    more = but + HALF_A_CENT
    return CLAIMS & Q(raw_left__gt=more, room__lt=F("raw_left") - more)


def something_is_to_come() -> Q:
    """Say "in_kind_left > 0" from the raw sums, for the same reason."""
    return CLAIMS & Q(raw_left__gt=HALF_A_CENT, room__gt=HALF_A_CENT)


def _due_in_euros() -> Any:
    """What of the parts of an invoice without a quote will not come, as a person decided."""
    return sum_of(Shortfall.objects.filter(part__invoice=OuterRef("pk")), "part__invoice", "value")


def _asked_in_euros() -> Any:
    """What was agreed in kind and a payment request asks for in euros, as both sides agreed since."""
    return _asked(PaymentRequest.objects.filter(BY_AGREEMENT))


def _asked(requests: QuerySet[PaymentRequest]) -> Any:
    return sum_of(requests.filter(invoice=OuterRef("pk")), "invoice", "value")


def balance_of(invoice: Invoice, on: date) -> Balance:
    """Return one issued invoice's balance, to the cent."""
    row = with_balances(Invoice.objects.filter(pk=invoice.pk), on).get()
    return balance_from(row)


def balance_from(row: Any) -> Balance:
    """Return the balance of a row that `with_balances` annotated."""
    return Balance(
        total=row.total,
        deducted=row.deducted,
        credited=summed(row.credited),
        received=summed(row.allocated),
        in_kind=summed(row.in_kind_left),
        in_euros=summed(row.euros_left),
        waived=summed(row.waived_left),
    )


def creditable_of(invoice: Invoice) -> Money:
    """Return what an issued invoice still says on its own: its total less deposits and credit notes, paid or not;
    nothing once another one replaces it."""
    if is_replaced(invoice):
        return euros(0)
    credited = total_of(Invoice.objects.filter(corrects=invoice, issued_at__isnull=False), "total")
    left: Money = invoice.total - invoice.deducted - credited
    return left


def stands(invoice: Invoice) -> bool:
    """Tell whether an issued invoice still counts in its deal: neither replaced nor wholly credited. One that deposits
    cover claims nothing on its own, and stands until they are credited."""
    if is_replaced(invoice):
        return False
    if creditable_of(invoice).amount > 0 or Invoice.objects.filter(corrects=invoice, issued_at__isnull=False).exists():
        return creditable_of(invoice).amount > 0
    return any(creditable_of(row.deposit).amount > 0 for row in invoice.deductions.select_related("deposit"))


def left_of(invoice: Invoice) -> Money:
    """Return what an issued invoice still claims, of any kind: the most that may be allocated to it."""
    return creditable_of(invoice) - total_of(invoice.allocations.all(), "value")


def total_of(rows: Any, field: str) -> Money:
    """Return the sum of a column, to the cent: Sum() forgets the currency, and on SQLite counts in floats."""
    return summed(rows.aggregate(summed=Sum(field))["summed"])
