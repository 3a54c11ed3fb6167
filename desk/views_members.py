"""Who belongs to a business: members, invitations under way, leaving."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from desk.inviting import invite, may_take_off
from lib import clock
from people.access import BusinessRequest, open_to_accountants, owner_only
from people.forms import InvitationForm
from people.inviting import OPEN_FOR, CannotInvite, revoke, take_off
from people.models import Invitation


@owner_only
def members(request: BusinessRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None, initial={"request_id": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            invite(request.business, by=request.user, at=clock.now(), **asked)
        except CannotInvite as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("An invitation is on its way to %(email)s.") % {"email": asked["email"]})
            return redirect("members", request.business.slug)
    about = {
        "form": form,
        "section": "members",
        "members": request.business.memberships.select_related("user").order_by("joined_at", "pk"),
        "invitations": request.business.invitations.filter(
            accepted_at=None, revoked_at=None, invited_at__gte=clock.now() - OPEN_FOR
        ).order_by("-invited_at"),
    }
    return render(request, "people/members.html", about)


@require_POST
@owner_only
def invitation_revoked(request: BusinessRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Invitation, pk=pk, business=request.business)
    revoke(found, by=request.user, at=clock.now())
    messages.success(request, _("The invitation of %(email)s is withdrawn.") % {"email": found.email})
    return redirect("members", request.business.slug)


@open_to_accountants
def member_removed(request: BusinessRequest, pk: int) -> HttpResponse:
    """Ask, then take a member off; oneself is leaving."""
    membership = get_object_or_404(request.business.memberships.select_related("user"), pk=pk)
    if not may_take_off(membership, request.membership):
        raise PermissionDenied
    leaving = membership.pk == request.membership.pk
    if request.method == "POST":
        try:
            take_off(membership, by=request.user, at=clock.now())
        except CannotInvite as error:
            messages.error(request, str(error))
        else:
            return redirect("businesses") if leaving else redirect("members", request.business.slug)
    return render(request, "people/remove_member.html", {"member": membership, "leaving": leaving})
