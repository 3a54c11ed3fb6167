"""What the pages of set-offs and slips share: their PDF, and mailing it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from billing.forms import MailForm
from billing.partners import papers as partner_papers
from billing.partners.papers import Paper
from lib import clock
from people.access import BusinessRequest
from people.models import Contact
from records import keeping
from records.models import Mail
from records.subjects import ref


def about(request: BusinessRequest, paper: Paper) -> dict[str, Any]:
    """Return what a page says of a paper: whether it is there, to whom it went, to whom it may go."""
    return {
        "document": partner_papers.pdf_of(paper),
        "mails": Mail.objects.filter(subject_ref=ref(paper)).order_by("-made_at"),
        "mail_form": MailForm(contacts=_contacts(paper)),
    }


def _contacts(paper: Paper) -> Any:
    return Contact.objects.filter(client=paper.client_id, archived_at=None).order_by("pk")


def served(request: BusinessRequest, paper: Paper) -> HttpResponseBase:
    """Serve the kept PDF; while it is being made, go back to the page that says so."""
    document = partner_papers.pdf_of(paper)
    if document is None:
        messages.info(request, _("The PDF is being made: it will be here in a moment."))
        return redirect(paper)
    return keeping.response(document, inline="inline" in request.GET)


def mailed(request: BusinessRequest, paper: Paper) -> HttpResponse:
    """Mail a paper to the contacts chosen, and go back to its page."""
    form = MailForm(request.POST, contacts=_contacts(paper))
    if not form.is_valid():
        messages.error(request, _("Choose at least one person to send it to."))
        return redirect(paper)
    try:
        partner_papers.mail_paper(
            paper=paper, by=request.user, at=clock.now(), contacts=list(form.cleaned_data["contacts"])
        )
    except partner_papers.MailingError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It leaves by mail."))
    return redirect(paper)
