"""The state of an invoice in one word, and what to do next with it, in words."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from billing.balances import euros_are_left, something_is_to_come
from billing.models import Invoice, PlannedSetOff
from billing.partners import announcing
from billing.views.common import language
from billing.waiving import is_proposed
from lib.money import cents, summed, written

DRAFT, OVERDUE, OPEN, IN_KIND, SETTLED, CREDITED, CREDIT_NOTE, OVERPAID = (
    "draft",
    "overdue",
    "open",
    "in_kind",
    "settled",
    "credited",
    "credit_note",
    "overpaid",
)
CAME_BACK, REPLACED, TO_SET_OFF = "came_back", "replaced", "to_set_off"
DRAFTS = (DRAFT, CAME_BACK)
WORDS = {
    DRAFT: pgettext_lazy("invoice", "draft"),
    CAME_BACK: gettext_lazy("came back, to be read"),
    OVERDUE: gettext_lazy("overdue"),
    OPEN: gettext_lazy("to be paid"),
    TO_SET_OFF: gettext_lazy("to be set off"),
    IN_KIND: gettext_lazy("to be received in kind"),
    SETTLED: pgettext_lazy("invoice", "settled"),
    CREDITED: gettext_lazy("credited"),
    CREDIT_NOTE: pgettext_lazy("state", "credit note"),
    OVERPAID: gettext_lazy("paid too much"),
    REPLACED: gettext_lazy("cancelled and replaced"),
}
TONES = {DRAFT: "", OVERDUE: "bad", OPEN: "wait", IN_KIND: "wait", SETTLED: "good", OVERPAID: "bad"}
TONES[TO_SET_OFF] = "wait"
FILTERS = {
    DRAFT: Q(issued_at=None),
    CAME_BACK: Q(issued_at=None, occurrence__isnull=False),
    OVERDUE: Q(is_overdue=True),
    OPEN: euros_are_left(),
    TO_SET_OFF: euros_are_left(),
    IN_KIND: something_is_to_come(),
    SETTLED: Q(issued_at__isnull=False, left__lte=0, is_replaced=False) & ~Q(type=Invoice.Type.CREDIT_NOTE),
    REPLACED: Q(is_replaced=True),
    CREDIT_NOTE: Q(type=Invoice.Type.CREDIT_NOTE),
}
STATES = [(state, WORDS[state]) for state in FILTERS]


@dataclass(frozen=True)
class State:
    """Its key, its word and its tone."""

    key: str

    @property
    def word(self) -> str:
        return str(WORDS[self.key])

    @property
    def tone(self) -> str:
        return TONES.get(self.key, "off")


@dataclass(frozen=True)
class Step:
    """What to do next, and where; `url` is empty when there is nothing to do."""

    words: str
    url: str = ""


def in_state(rows: QuerySet[Invoice], state: str) -> QuerySet[Invoice]:
    """Keep the rows, annotated by `with_balances`, that are in a state; those of any state where there is no such."""
    found = rows.filter(FILTERS[state]) if state in FILTERS else rows
    if state not in (OVERDUE, TO_SET_OFF):
        return found
    announcing_some = found.filter(pk__in=PlannedSetOff.objects.values("invoice"))
    pks = [row.pk for row in announcing_some if _waits_for_a_set_off(row)]
    return rows.filter(pk__in=pks) if state == TO_SET_OFF else found.exclude(pk__in=pks)


def _waits_for_a_set_off(row: Any) -> bool:
    """Tell whether all that is left in euros is announced to be set off: nobody pays it, and it is never late."""
    return bool(row.euros_left > 0 and summed(row.euros_left) <= announcing.to_set_off(row))


def state_of(row: Any) -> State:
    """Return the state of a row that `with_balances` annotated."""
    return State(_key(row))


def _key(row: Any) -> str:
    if row.issued_at is None:
        return DRAFT
    if row.type == Invoice.Type.CREDIT_NOTE:
        return CREDIT_NOTE
    if row.is_replaced:
        return REPLACED
    if _waits_for_a_set_off(row):
        return TO_SET_OFF
    if row.is_overdue:
        return OVERDUE
    if row.euros_left > 0:
        return OPEN
    if row.in_kind_left > 0:
        return IN_KIND
    if row.left < 0:
        return OVERPAID
    return CREDITED if row.credited and cents(row.allocated) == 0 else SETTLED


def next_step(row: Any) -> Step:
    slug, key = row.business.slug, _key(row)
    record = reverse("receipt_new", args=[slug])
    if key == DRAFT:
        return Step(_("Read it again and issue it"), row.get_absolute_url())
    if key == TO_SET_OFF:
        theirs = announcing.next_to_set_off(row)
        words = _("Set it off against invoice %(number)s") % {"number": theirs.number}
        return Step(words, reverse("set_off_new", args=[slug, theirs.pk, row.pk]))
    if key in (OVERDUE, OPEN):
        amount = written(summed(row.euros_left) - announcing.to_set_off(row), language())
        words = (
            _("%(amount)s expected: record what comes") if key == OPEN else _("%(amount)s overdue: remind, or record")
        )
        return Step(
            words % {"amount": amount}, row.get_absolute_url() if key == OVERDUE else f"{record}?invoice={row.pk}"
        )
    if key == IN_KIND:
        return Step(_("Record what comes in kind"), f"{record}?client={row.client_id}")
    if key == OVERPAID:
        amount = written(-cents(row.left), language())
        return Step(
            _("%(amount)s to give back or to settle another invoice") % {"amount": amount}, row.get_absolute_url()
        )
    if is_proposed(summed(row.waived_left)):
        words = _("%(amount)s waived: take them off by a credit note") % {
            "amount": written(summed(row.waived_left), language())
        }
        return Step(words, reverse("invoice_credit", args=[slug, row.pk]) + "?waived=1")
    return Step(_("Nothing left to do"))
