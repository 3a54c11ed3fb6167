"""Drafts issued together: what will be issued is shown first, then how far it is, then what was refused and why."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from djmoney.money import Money

from billing import batching, issuing
from billing.advising import doubts
from billing.checking import obstacles
from billing.forms_recurring import TogetherForm
from billing.models import Invoice, IssueBatch
from billing.partners import announcing
from billing.views.common import today_of, visible_invoices
from billing.views.invoices import drafts_listed
from lib import clock
from lib.addresses import row_id
from lib.money import euros
from people.access import BusinessRequest, in_business, sees_everything, writers_only
from records.models import Document, Errand
from records.subjects import ref

SHOWN = 30  # of each sort; the rest is counted


@dataclass
class Review:
    """What would be issued today: the drafts that are ready, in order, and what to look at first in some of them; the
    others with what stands in the way."""

    ready: list[Invoice] = field(default_factory=list)
    doubtful: list[tuple[Invoice, list[str]]] = field(default_factory=list)
    not_ready: list[tuple[Invoice, list[str]]] = field(default_factory=list)

    @property
    def by_type(self) -> list[tuple[str, int, Money]]:
        """Return how many of each type, and their totals."""
        found: dict[str, tuple[int, Money]] = {}
        for draft in self.ready:
            count, sum_ = found.get(str(draft.get_type_display()), (0, euros(0)))
            found[str(draft.get_type_display())] = (count + 1, sum_ + draft.total)
        return [(word, *sums) for word, sums in found.items()]

    @property
    def in_euros(self) -> Money:
        return sum((draft.payable for draft in self._claims), euros(0))

    @property
    def otherwise(self) -> Money:
        return sum((draft.agreed_otherwise for draft in self._claims), euros(0))

    @property
    def _claims(self) -> Iterable[Invoice]:
        return (draft for draft in self.ready if not draft.corrects_id)


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def issue_together(request: BusinessRequest) -> HttpResponse:
    """Show what would be issued; then promise it."""
    if request.method == "POST":
        return _promised(request)
    review = _review(request, _chosen(request))
    seen = ",".join(f"{row.pk}-{row.revision}" for row in review.ready)
    form = TogetherForm(initial={"request_id": uuid.uuid4(), "drafts": seen})
    context = {
        "review": review,
        "form": form,
        "ready": review.ready[:SHOWN],
        "doubtful": review.doubtful[:SHOWN],
        "not_ready": review.not_ready[:SHOWN],
        "more": len(review.ready) - SHOWN,
        "more_doubtful": len(review.doubtful) - SHOWN,
        "more_not_ready": len(review.not_ready) - SHOWN,
        "on": today_of(request),
    }
    return render(request, "billing/issue_together.html", context)


def _promised(request: BusinessRequest) -> HttpResponse:
    form = TogetherForm(request.POST)
    if not form.is_valid():
        raise Http404
    chosen = form.cleaned_data["drafts"]
    rows = visible_invoices(request).select_related("client").in_bulk(chosen)
    try:
        batch = batching.issue_together(
            business=request.business,
            invoices=[rows[pk] for pk in chosen if pk in rows],
            seen=chosen,
            by=request.user,
            at=clock.now(),
            request_id=form.cleaned_data["request_id"],
            mails_too=form.cleaned_data["mails_too"],
        )
    except batching.BatchingError as refusal:
        messages.error(request, str(refusal))
        return redirect("invoices", request.business.slug)
    return redirect(batch)


def _chosen(request: BusinessRequest) -> QuerySet[Invoice]:
    """Return the drafts that were ticked, or all those of the list as it was filtered; the oldest first."""
    drafts = drafts_listed(request)
    if "all" not in request.GET:
        ticked = (row_id(word) for word in request.GET.getlist("draft"))
        drafts = visible_invoices(request).filter(issued_at=None, pk__in=[pk for pk in ticked if pk is not None])
    related = drafts.select_related("business", "client", "activity", "corrects", "acceptance__version", "term")
    return related.prefetch_related("lines", announcing.PLANNED).order_by("created_at", "pk")


def _review(request: BusinessRequest, drafts: QuerySet[Invoice]) -> Review:
    review, on = Review(), today_of(request)
    for draft in drafts[: batching.MOST]:
        try:
            claim, said = issuing.fill(draft, on)
            reasons = obstacles(draft, said, on)
        except issuing.IssuingError as missing:
            reasons = list(missing.reasons)
        if reasons:
            review.not_ready.append((draft, reasons))
            continue
        review.ready.append(draft)
        if told := doubts(draft, claim, on):
            review.doubtful.append((draft, told))
    return review


# How far it is ----------------------------------------------------------------------------------------------------


@in_business
@require_GET
def issue_batch(request: BusinessRequest, pk: int) -> HttpResponse:
    """Show how far a batch is; htmx asks for the state alone."""
    batch = _batch_or_404(request, pk)
    template = "billing/_batch_state.html" if request.headers.get("HX-Request") else "billing/issue_batch.html"
    return render(request, template, {"batch": batch, **_state(request, batch)})


@in_business
@require_POST
def issue_batch_retry(request: BusinessRequest, pk: int) -> HttpResponse:
    """Try again what was refused."""
    batch = _batch_or_404(request, pk)
    count = batching.retry(batch=batch, by=request.user, at=clock.now())
    if count:
        said = ngettext("%(count)d draft is tried again.", "%(count)d drafts are tried again.", count)
        messages.success(request, said % {"count": count})
    else:
        messages.info(request, _("Nothing is left to try again."))
    return redirect(batch)


def _batch_or_404(request: BusinessRequest, pk: int) -> IssueBatch:
    rows = IssueBatch.objects.select_related("business", "made_by").filter(business=request.business)
    if not sees_everything(request.membership):
        rows = rows.filter(made_by=request.user)
    if (found := rows.filter(pk=pk).first()) is None:
        raise Http404
    return found


def _state(request: BusinessRequest, batch: IssueBatch) -> dict[str, Any]:
    items = batch.items.select_related("invoice__business").order_by("position")
    waiting = batch.items.filter(settled_at=None).count()
    issued = [item for item in items if item.invoice and item.invoice.issued_at]
    subjects = [ref(item.invoice) for item in issued if item.invoice]
    made = Document.objects.filter(what=issuing.PDF, subject__in=subjects).count()
    late = Errand.objects.filter(what=issuing.PDF_ERRAND, subject__in=subjects, done_at=None, failed_at=None)
    numbers = [item.invoice.number for item in issued if item.invoice]
    return {
        "total": len(items),
        "waiting": waiting,
        "issued": len(issued),
        "refused": [item for item in items if item.refusal][:SHOWN],
        "refused_count": sum(bool(item.refusal) for item in items),
        "notes": [item for item in items if item.note][:SHOWN],
        "first": numbers[0] if numbers else "",
        "last": numbers[-1] if numbers else "",
        "pdfs": made,
        "goes_on": waiting > 0 or late.exists(),
        "may_write": request.membership.role != "ACCOUNTANT",
    }
