"""A part of what came is given back: the page of a receipt leads here."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing import giving_back
from billing.allocating import SettlingError
from billing.forms_receipts import GiveBackForm
from billing.models import Receipt
from billing.views.common import count_of, receipt_or_404, say, today_of
from lib import clock
from people.access import BusinessRequest, writers_only


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def receipt_give_back(request: BusinessRequest, pk: int) -> HttpResponse:
    """Say what of a receipt was given back, on which day and why. The same form twice gives back once."""
    found = receipt_or_404(request, pk)
    data = request.POST if request.method == "POST" else None
    if data is None and (why := giving_back.why_not(found)):
        messages.error(request, why)
        return redirect("receipt", request.business.slug, pk)
    form = GiveBackForm(data, receipt=found, today=today_of(request))
    if data is not None and form.is_valid() and (row := _given_back(request, form, found)) is not None:
        messages.success(request, _("Given back: the books show it on its day."))
        return redirect("receipt", request.business.slug, row.pk)
    context = {"form": form, "receipt": found, "count": count_of(found)}
    return render(request, "billing/give_back.html", context, status=422 if data is not None else 200)


def _given_back(request: BusinessRequest, form: GiveBackForm, receipt: Receipt) -> Receipt | None:
    try:
        return giving_back.give_back(receipt=receipt, by=request.user, at=clock.now(), **form.said())
    except SettlingError as refusal:
        say(form, refusal)
        return None
