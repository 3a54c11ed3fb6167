"""What follows a mandate's proposal, its acceptance and its end: PDFs made and kept, mails written.

Errands may run twice.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from billing.models import Mandate, MandateAcceptance, MandateEnd, MandateLink
from billing.selfbilled import mandate_doors, mandate_paper
from lib import clock
from quotes.posting import team_of
from records import keeping, mails
from records.models import Document, Errand, Mail
from records.subjects import id_of, ref

MEDIA_TYPE = "application/pdf"


# The proposal -----------------------------------------------------------------------------------------------------


def render_mandate(errand: Errand) -> None:
    """Errand: make the PDF of a proposed mandate, keep it, and mail it to whoever has a link, once each."""
    mandate = _mandates().get(pk=id_of(errand.subject, "mandate"))
    document = keep_pdf(mandate)
    with transaction.atomic():
        for link in mandate.links.filter(revoked_at=None).select_related("contact"):
            to_partner("billing/mandate_proposed", link, clock.now(), [document], subject_ref=ref(mandate))


def keep_pdf(mandate: Mandate) -> Document:
    """Return the kept PDF of a proposed mandate, made now if it was not; once made it is never made again."""
    assert mandate.proposed_at is not None
    if (kept := pdf_of(mandate)) is not None:
        return kept
    content = mandate_paper.mandate_pdf(mandate, created=mandate.proposed_at)
    return _keep(mandate, "mandate_pdf", ref(mandate), content)


def pdf_of(mandate: Mandate) -> Document | None:
    return keeping.find("mandate_pdf", ref(mandate))


def post_link(link: MandateLink, at: datetime) -> Mail:
    """Mail a contact their link again, in the caller's transaction."""
    return to_partner("billing/mandate_link_renewed", link, at)


# The yes and the end ----------------------------------------------------------------------------------------------


def mail_accepted(errand: Errand) -> None:
    """Errand: mail the accepted mandate to both sides, its PDF made and kept."""
    rows = MandateAcceptance.objects.select_related(
        "mandate__business", "mandate__activity", "mandate__client", "link__contact"
    )
    acceptance = rows.get(pk=id_of(errand.subject, "mandate_acceptance"))
    document, at = keep_accepted(acceptance), clock.now()
    extra = {"acceptance": acceptance}
    with transaction.atomic():
        to_business("billing/mandate_accepted", acceptance.mandate, at, extra, ref(acceptance), [document])
        for link in _links_told(acceptance):
            to_partner("billing/mandate_accepted_partner", link, at, [document], extra, ref(acceptance))


def keep_accepted(acceptance: MandateAcceptance) -> Document:
    """Return the kept PDF of an accepted mandate, with who accepted it, made now if it was not."""
    if (kept := accepted_pdf_of(acceptance)) is not None:
        return kept
    mandate = acceptance.mandate
    content = mandate_paper.mandate_pdf(mandate, created=acceptance.at, acceptance=acceptance)
    return _keep(mandate, "mandate_accepted_pdf", ref(acceptance), content)


def accepted_pdf_of(acceptance: MandateAcceptance) -> Document | None:
    return keeping.find("mandate_accepted_pdf", ref(acceptance))


def mail_ended(errand: Errand) -> None:
    """Errand: tell the other side that a mandate ended, or was declined."""
    rows = MandateEnd.objects.select_related("mandate__business", "mandate__activity", "mandate__client")
    end = rows.get(pk=id_of(errand.subject, "mandate_end"))
    at, extra = clock.now(), {"end": end, "was_accepted": hasattr(end.mandate, "acceptance")}
    with transaction.atomic():
        if end.link_id is not None:
            to_business("billing/mandate_ended", end.mandate, at, extra, ref(end))
        for link in end.mandate.links.filter(revoked_at=None).select_related("contact"):
            to_partner("billing/mandate_ended_partner", link, at, (), extra, ref(end))


def _links_told(acceptance: MandateAcceptance) -> Sequence[MandateLink]:
    """Return whose copy is due: whoever said yes by a link; else whoever has a link, or receives invoices."""
    if acceptance.link is not None:
        return [_of(acceptance.link, acceptance.mandate)]
    mandate = acceptance.mandate
    contacts = list(mandate.client.contacts.filter(receives_invoices=True, archived_at=None))
    links = mandate_doors.living_links(contacts, mandate.pk, acceptance.at)
    return [_of(link, mandate) for link in links]


def _of(link: MandateLink, mandate: Mandate) -> MandateLink:
    link.mandate = mandate
    return link


# To whom ----------------------------------------------------------------------------------------------------------


def to_partner(
    event: str,
    link: MandateLink,
    at: datetime,
    documents: Sequence[Document] = (),
    extra: Mapping[str, Any] | None = None,
    subject_ref: str = "",
    invoice_id: int | None = None,
) -> Mail:
    """Write to the holder of a link, in the mandate's language; once about a subject. Needs a transaction."""
    mandate = link.mandate
    return mails.post(
        business=mandate.business,
        activity=mandate.activity,
        event=event,
        to=link.contact.email,
        language=mandate.language,
        context={"mandate": mandate, "contact": link.contact, **(extra or {})},
        at=at,
        subject_ref=subject_ref or ref(mandate),
        link=mandate_doors.ref_of(link, invoice_id),
        documents=documents,
        reply_to=mandate.business.email,
        once=bool(subject_ref),
    )


def to_business(
    event: str,
    mandate: Mandate,
    at: datetime,
    extra: Mapping[str, Any],
    subject_ref: str,
    documents: Sequence[Document] = (),
    page: str = "",
) -> None:
    """Write to the people of the mandate's activity, each in their language; once about a subject."""
    for email, language in team_of(mandate.activity):
        mails.post(
            business=mandate.business,
            activity=mandate.activity,
            event=event,
            to=email,
            language=language,
            context={
                "mandate": mandate,
                "page": settings.SITE_URL + (page or mandate.get_absolute_url()),
                **extra,
            },
            at=at,
            subject_ref=subject_ref,
            documents=documents,
            once=True,
        )


def _keep(mandate: Mandate, what: str, subject: str, content: bytes) -> Document:
    with override(mandate.language):
        word = _("mandate")
    return keeping.keep(
        business=mandate.business,
        what=what,
        subject=subject,
        name=f"{word}-{mandate.siren}-{mandate.proposed_on}.pdf",
        media_type=MEDIA_TYPE,
        content=content,
        at=clock.now(),
    )


def _mandates() -> Any:
    return Mandate.objects.select_related("business", "activity", "client")
