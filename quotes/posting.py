"""What follows a sending, an answer or a question: documents rendered, mails written. Errands may run twice."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from lib import clock
from people.models import Activity, Role, User
from quotes import acceptance_paper, doors, mixes, paper
from quotes.models import Acceptance, Question, QuoteLink, QuoteVersion, Refusal, Sending
from records import errands, keeping, mails
from records.models import Document, Errand, Mail
from records.subjects import id_of, ref

PDF = "application/pdf"


# The version -----------------------------------------------------------------------------------------------------


def render_version(errand: Errand) -> None:
    """Errand: make the PDF of a sent version, keep it, and promise its mails."""
    version = _version(errand)
    keep_pdf(version)
    with transaction.atomic():
        errands.promise(what="mail_version", subject=ref(version), at=clock.now(), business=version.quote.business)


def keep_pdf(version: QuoteVersion) -> Document:
    """Return the kept PDF of a sent version, made now if it was not; once made it is never made again."""
    if (kept := pdf_of(version)) is not None:
        return kept
    sent_at = version.sent_at
    assert sent_at is not None
    return keeping.keep(
        business=version.quote.business,
        what="quote_pdf",
        subject=ref(version),
        name=f"{_file_name(version)}.pdf",
        media_type=PDF,
        content=paper.quote_pdf(paper.quote_facts(version), created=sent_at),
        at=clock.now(),
    )


def pdf_of(version: QuoteVersion) -> Document | None:
    """Return the kept PDF of a version, if it is made."""
    return keeping.find("quote_pdf", ref(version))


def mail_version(errand: Errand) -> None:
    """Errand: write one mail per contact a version was sent to, with its link and PDF, unless it is written already."""
    version = _version(errand)
    document = keep_pdf(version)
    for sending in Sending.objects.filter(version=version, mail=None).order_by("pk"):
        with transaction.atomic():
            _mail_sending(sending.pk, version, document)


def _mail_sending(sending_id: int, version: QuoteVersion, document: Document) -> None:
    sending = Sending.objects.select_for_update(of=("self",)).select_related("link__contact").get(pk=sending_id)
    if sending.mail_id is None and sending.link.revoked_at is None:
        extra = {"plain_words": mixes.plain_words(version)}
        sending.mail = _to_contact("quotes/sent", version, sending.link, clock.now(), [document], extra)
        sending.save(update_fields=["mail"])


def post_link(link: QuoteLink, at: datetime) -> Mail | None:
    """Mail a contact their link again; nothing when the quote was never sent."""
    version = link.quote.versions.filter(sent_at__isnull=False).order_by("-version").first()
    if version is None:
        return None
    version.quote = link.quote
    return _to_contact("quotes/link_renewed", version, link, at)


# The answer ------------------------------------------------------------------------------------------------------


def mail_acceptance(errand: Errand) -> None:
    """Errand: tell both sides of a yes, with the exact PDF that was agreed to and the proof of the yes."""
    acceptance = Acceptance.objects.select_related("version__quote__business", "version__quote__client").get(
        pk=id_of(errand.subject, "acceptance")
    )
    version, at = acceptance.version, clock.now()
    documents = [keep_pdf(version), keep_proof(acceptance)]
    with transaction.atomic():
        _to_business("quotes/accepted", version, at, {"acceptance": acceptance}, ref(acceptance), documents)
        for link in _links_told(acceptance):
            extra = {"acceptance": acceptance}
            _to_contact("quotes/accepted_client", version, link, at, documents, extra, ref(acceptance))


def keep_proof(acceptance: Acceptance) -> Document:
    """Return the kept PDF that shows a yes, made now if it was not."""
    if (kept := proof_of(acceptance)) is not None:
        return kept
    version = acceptance.version
    with override(version.language):
        word = _("agreement")
    return keeping.keep(
        business=acceptance.quote.business,
        what="acceptance_pdf",
        subject=ref(acceptance),
        name=f"{_file_name(version)}-{word}.pdf",
        media_type=PDF,
        content=acceptance_paper.acceptance_pdf(acceptance, created=acceptance.at),
        at=clock.now(),
    )


def proof_of(acceptance: Acceptance) -> Document | None:
    """Return the kept PDF of a yes, if it is made."""
    return keeping.find("acceptance_pdf", ref(acceptance))


def _links_told(acceptance: Acceptance) -> Sequence[QuoteLink]:
    """Return whose copy is due: whoever said yes by a link; otherwise everybody the version was sent to."""
    if acceptance.link is not None:
        return [acceptance.link]
    sendings = Sending.objects.filter(version=acceptance.version_id, link__revoked_at=None)
    return [sending.link for sending in sendings.select_related("link__contact")]


def mail_refusal(errand: Errand) -> None:
    """Errand: tell the business of a no."""
    refusal = Refusal.objects.select_related("version__quote__business").get(pk=id_of(errand.subject, "refusal"))
    with transaction.atomic():
        _to_business("quotes/refused", refusal.version, clock.now(), {"refusal": refusal}, ref(refusal))


# Questions -------------------------------------------------------------------------------------------------------


def post_question(question: Question, at: datetime) -> None:
    """Tell the business of a question, in the caller's transaction."""
    extra = {"question": question, "contact": question.link.contact}
    _to_business("quotes/asked", question.version, at, extra, ref(question), reply_to=question.link.contact.email)


