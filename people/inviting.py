"""Ask people to join a business, and let them leave it.

An invitation is for one e-mail address and opens with the link that was mailed to it; the mail itself is posted by
`desk.inviting`, since mails are kept a floor above.
"""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from lib import links
from people.models import Activity, Business, Invitation, Membership, Role, User

PURPOSE = "invitation"
OPEN_FOR = timedelta(days=30)


class CannotInvite(Exception):
    """Why somebody cannot be invited, join, or be taken off; the message is fit for a person."""


def invite(
    business: Business, *, email: str, role: str, by: User, at: datetime, request_id: uuid.UUID | None = None
) -> Invitation:
    """Return an open invitation for this address, the present one if there is one already. Needs a transaction."""
    email = email.strip().lower()
    if request_id and (already := Invitation.objects.filter(request_id=request_id, business=business).first()):
        return already
    if Membership.objects.filter(business=business, user__email__iexact=email).exists():
        raise CannotInvite(_("%(email)s is already a member.") % {"email": email})
    Invitation.objects.filter(business=business, email__iexact=email, accepted_at=None, revoked_at=None).update(
        revoked_at=at
    )
    return Invitation.objects.create(
        business=business, email=email, role=role, invited_by=by, invited_at=at, request_id=request_id or uuid.uuid4()
    )


def token_of(invitation: Invitation) -> str:
    return links.make(invitation.pk, invitation.generation, purpose=PURPOSE)


def open_invitation(token: str, at: datetime | None = None) -> Invitation | None:
    """Return the invitation a link leads to, if it is neither accepted, nor revoked, nor older than 30 days."""
    link_id = links.link_id_of(token)
    if link_id is None:
        return None
    invitation = (
        Invitation.objects.select_related("business", "invited_by")
        .filter(pk=link_id, accepted_at=None, revoked_at=None)
        .first()
    )
    if invitation is None or not links.matches(token, invitation.pk, invitation.generation, purpose=PURPOSE):
        return None
    if at is not None and at > invitation.invited_at + OPEN_FOR:
        return None
    return invitation


def join(invitation: Invitation, *, by: User, at: datetime) -> Membership | None:
    """Accept an invitation; joining twice is joining once. None when it was to the site, not to a business."""
    with transaction.atomic(durable=True):
        return _join(Invitation.objects.select_for_update().get(pk=invitation.pk), by=by, at=at)


def _join(invitation: Invitation, *, by: User, at: datetime) -> Membership | None:
    if invitation.revoked_at or (invitation.accepted_at is None and at > invitation.invited_at + OPEN_FOR):
        raise CannotInvite(_("This invitation is no longer open. Ask for a new one."))
    if by.email.lower() != invitation.email.lower():
        raise CannotInvite(
            _("This invitation is for %(invited)s, and you are signed in as %(present)s.")
            % {"invited": invitation.email, "present": by.email}
        )
    if invitation.accepted_at is None:
        invitation.accepted_at = at
        invitation.save(update_fields=["accepted_at"])
    if invitation.business is None:
        return None
    membership, new = Membership.objects.get_or_create(
        user=by, business=invitation.business, defaults={"role": invitation.role, "joined_at": at}
    )
    if new and invitation.role == Role.FREELANCER:
        _give_an_activity(membership)
    return membership


def _give_an_activity(membership: Membership) -> None:
    """A freelancer works in an activity of their own; in a sole trader's business, in the only one."""
    only = Activity.objects.filter(business=membership.business)
    if membership.business.status == Business.Status.CAE:
        membership.activities.add(Activity.objects.create(business=membership.business, name=str(membership.user)))
    else:
        membership.activities.set(only)


def revoke(invitation: Invitation, *, by: User, at: datetime) -> Invitation:
    """Close an invitation that has not been accepted; its link then says so."""
    with transaction.atomic(durable=True):
        Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(revoked_at=at)
        invitation.refresh_from_db()
        return invitation


def take_off(membership: Membership, *, by: User, at: datetime) -> None:
    """Take a person off a business, or let them leave. A business always keeps an owner; documents never change."""
    with transaction.atomic(durable=True):
        owners = list(Membership.objects.select_for_update().filter(business=membership.business_id, role=Role.OWNER))
        if membership.role == Role.OWNER and len(owners) == 1:
            raise CannotInvite(_("A business keeps at least one owner: invite another one first."))
        Membership.objects.filter(pk=membership.pk).delete()
