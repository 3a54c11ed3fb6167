"""Mails as rows: written in the transaction that wants them, sent by a worker, shown if they could not be.

WAITING → SENDING (committed before the SMTP dialogue) → SENT. What a killed worker left in SENDING becomes PERHAPS,
since nobody knows on which side of "250 OK" it died; only a person sends it again, with the same Message-ID, so that
the recipient's program can tell. What the server refused is tried again, or FAILED when it refused for good. What
carries a link that opens nothing any more is OUTDATED: the mail with the newer link says the same.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lib import clock, links
from people.access import activities_of
from people.models import Activity, Business, Membership, Role, User
from records import errands, subjects
from records.letters import LINK, as_copy, written
from records.models import Document, Errand, Mail
from records.posting import PerhapsSent, Refused, deliver

LONGEST_ERROR = 500
COPIED = (
    *("business", "activity", "event", "subject_ref", "to", "reply_to", "sender_name", "language"),
    *("link_path", "link_purpose", "link_id", "link_generation"),
)
LEADS_NOWHERE: dict[str, Callable[[Mail], bool]] = {}  # by a link's purpose: whoever makes such links tells


class MailError(Exception):
    """The mail cannot be sent again; the message says why."""


@dataclass(frozen=True)
class LinkRef:
    """A link without its secret: the address is made at the moment of sending. `path` such as /d/{token}/."""

    path: str
    purpose: str
    id: int
    generation: int


def post(
    *,
    business: Business | None,
    event: str,
    to: str,
    language: str,
    context: Mapping[str, Any],
    at: datetime,
    subject_ref: str = "",
    link: LinkRef | None = None,
    documents: Iterable[Document] = (),
    reply_to: str = "",
    sender_name: str = "",
    activity: Activity | None = None,
    once: bool = False,
) -> Mail:
    """Write a mail from templates/mail/<event>.txt, in the caller's transaction, and promise to send it.

    The template's first line is the subject; `{{ link }}` in it stands for the link. `activity`: whose freelancers may
    read it, beside the owners. `once`: where the caller may run twice, return the mail that this event already wrote
    about `subject_ref` to this address.
    """
    if once and (earlier := Mail.objects.filter(event=event, subject_ref=subject_ref, to=to).first()) is not None:
        return earlier
    sender_name = sender_name or (str(business) if business else "")
    given = {**context, "sender_name": sender_name, "business": business, "link": LINK if link else ""}
    subject, body = written(event, language, given)
    mail = Mail.objects.create(
        business=business,
        activity=activity,
        event=event,
        subject_ref=subject_ref,
        to=to,
        reply_to=reply_to,
        sender_name=sender_name,
        language=language,
        subject=subject,
        body=body,
        message_id=_message_id(uuid.uuid4()),
        made_at=at,
        **_link_columns(link),
    )
    mail.documents.set(documents)
    errands.promise(what="send_mail", subject=subjects.ref(mail), at=at, business=business)
    return mail


def send_mail(errand: Errand) -> None:
    """Errand: send one mail, at most once unless a person asks again."""
    mail = Mail.objects.get(pk=subjects.id_of(errand.subject, "mail"))
    if mail.state == Mail.State.SENDING:  # whoever was sending it is dead: its lease has run out
        _becomes(mail, Mail.State.PERHAPS, "")
    if mail.state != Mail.State.WAITING:
        return None
    if leads_nowhere(mail):
        return _becomes(mail, Mail.State.OUTDATED, "")
    _becomes(mail, Mail.State.SENDING, "")
    try:
        sha256 = deliver(mail, address_of(mail))
    except Refused as error:
        _becomes(mail, Mail.State.FAILED, str(error))
    except PerhapsSent as error:
        _becomes(mail, Mail.State.PERHAPS, str(error))
    except Exception as error:  # nothing left: no server, a lost attachment
        is_last = errand.attempts >= settings.ERRAND_MAX_ATTEMPTS
        _becomes(mail, Mail.State.FAILED if is_last else Mail.State.WAITING, f"{type(error).__name__}: {error}")
        raise
    else:
        mail.sent_at, mail.sent_sha256 = clock.now(), sha256
        _becomes(mail, Mail.State.SENT, "")


def register_link(purpose: str, is_dead: Callable[[Mail], bool]) -> None:
    """Say how to tell, of a mail that carries a link of this purpose, that it must not leave any more."""
    LEADS_NOWHERE[purpose] = is_dead


def leads_nowhere(mail: Mail) -> bool:
    """Tell whether the link that a mail carries opens nothing any more, so that it would mislead whoever gets it."""
    is_dead = LEADS_NOWHERE.get(mail.link_purpose)
    return is_dead is not None and is_dead(mail)


def resend(mail: Mail, *, by: User, at: datetime) -> Mail:
    """Send a mail again, with the same Message-ID: a person has looked. Raises MailError unless it is in doubt."""
    _refuse_dead_link(mail)
    with transaction.atomic():
        in_doubt = Mail.objects.select_for_update().filter(pk=mail.pk, state__in=["PERHAPS", "FAILED"])
        if not in_doubt.update(state=Mail.State.WAITING, last_error="", resent_by=by):
            raise MailError(_("This mail was sent, or is about to be."))
        errands.reopen(Errand.objects.filter(what="send_mail", subject=subjects.ref(mail)), at)
    mail.refresh_from_db()
    return mail


def send_copy(mail: Mail, *, by: User, at: datetime, request_id: uuid.UUID) -> Mail:
    """Send a mail that was sent once more: a mail of its own, whose first line says of which day it is a copy.

    The same request again returns the copy that it made. Raises MailError unless the mail was sent, its link alive.
    """
    first = mail.copy_of or mail
    with transaction.atomic():
        if Mail.objects.select_for_update(of=("self",)).get(pk=first.pk).state != Mail.State.SENT:
            raise MailError(_("Only a mail that was sent can be copied."))
        _refuse_dead_link(first)
        identity = _message_id(uuid.uuid5(request_id, first.message_id))
        if (made := Mail.objects.filter(message_id=identity).first()) is not None:
            return made
        return _copied(first, by, at, identity)


def _copied(first: Mail, by: User, at: datetime, identity: str) -> Mail:
    same = {name: getattr(first, name) for name in COPIED}
    said = as_copy(first.subject, first.body, first.sent_at or first.made_at, first.language, _zone_of(first))
    copy = Mail.objects.create(
        copy_of=first, resent_by=by, made_at=at, message_id=identity, subject=said[0], body=said[1], **same
    )
    copy.documents.set(first.documents.all())
    errands.promise(what="send_mail", subject=subjects.ref(copy), at=at, business=first.business)
    return copy


def _zone_of(mail: Mail) -> str:
    return mail.business.time_zone if mail.business else settings.TIME_ZONE


def sweep(at: datetime) -> int:
    """Say of each mail whose worker died, or whose errand has failed, what is known of it; return how many."""
    found = 0
    for mail in Mail.objects.filter(state=Mail.State.SENDING):
        if not Errand.objects.filter(what="send_mail", subject=subjects.ref(mail), claimed_until__gte=at).exists():
            found += _if_still(mail, Mail.State.PERHAPS, "")
    failed = Errand.objects.filter(what="send_mail", failed_at__isnull=False).values_list("subject", "last_error")
    errors = {subjects.id_of(subject, "mail"): error for subject, error in failed}
    for mail in Mail.objects.filter(state=Mail.State.WAITING, pk__in=errors):
        found += _if_still(mail, Mail.State.FAILED, mail.last_error or errors[mail.pk])
    return found


def visible_to(membership: Membership) -> QuerySet[Mail]:
    """Return the mails a member may read: all for owners, those of their activities for freelancers, none else."""
    mails = Mail.objects.filter(business=membership.business_id)
    if membership.role == Role.OWNER:
        return mails
    if membership.role == Role.FREELANCER:
        return mails.filter(activity__in=activities_of(membership))
    return mails.none()


def found(mails: QuerySet[Mail], words: str, state: str) -> QuerySet[Mail]:
    """Keep the mails in a state whose address or subject holds every word."""
    for word in words.split()[:6]:
        mails = mails.filter(Q(to__icontains=word) | Q(subject__icontains=word))
    return mails.filter(state=state) if state in Mail.State.values else mails


def in_doubt(business: Business) -> QuerySet[Mail]:
    """Return the mails that wait for a person: perhaps sent, or not sent."""
    return Mail.objects.filter(Q(state=Mail.State.PERHAPS) | Q(state=Mail.State.FAILED), business=business)


def address_of(mail: Mail) -> str:
    """Return the link that a mail carries, made now; "" when it carries none. It never goes to a page or a log."""
    if mail.link_id is None or mail.link_generation is None:
        return ""
    token = links.make(mail.link_id, mail.link_generation, mail.link_purpose)
    return settings.SITE_URL + mail.link_path.replace("{token}", token)


def _link_columns(link: LinkRef | None) -> dict[str, Any]:
    if link is None:
        return {}
    return {
        "link_path": link.path,
        "link_purpose": link.purpose,
        "link_id": link.id,
        "link_generation": link.generation,
    }


def _refuse_dead_link(mail: Mail) -> None:
    if leads_nowhere(mail):
        raise MailError(_("The link in this mail opens nothing any more: send a new one from the page it leads to."))


def _becomes(mail: Mail, state: Mail.State, error: str) -> None:
    mail.state, mail.last_error = state, error[:LONGEST_ERROR]
    mail.save(update_fields=["state", "last_error", "sent_at", "sent_sha256"])


def _if_still(mail: Mail, state: Mail.State, error: str) -> int:
    return Mail.objects.filter(pk=mail.pk, state=mail.state).update(state=state, last_error=error[:LONGEST_ERROR])


def _message_id(unique: uuid.UUID) -> str:
    return f"<{unique.hex}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>"
