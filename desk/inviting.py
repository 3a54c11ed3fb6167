"""Ask somebody to join a business, by mail: the invitation (people) and its mail (records) in one transaction."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import translation

from people import inviting
from people.models import Business, Invitation, Membership, User
from records import mails
from records.models import Mail


def invite(
    business: Business, *, email: str, role: str, by: User, at: datetime, request_id: uuid.UUID | None = None
) -> Invitation:
    """Return the invitation, its mail posted once. Raises `people.inviting.CannotInvite`."""
    with transaction.atomic(durable=True):
        invitation = inviting.invite(business, email=email, role=role, by=by, at=at, request_id=request_id)
        _post(invitation, by=by, at=at)
        return invitation


def _post(invitation: Invitation, *, by: User, at: datetime) -> None:
    language = translation.get_language() or by.language
    with translation.override(language):
        role = invitation.get_role_display()
    mails.post(
        business=invitation.business,
        event="people/invitation",
        to=invitation.email,
        language=language,
        context={"who": str(by), "role": role, "until": invitation.invited_at + inviting.OPEN_FOR},
        at=at,
        subject_ref=f"invitation:{invitation.pk}",
        link=mails.LinkRef("/invitation/{token}/", inviting.PURPOSE, invitation.pk, invitation.generation),
        reply_to=by.email,
        once=True,
    )


def is_outdated(mail: Mail) -> bool:
    """Tell whether the invitation that a mail carries was closed or accepted since."""
    still_open = Invitation.objects.filter(pk=mail.link_id or 0, generation=mail.link_generation or 0)
    return not still_open.filter(accepted_at=None, revoked_at=None).exists()


def may_take_off(membership: Membership, by: Membership) -> bool:
    """Owners may take anybody off; everybody may leave."""
    return by.role == "OWNER" or by.pk == membership.pk
