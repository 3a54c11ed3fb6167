"""The pages of mails and errands: what was sent, what could not be done, and trying again."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lib import clock
from people.access import BusinessRequest, in_business
from people.models import Role, new_request_id
from records import errands, mails
from records.letters import shown
from records.models import Errand, Mail
from records.words import errand_words, mail_tone

PER_PAGE = 25
TO_RESEND = {Mail.State.PERHAPS, Mail.State.FAILED}


def who_works_here(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Like `in_business`, for owners and freelancers: mails to clients are not the accountant's business."""

    @wraps(view)
    def check(request: BusinessRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.membership.role == Role.ACCOUNTANT:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return in_business(check)


@who_works_here
def mails_page(request: BusinessRequest) -> HttpResponse:
    """List the mails, the latest first, found by address, subject or state."""
    words, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    visible = mails.visible_to(request.membership)
    found = mails.found(visible, words, state)
    if about := request.GET.get("about", ""):  # such as invoice:7, from the invoice's page
        found = found.filter(subject_ref=about)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(mail, mail_tone(mail)) for mail in page]
    given = {"page": page, "rows": rows, "q": words, "state": state, "states": Mail.State.choices}
    return render(request, "records/mails.html", given | {"any": page.paginator.count or visible.exists()})


@who_works_here
def mail_page(request: BusinessRequest, pk: int) -> HttpResponse:
    """Show one mail as it left, but for the link, which is its recipient's alone."""
    mail = get_object_or_404(mails.visible_to(request.membership).prefetch_related("documents"), pk=pk)
    is_dead = mails.leads_nowhere(mail)
    given = {
        "mail": mail,
        "tone": mail_tone(mail),
        "body": shown(mail.body, _("[the recipient’s personal link]")),
        "can_resend": mail.state in TO_RESEND and not is_dead,
        "can_copy": mail.state == Mail.State.SENT and not is_dead,
        "copies": mail.copies.order_by("pk"),
        "request_id": new_request_id(),
    }
    return render(request, "records/mail.html", given)


@require_POST
@who_works_here
def resend(request: BusinessRequest, pk: int) -> HttpResponse:
    mail = get_object_or_404(mails.visible_to(request.membership), pk=pk)
    try:
        mails.resend(mail, by=request.user, at=clock.now())
        messages.success(request, _("The mail is about to be sent again."))
    except mails.MailError as error:
        messages.error(request, str(error))
    return redirect("mail", request.business.slug, mail.pk)


@require_POST
@who_works_here
def send_copy(request: BusinessRequest, pk: int) -> HttpResponse:
    """Send once more what was sent, on purpose."""
    mail = get_object_or_404(mails.visible_to(request.membership), pk=pk)
    try:
        request_id = UUID(request.POST.get("request_id", ""))
        copy = mails.send_copy(mail, by=request.user, at=clock.now(), request_id=request_id)
    except ValueError:
        messages.error(request, _("This form is incomplete: open the page again."))
    except mails.MailError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("A copy leaves by mail for %(address)s.") % {"address": copy.to})
        return redirect("mail", request.business.slug, copy.pk)
    return redirect("mail", request.business.slug, mail.pk)


@who_works_here
def errands_page(request: BusinessRequest) -> HttpResponse:
    """List what could not be done, with why, and what is still to be done."""
    visible = errands.visible_to(request.membership, Errand.objects.filter(done_at=None))
    failed = visible.filter(failed_at__isnull=False).order_by("failed_at")
    waiting = visible.filter(failed_at=None).order_by("due_at")
    given = {
        "failed": [(errand, errand_words(errand)) for errand in failed[:PER_PAGE]],
        "waiting": [(errand, errand_words(errand)) for errand in waiting[:PER_PAGE]],
        "waiting_count": waiting.count(),
    }
    return render(request, "records/errands.html", given)


@require_POST
@who_works_here
def retry(request: BusinessRequest, pk: int) -> HttpResponse:
    errand = get_object_or_404(errands.visible_to(request.membership, Errand.objects.filter(pk=pk)))
    try:
        errands.retry(errand, by=request.user, at=clock.now())
        messages.success(request, _("It is being tried again."))
    except errands.ErrandError as error:
        messages.error(request, str(error))
    return redirect("errands", request.business.slug)
