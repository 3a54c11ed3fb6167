"""A duplicate of an invoice, made when somebody asks for one."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from billing import duplicating
from billing.issuing import IssuingError
from billing.views.common import invoice_or_404
from people.access import BusinessRequest, in_business
from records import keeping


@in_business
@require_POST
def invoice_duplicate(request: BusinessRequest, pk: int) -> HttpResponseBase:
    """Hand over the duplicate of an issued invoice."""
    found = invoice_or_404(request, pk)
    try:
        document = duplicating.duplicate_of(found)
    except IssuingError as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    return keeping.response(document)
