"""What is written in partners' names: what they contest first, then what waits to be written, issued or accepted."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from billing.models import Mandate, Receipt, SelfBilledAnswer, SelfBilledInvoice
from billing.selfbilled.drafting import receipts_to_invoice
from billing.selfbilled.mandating import LISTED, State, state_in_list
from desk.today.todo import MANY, Todo
from lib.days import day_written
from lib.money import total, written
from people.access import activities_of
from people.models import Membership


def contested(membership: Membership, on: date) -> Iterator[Todo]:
    """What a partner says is wrong, until a credit note takes it off."""
    answers = SelfBilledAnswer.objects.filter(
        kind=SelfBilledAnswer.Kind.CONTESTED, invoice__activity__in=activities_of(membership)
    ).exclude(invoice__credit_notes__issued_at__isnull=False)
    for answer in answers.select_related("invoice__business", "invoice__mandate").order_by("pk")[:MANY]:
        words = {"name": answer.invoice.mandate.legal_name, "number": answer.invoice.number}
        sentence = _("%(name)s contests invoice %(number)s: “%(reason)s”") % {**words, "reason": answer.reason[:80]}
        yield Todo(sentence, answer.invoice.get_absolute_url(), _("Correct it"), "bad")


def drafts(membership: Membership, on: date) -> Iterator[Todo]:
    """What is written in a partner's name and not issued."""
    rows = SelfBilledInvoice.objects.filter(activity__in=activities_of(membership), issued_at=None)
    for draft in rows.select_related("business", "mandate")[:MANY]:
        words = {"name": draft.mandate.legal_name, "title": draft.title}
        sentence = _("“%(title)s”, in the name of %(name)s, is ready to be read and issued.") % words
        yield Todo(sentence, draft.get_absolute_url(), _("Read it"))


def to_write(membership: Membership, on: date) -> Iterator[Todo]:
    """What came under a mandate in the months before this one, month by month, and is invoiced nowhere."""
    for mandate in _mandates(membership):
        if state_in_list(mandate, on) != State.IN_FORCE:
            continue
        months: dict[date, list[Receipt]] = defaultdict(list)
        for receipt in receipts_to_invoice(mandate.client).filter(received_on__lt=on.replace(day=1)):
            months[receipt.received_on.replace(day=1)].append(receipt)
        for month, receipts in sorted(months.items())[:MANY]:
            worth = written(total(receipt.kept for receipt in receipts), get_language() or "fr")
            sentence = ngettext(
                "%(name)s: one delivery of %(month)s, %(worth)s, can be invoiced in their name.",
                "%(name)s: %(count)d deliveries of %(month)s, %(worth)s, can be invoiced in their name.",
                len(receipts),
            ) % {
                "name": mandate.legal_name,
                "count": len(receipts),
                "month": day_written(month, "F Y"),
                "worth": worth,
            }
            page = reverse("self_billed_new", args=[mandate.business.slug, mandate.pk])
            yield Todo(sentence, f"{page}?month={month:%Y-%m}", _("Write it"))


def answered(membership: Membership, on: date) -> Iterator[Todo]:
    """Mandates that were declined lately: nothing can be written in that name."""
    for mandate in _mandates(membership):
        if state_in_list(mandate, on) == State.DECLINED and not _another(mandate):
            sentence = _("%(name)s does not give you the mandate you proposed.") % {"name": mandate.legal_name}
            yield Todo(sentence, mandate.get_absolute_url(), _("See why"))


def _mandates(membership: Membership) -> list[Mandate]:
    rows = Mandate.objects.filter(activity__in=activities_of(membership), proposed_at__isnull=False)
    return list(rows.select_related(*LISTED)[: MANY * 2])


def _another(mandate: Mandate) -> bool:
    return Mandate.objects.filter(client=mandate.client_id, pk__gt=mandate.pk).exists()
