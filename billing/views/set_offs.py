"""Setting two invoices off: the form, one set-off with its statement, undoing it."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.models import SetOff
from billing.partners import announcing, setting_off
from billing.partners.forms import AnnounceForm, SetOffForm, WithdrawForm
from billing.views import papers
from billing.views.common import invoice_or_404, may_write, say, today_of
from billing.views.received import received_or_404, visible_received
from lib import clock
from lib.money import euros
from people.access import BusinessRequest, in_business, visible_activities, writers_only


def visible_set_offs(request: BusinessRequest) -> QuerySet[SetOff]:
    return SetOff.objects.filter(visible_activities(request.membership), business=request.business)


def _or_404(request: BusinessRequest, pk: int) -> SetOff:
    related = ("business", "client", "invoice__business", "received__business", "receipt", "reverses", "reversed_by")
    return get_object_or_404(visible_set_offs(request).select_related(*related), pk=pk)


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def set_off_new(request: BusinessRequest, pk: int, invoice_pk: int) -> HttpResponse:
    """Set a client's invoice off against one of ours: what came in kind already is proposed first."""
    received, invoice = received_or_404(request, pk), invoice_or_404(request, invoice_pk)
    today = today_of(request)
    pair = setting_off.pair_of(invoice, received, today)
    form = SetOffForm(request.POST if request.method == "POST" else None, pair=pair, today=today)
    if form.is_bound and form.is_valid() and (made := _made(request, form)) is not None:
        messages.success(request, _("Set off: the statement is being made."))
        return redirect(made)
    context = {"form": form, "pair": pair, "received": received, "invoice": invoice}
    return render(request, "billing/set_off_new.html", context, status=422 if form.is_bound else 200)


def _made(request: BusinessRequest, form: SetOffForm) -> SetOff | None:
    try:
        return setting_off.set_off(
            invoice=form.pair.invoice,
            received=form.pair.received,
            by=request.user,
            at=clock.now(),
            settled_on=form.cleaned_data["settled_on"],
            request_id=form.cleaned_data["request_id"],
            covers=form.covers(),
            rest=form.cleaned_data.get("rest"),
        )
    except setting_off.SetOffError as refusal:
        say(form, refusal)
        return None


@in_business
@require_POST
def set_off_announce(request: BusinessRequest, pk: int) -> HttpResponse:
    """Say on a draft that it will be set off against a client's invoice, for so much; empty: no more."""
    draft = invoice_or_404(request, pk)
    form = AnnounceForm(request.POST, rows=visible_received(request).filter(client=draft.client_id))
    if not form.is_valid():
        messages.error(request, _("Write an amount in euros."))
        return redirect(draft)
    value = form.cleaned_data["value"] or euros(0)
    try:
        announcing.announce(
            invoice=draft, received=form.cleaned_data["received"], value=value, by=request.user, at=clock.now()
        )
    except announcing.AnnouncingError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect(draft)


@in_business
@require_GET
def set_off(request: BusinessRequest, pk: int) -> HttpResponse:
    """Show a set-off: what it pays of each invoice, its statement, who had it; it is undone by a mirror."""
    found = _or_404(request, pk)
    context = {
        "set_off": found,
        "covers": found.covers.select_related("receipt").order_by("pk"),
        "left_ours": max(euros(found.said["ours"]["in_euros"]), euros(0)),
        "left_theirs": max(euros(found.said["theirs"]["left"]), euros(0)),
        "paid_theirs": euros(found.said["theirs"].get("paid", 0)),
        "undone_by": getattr(found, "reversed_by", None),
        "undo_form": WithdrawForm(),
        "may_write": may_write(request),
    }
    return render(request, "billing/set_off.html", context | papers.about(request, found))


@in_business
@require_GET
def set_off_pdf(request: BusinessRequest, pk: int) -> HttpResponseBase:
    return papers.served(request, _or_404(request, pk))


@in_business
@require_POST
def set_off_mail(request: BusinessRequest, pk: int) -> HttpResponse:
    return papers.mailed(request, _or_404(request, pk))


@in_business
@require_POST
def set_off_undo(request: BusinessRequest, pk: int) -> HttpResponse:
    """Undo a set-off by its mirror, with a reason."""
    found = _or_404(request, pk)
    try:
        mirror = setting_off.undo(
            set_off=found, by=request.user, at=clock.now(), reason=request.POST.get("reason", "")[:200]
        )
    except setting_off.SetOffError as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    messages.success(request, _("Undone: the books show both lines."))
    return redirect(mirror)
