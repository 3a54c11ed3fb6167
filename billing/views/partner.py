"""The partner's pages: a mandate and the invoices written under it, by a mailed link, without a login.

Opening changes nothing. Writings are counted, and taken from the partner only: not from whoever sent the link.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from billing.models import MandateLink, SelfBilledInvoice
from billing.selfbilled import approving, mandate_answering, mandate_doors
from billing.selfbilled.approving import State, answer_to
from billing.selfbilled.drafting import SelfBillingError
from billing.selfbilled.forms import AnswerForm, EndForm, GiveMandateForm
from billing.selfbilled.mandate_doors import Reason
from billing.selfbilled.mandate_paper import clauses_of
from billing.selfbilled.mandate_posting import accepted_pdf_of, pdf_of
from billing.selfbilled.mandating import MandateError, ended, said_yes, state_of
from billing.selfbilled.posting import pdf_of as invoice_pdf_of
from billing.selfbilled.stating import facts_of
from billing.views.mandates import refuse
from billing.views.selfbilling import badge_of
from lib import clock
from lib.law import UnknownFact, fact
from people.models import new_request_id
from quotes import limits
from quotes.views.client import NEVER_KEPT, address_of
from records import keeping
from records.models import Document

CLOSED = "quotes/client_closed.html"


class Reader:
    """Who holds a link, and the mandate that it opens."""

    def __init__(self, link: MandateLink, token: str, *, is_agent: bool) -> None:
        self.link, self.token, self.mandate, self.is_agent = link, token, link.mandate, is_agent
        self.today = clock.today(self.mandate.business.time_zone)
        self.acceptance, self.end = said_yes(self.mandate), ended(self.mandate)
        self.state = state_of(self.mandate, self.today)

    def context(self) -> dict[str, Any]:
        """Return what each of the partner's pages shows."""
        agent = self.mandate.agent or {}
        return {
            "token": self.token,
            "mandate": self.mandate,
            "agent": agent.get("trade_name") or agent.get("name", ""),
            "seller": agent.get("trade_name") or agent.get("name", ""),
            "is_demonstration": bool(agent.get("is_demonstration")),
            "state": self.state.name,
            "acceptance": self.acceptance,
            "end": self.end,
            "contact": self.link.contact,
            "is_agent": self.is_agent,
            "clauses": clauses_of(self.mandate),
            "has_pdf": pdf_of(self.mandate) is not None,
            "user": None,
        }

    def invoices(self) -> list[dict[str, Any]]:
        issued = SelfBilledInvoice.objects.filter(mandate=self.mandate, issued_at__isnull=False)
        rows = issued.select_related(*approving.LISTED).prefetch_related(approving.NOTES).order_by("-issued_on", "-pk")
        return [{"invoice": row, **badge_of(approving.state_in_list(row, self.today))} for row in rows]

    def invoice(self, pk: int) -> SelfBilledInvoice:
        rows = SelfBilledInvoice.objects.select_related(
            "mandate__business", "mandate__acceptance", "corrects", "client"
        )
        found = rows.filter(pk=pk, mandate=self.mandate, issued_at__isnull=False).first()
        if found is None:
            raise Http404
        return found

    def worth(self) -> str:
        """Return what a yes online is worth, in law."""
        try:
            return fact("acceptance.simple_signature", self.today).text(get_language() or self.mandate.language)
        except UnknownFact:
            return ""