def post_answer(question: Question, at: datetime) -> None:
    """Tell whoever asked of the answer, in the caller's transaction."""
    extra = {"question": question}
    _to_contact("quotes/answered", question.version, question.link, at, (), extra, ref(question))


# To whom ---------------------------------------------------------------------------------------------------------


def _to_contact(
    event: str,
    version: QuoteVersion,
    link: QuoteLink,
    at: datetime,
    documents: Sequence[Document] = (),
    extra: Mapping[str, object] | None = None,
    subject_ref: str = "",
) -> Mail:
    quote = version.quote
    return mails.post(
        business=quote.business,
        activity=quote.activity,
        event=event,
        to=link.contact.email,
        language=version.language,
        context={"quote": quote, "version": version, "contact": link.contact, **(extra or {})},
        at=at,
        subject_ref=subject_ref or ref(version),
        link=mails.LinkRef(doors.PATH, doors.PURPOSE, link.pk, link.generation),
        documents=documents,
        reply_to=quote.business.email,
        once=bool(subject_ref),
    )


def _to_business(
    event: str,
    version: QuoteVersion,
    at: datetime,
    extra: Mapping[str, object],
    subject_ref: str,
    documents: Sequence[Document] = (),
    reply_to: str = "",
) -> None:
    """Write to the people of the quote's activity, each in their language; else to the business's address."""
    quote = version.quote
    page = settings.SITE_URL + quote.get_absolute_url()
    for email, language in team_of(quote.activity):
        mails.post(
            business=quote.business,
            activity=quote.activity,
            event=event,
            to=email,
            language=language,
            context={"quote": quote, "version": version, "client": quote.client, "page": page, **extra},
            at=at,
            subject_ref=subject_ref,
            documents=documents,
            reply_to=reply_to,
            once=True,
        )


def team_of(activity: Activity) -> list[tuple[str, str]]:
    """Return (address, language) of whoever follows an activity: its freelancers, else the owners, else the business's
    own address."""
    members = User.objects.filter(memberships__business=activity.business_id, is_active=True)
    mine = members.filter(memberships__role=Role.FREELANCER, memberships__activities=activity)
    owners = members.filter(memberships__role=Role.OWNER)
    people = list(mine.distinct()) or list(owners.distinct())
    return [(person.email, person.language) for person in people] or [(activity.business.email, "fr")]


def _version(errand: Errand) -> QuoteVersion:
    found = QuoteVersion.objects.select_related("quote__business", "quote__activity", "quote__client")
    return found.get(pk=id_of(errand.subject, "quote_version"))


def _file_name(version: QuoteVersion) -> str:
    return version.number if version.version == 1 else f"{version.number}-v{version.version}"
