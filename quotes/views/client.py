"""The client's page: a quote read and answered by a mailed link, without a login. Opening it changes nothing."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lib import clock
from lib.days import day_written
from lib.law import UnknownFact, fact
from people.models import new_request_id
from quotes import answering, doors, limits, mixes, wording
from quotes.evidence import Traces, erase_after
from quotes.forms_client import AcceptForm, AskForm, RefuseForm
from quotes.models import Acceptance, MoneyDue, Question, QuoteLink, QuoteVersion
from quotes.posting import pdf_of
from quotes.sending import today_of
from quotes.states import State, latest_sent, state_of
from quotes.terms import planned_days
from quotes.views.common import kept_pdf
from quotes.views.reading import reading_of

NOW = {State.SENT: "open", State.OPENED: "open"}
NEVER_KEPT = {"Cache-Control": "no-store, private", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex"}


class Reader:
    """Who holds a link, and the version it shows: the last one sent; once accepted, the accepted one."""

    def __init__(self, link: QuoteLink, token: str, *, is_seller: bool = False) -> None:
        self.link, self.token, self.quote, self.is_seller = link, token, link.quote, is_seller
        self.acceptance = Acceptance.objects.filter(quote=self.quote).select_related("version").first()
        version = self.acceptance.version if self.acceptance else latest_sent(self.quote)
        if version is None:
            raise Http404
        version.quote = self.quote
        self.version: QuoteVersion = version
        self.today: date = today_of(self.quote, clock.now())
        state = state_of(self.quote, self.today)
        self.state = NOW.get(state, state.value)

    def context(self) -> dict[str, Any]:
        """Return what each of the client's pages shows."""
        return reading_of(self.version) | {
            "token": self.token,
            "state": self.state,
            "is_seller": self.is_seller,
            "contact": self.link.contact,
            "acceptance": self.acceptance,
            "has_pdf": pdf_of(self.version) is not None,
            "may_accept": not self.quote.client.is_consumer,
            "traces_kept": self._law("acceptance.traces_kept", date=self._traces_until()),
            "user": None,
        }

    def _traces_until(self) -> str:
        try:
            return day_written(erase_after(self.today))
        except UnknownFact:
            return ""

    def _law(self, key: str, **details: object) -> str:
        try:
            return fact(key, self.today).text(get_language() or self.version.language, **details)
        except UnknownFact:
            return ""

    def worth(self) -> str:
        """Return what an acceptance online is worth, in law."""
        return self._law("acceptance.simple_signature")

    def on_paper(self) -> str:
        """Return why a private person signs on paper, for now."""
        return self._law("acceptance.consumer_on_paper") if self.quote.client.is_consumer else ""