def by_link(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Open the door of a token: in the partner's language unless another was chosen, never cached, writings counted."""

    @wraps(view)
    def door(request: HttpRequest, token: str, **said: Any) -> HttpResponseBase:
        link, reason = mandate_doors.open_link(token)
        if link is None:
            answer: HttpResponseBase = _closed(request, reason or Reason.WRONG)
        else:
            with override(_language(request, link)), timezone.override(link.mandate.business.time_zone):
                reader = Reader(link, token, is_agent=_is_agent(request, link))
                answer = _kept_out(request, reader) or view(request, reader, **said)
        for name, value in NEVER_KEPT.items():
            answer[name] = value
        return answer

    return door


def _is_agent(request: HttpRequest, link: MandateLink) -> bool:
    return request.user.is_authenticated and link.mandate.business.memberships.filter(user=request.user.pk).exists()


def _kept_out(request: HttpRequest, reader: Reader) -> HttpResponse | None:
    """Refuse a writing by the business's own people (403), or one too many (429)."""
    if request.method != "POST":
        return None
    if reader.is_agent:
        said = _("You are signed in as one of those who sent this: only the partner answers here.")
        return render(
            request, CLOSED, {"title": _("This is your partner’s page"), "words": said, "user": None}, status=403
        )
    try:
        limits.count_answer(f"mandate-{reader.link.pk}", address_of(request))
    except limits.TooMany as too_many:
        words = {"title": _("Too many tries"), "words": str(too_many), "user": None}
        answer = render(request, CLOSED, words, status=429)
        answer["Retry-After"] = str(limits.SECONDS)
        return answer
    return None


def _language(request: HttpRequest, link: MandateLink) -> str:
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else link.mandate.language


def _closed(request: HttpRequest, reason: Reason) -> HttpResponse:
    """Say in words why a link opens nothing."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    with override(chosen if chosen in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE):
        title = _("This link opens nothing") if reason == Reason.WRONG else _("This link is closed")
        return render(request, CLOSED, {"title": title, "words": str(reason.value), "user": None}, status=404)


# The mandate ------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD"])
@by_link
def partner_mandate(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Show the mandate, where it stands, and the invoices written under it. Writes nothing."""
    context = reader.context() | {"invoices": reader.invoices()}
    return render(request, "billing/partner_mandate.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def partner_accept(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Restate the mandate and take the yes: a name, a capacity, two ticks, a deliberate click."""
    mandate, contact = reader.mandate, reader.link.contact
    said = mandate.clauses or {}
    sentences = {"power": said.get("power", ""), "consent": said.get("consent", "")}
    if request.method != "POST":
        if reader.state.name != "PROPOSED" or reader.is_agent:
            return redirect("partner_mandate", reader.token)
        known = {"seal": mandate.seal, "name": contact.name, "capacity": contact.capacity}
        form = GiveMandateForm(initial=known | {"request_id": new_request_id()}, **sentences)
        return _accept_page(request, reader, form)
    form = GiveMandateForm(request.POST, **sentences)
    if not form.is_valid():
        return _accept_page(request, reader, form, status=422)
    try:
        mandate_answering.accept(link=reader.link, at=clock.now(), **form.cleaned_data)
    except MandateError as refused:
        return _accept_page(request, reader, form, status=409, refused=str(refused))
    return redirect("partner_mandate", reader.token)


def _accept_page(
    request: HttpRequest, reader: Reader, form: GiveMandateForm, status: int = 200, refused: str = ""
) -> HttpResponse:
    context = reader.context() | {"form": form, "worth": reader.worth(), "refused": refused}
    return render(request, "billing/partner_accept.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def partner_end(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Take the no to a mandate, or its end from a day."""
    is_accepted = reader.acceptance is not None
    data = request.POST if request.method == "POST" else None
    if data is None and (reader.end is not None or reader.is_agent):
        return redirect("partner_mandate", reader.token)
    form = EndForm(data, is_accepted=is_accepted, initial={"ends_on": reader.today})
    status = 200
    if data is not None and form.is_valid():
        said = {"ends_on": reader.today} | form.cleaned_data
        try:
            mandate_answering.end_by_partner(link=reader.link, at=clock.now(), **said)
            return redirect("partner_mandate", reader.token)
        except MandateError as refused:
            refuse(form, refused)
            status = 409
    elif data is not None:
        status = 422
    context = reader.context() | {"form": form, "is_accepted": is_accepted}
    return render(request, "billing/partner_end.html", context, status=status)


@require_GET
@by_link
def partner_mandate_pdf(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    """Give the PDF of the mandate: as accepted once it is, as proposed before."""
    document = accepted_pdf_of(reader.acceptance) if reader.acceptance else None
    return _file(request, reader, document or pdf_of(reader.mandate), "partner_mandate")


# Its invoices -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD"])
@by_link
def partner_invoice(request: HttpRequest, reader: Reader, pk: int) -> HttpResponse:
    """Show one invoice written in the partner's name, and what they may say of it. Writes nothing."""
    return _invoice_page(request, reader, reader.invoice(pk))


@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def partner_approve(request: HttpRequest, reader: Reader, pk: int) -> HttpResponse:
    """Take the partner's word that an invoice is right."""
    return _answered(request, reader, reader.invoice(pk), "APPROVED")


@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def partner_contest(request: HttpRequest, reader: Reader, pk: int) -> HttpResponse:
    """Take what is wrong with an invoice, in the partner's words."""
    return _answered(request, reader, reader.invoice(pk), "CONTESTED")


def _answered(request: HttpRequest, reader: Reader, invoice: SelfBilledInvoice, kind: str) -> HttpResponse:
    contests = kind == "CONTESTED"
    if request.method != "POST":
        if reader.is_agent or approving.state_of(invoice, reader.today) not in _may_hear(contests):
            return redirect("partner_invoice", reader.token, invoice.pk)
        form = AnswerForm(contests=contests, initial={"name": reader.link.contact.name})
        return _answer_page(request, reader, invoice, form, contests)
    form = AnswerForm(request.POST, contests=contests)
    if not form.is_valid():
        return _answer_page(request, reader, invoice, form, contests, status=422)
    try:
        approving.answer(link=reader.link, invoice=invoice, kind=kind, at=clock.now(), **form.cleaned_data)
    except SelfBillingError as refused:
        refuse(form, refused)
        return _answer_page(request, reader, invoice, form, contests, status=409)
    return redirect("partner_invoice", reader.token, invoice.pk)


def _may_hear(contests: bool) -> tuple[State, ...]:
    """Return where an invoice must stand to be contested, or approved: late is not too late to approve."""
    return (State.WAITING,) if contests else (State.WAITING, State.SILENT)


def _answer_page(
    request: HttpRequest,
    reader: Reader,
    invoice: SelfBilledInvoice,
    form: AnswerForm,
    contests: bool,
    status: int = 200,
) -> HttpResponse:
    context = reader.context() | {"invoice": invoice, "form": form, "contests": contests}
    return render(request, "billing/partner_answer.html", context, status=status)


def _invoice_page(request: HttpRequest, reader: Reader, invoice: SelfBilledInvoice) -> HttpResponse:
    state = approving.state_of(invoice, reader.today)
    context = reader.context() | {
        "invoice": invoice,
        "said": facts_of(invoice),
        "invoice_state": state.name,
        "badge": badge_of(state),
        "answer": answer_to(invoice),
        "credit_notes": SelfBilledInvoice.objects.filter(corrects=invoice, issued_at__isnull=False).order_by("pk"),
        "has_invoice_pdf": invoice_pdf_of(invoice) is not None,
    }
    return render(request, "billing/partner_invoice.html", context)


@require_GET
@by_link
def partner_invoice_pdf(request: HttpRequest, reader: Reader, pk: int) -> HttpResponseBase:
    """Give the PDF of an invoice written in the partner's name."""
    invoice = reader.invoice(pk)
    return _file(request, reader, invoice_pdf_of(invoice), "partner_invoice", invoice.pk)


def _file(request: HttpRequest, reader: Reader, document: Document | None, page: str, *more: int) -> HttpResponseBase:
    if document is None:  # it is being made: the page says so
        return redirect(page, reader.token, *more)
    return keeping.response(document)