def by_link(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Open the door of a token: in the client's language unless another was chosen, never cached, writings counted
    and taken from the client only."""

    @wraps(view)
    def door(request: HttpRequest, token: str) -> HttpResponseBase:
        link, reason = doors.open_link(token)
        if link is None:
            answer: HttpResponseBase = _closed(request, reason)
        else:
            with override(_language(request, link)), timezone.override(link.quote.business.time_zone):
                reader = Reader(link, token, is_seller=_sells(request, link))
                if reader.is_seller and request.method == "POST":
                    answer = _not_the_client(request)
                else:
                    answer = _counted(request, link) or view(request, reader)
        for name, value in NEVER_KEPT.items():
            answer[name] = value
        return answer

    return door


def _sells(request: HttpRequest, link: QuoteLink) -> bool:
    """Tell whether the sender's own people hold the link: what they do by it is not the client's doing."""
    return request.user.is_authenticated and link.quote.business.memberships.filter(user=request.user.pk).exists()


def _not_the_client(request: HttpRequest) -> HttpResponse:
    """Refuse in words what only the client may do."""
    words = _(
        "You are signed in as one of those who sent this quote: only the client answers here. If they said yes in "
        "another way, record it on the quote’s page."
    )
    context = {"title": _("This is your client’s page"), "words": words, "user": None}
    return render(request, "quotes/client_closed.html", context, status=403)


def _language(request: HttpRequest, link: QuoteLink) -> str:
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else link.quote.client.language


def _counted(request: HttpRequest, link: QuoteLink) -> HttpResponse | None:
    """Count a writing through a link; answer 429 when it is one too many."""
    if request.method != "POST":
        return None
    try:
        limits.count_answer(link.pk, address_of(request))
    except limits.TooMany as too_many:
        words = {"title": _("Too many tries"), "words": str(too_many)}
        answer = render(request, "quotes/client_closed.html", words | {"user": None}, status=429)
        answer["Retry-After"] = str(limits.SECONDS)
        return answer
    return None


def address_of(request: HttpRequest) -> str:
    """Return the address a request came from: the one our own proxy saw, where there is one."""
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        through = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()
        if through:
            return through
    return str(request.META.get("REMOTE_ADDR", ""))


def _closed(request: HttpRequest, reason: doors.Reason | None) -> HttpResponse:
    """Say in words why a link opens nothing."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    with override(chosen if chosen in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE):
        title = _("This link opens nothing") if reason == doors.Reason.WRONG else _("This link is closed")
        words = {"title": title, "words": str((reason or doors.Reason.WRONG).value)}
        return render(request, "quotes/client_closed.html", words | {"user": None}, status=404)


@require_http_methods(["GET", "HEAD"])
@by_link
def client_page(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Show the quote, and write down that its link was opened, unless the sender looks at the client's page."""
    if not reader.is_seller:
        seen = request.method or "GET"
        doors.record_visit(reader.link, method=seen, headers=request.headers, at=clock.now())
    return _page(request, reader)


def _page(request: HttpRequest, reader: Reader, ask: AskForm | None = None, status: int = 200) -> HttpResponse:
    version = reader.version
    context = reader.context() | {
        "ask": ask or AskForm(asked=version, initial={"version": version.pk, "request_id": new_request_id()}),
        "questions": _questions(reader),
        "on_paper": reader.on_paper(),
        "next_steps": next_steps(reader) if reader.acceptance else [],
    }
    return render(request, "quotes/client_page.html", context, status=status)


def _questions(reader: Reader) -> list[Question]:
    """Return what this link's holder asked: others' questions are theirs."""
    rows = Question.objects.filter(link=reader.link).select_related("link__contact", "line")
    return list(rows)


def next_steps(reader: Reader) -> list[str]:
    """Return what happens after the yes, with its dates, in words."""
    language = get_language() or "fr"
    steps = [_("A copy of this quote, as accepted, comes to you by mail.")]
    for term in mixes.mix_of(reader.version):
        days = [] if term.in_euros else planned_days(term)
        what = wording.headline(term, language)
        if term.is_deposit:
            steps.append(_("An invoice for the deposit comes by mail: %(amount)s.") % {"amount": what})
        elif term.due == MoneyDue.DEPOSIT_DATE and term.due_on:
            words = {"amount": what, "day": wording.day(term.due_on, language)}
            steps.append(_("An invoice for a deposit comes by mail before %(day)s: %(amount)s.") % words)
        elif term.due == MoneyDue.DATE and term.due_on:
            steps.append(_("%(what)s, on %(day)s.") % {"what": what, "day": wording.day(term.due_on, language)})
        elif days:
            first, last = wording.day(days[0][0], language), wording.day(days[-1][0], language)
            said = _("%(what)s, on %(first)s.") if len(days) == 1 else _("%(what)s, from %(first)s to %(last)s.")
            steps.append(said % {"what": what, "first": first, "last": last})
        elif term.due == MoneyDue.DELIVERY:
            steps.append(_("%(what)s, on delivery of the work.") % {"what": what})
        elif term.due == MoneyDue.AFTER_INVOICE:
            after = _("%(what)s, %(days)s days after the invoice.")
            steps.append(after % {"what": what, "days": term.due_days})
    return steps


@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def client_accept(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Restate the deal in words and take the yes: a name, a capacity, two ticks, a deliberate click."""
    version = reader.version
    if request.method != "POST" and (reader.state != "open" or reader.is_seller or reader.quote.client.is_consumer):
        return redirect("client_page", reader.token)
    sentences = {
        "power": answering.power_sentence(version),
        "consent": answering.consent_sentence(version),
    }
    if request.method != "POST":
        contact = reader.link.contact
        known = {"version": version.pk, "seal": version.seal, "name": contact.name, "capacity": contact.capacity}
        return _accept_page(request, reader, AcceptForm(initial=known | {"request_id": new_request_id()}, **sentences))
    form = AcceptForm(request.POST, **sentences)
    if not form.is_valid():
        return _accept_page(request, reader, form, status=422)
    said = dict(form.cleaned_data)
    traces = Traces(address=address_of(request), device=request.headers.get("User-Agent", ""))
    try:
        answering.accept(link=reader.link, version_id=said.pop("version"), at=clock.now(), traces=traces, **said)
    except answering.AnswerError as refused:
        return _accept_page(request, reader, form, status=409, refused=str(refused))
    return redirect("client_page", reader.token)


def _accept_page(
    request: HttpRequest, reader: Reader, form: AcceptForm, status: int = 200, refused: str = ""
) -> HttpResponse:
    context = reader.context() | {"form": form, "worth": reader.worth(), "refused": refused}
    return render(request, "quotes/client_accept.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def client_refuse(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Take the no, with a reason if they wish."""
    if request.method != "POST":
        if reader.state != "open" or reader.is_seller:
            return redirect("client_page", reader.token)
        form = RefuseForm(initial={"version": reader.version.pk, "request_id": new_request_id()})
        return _refuse_page(request, reader, form)
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return _refuse_page(request, reader, form, status=422)
    said = dict(form.cleaned_data)
    try:
        answering.refuse(link=reader.link, version_id=said.pop("version"), at=clock.now(), **said)
    except answering.AnswerError as refused:
        return _refuse_page(request, reader, form, status=409, refused=str(refused))
    return redirect("client_page", reader.token)


def _refuse_page(
    request: HttpRequest, reader: Reader, form: RefuseForm, status: int = 200, refused: str = ""
) -> HttpResponse:
    return render(
        request, "quotes/client_refuse.html", reader.context() | {"form": form, "refused": refused}, status=status
    )


@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def client_ask(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Take a question. Its address opened again, without one, leads to the page where questions are asked."""
    if request.method != "POST":
        return redirect(f"{_address(reader)}#questions")
    form = AskForm(request.POST, asked=reader.version)
    if not form.is_valid():
        return _page(request, reader, form, status=422)
    said = form.cleaned_data
    try:
        answering.ask(
            link=reader.link,
            version_id=said["version"],
            text=said["text"],
            line_id=said["line"].pk if said["line"] else None,
            request_id=said["request_id"],
            at=clock.now(),
        )
    except answering.AnswerError as refused:
        form.add_error(None, str(refused))
        return _page(request, reader, form, status=409)
    return redirect(f"{_address(reader)}#questions")


def _address(reader: Reader) -> str:
    return reverse("client_page", args=[reader.token])


@require_GET
@by_link
def client_pdf(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    """Give the exact PDF of the version that is shown."""
    return kept_pdf(request, reader.version)
