"""The list of quotes, one quote's page, and what is done from there."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lib import clock
from lib.addresses import row_id
from lib.bars import Segment
from lib.money import cents, euros
from people.access import BusinessRequest, clients_of, in_business, writers_only
from quotes import answering, drafting, sending, withdrawing
from quotes.follow_ups import said_of
from quotes.forms import AnswerForm, NewQuoteForm, OtherwiseForm, RequestForm
from quotes.models import Kind, Question, Quote, QuoteLink, RemunerationTerm
from quotes.states import State, with_state
from quotes.views.common import quote_or_404, visible_quotes
from quotes.views.following import Following
from quotes.views.next_steps import next_step, tone_of

PER_PAGE = 15
SORTS = {
    "client": "client__name",
    "total": "total",
    "valid": "valid_until",
    "sent": "sent_at",
    "created": "created_at",
}


@in_business
@require_GET
def quotes(request: BusinessRequest) -> HttpResponse:
    """List the quotes: filtered by state, searched, sorted, with totals by kind and what to do next."""
    today = clock.today(request.business.time_zone)
    found = _found(with_state(visible_quotes(request), today), request)
    sort = request.GET.get("sort", "-created")
    page = Paginator(_sorted(found, sort).select_related("client"), PER_PAGE).get_page(request.GET.get("page"))
    followed = said_of([row.pk for row in page.object_list if row.state == State.ACCEPTED])
    for row in page.object_list:
        row.tone, row.next = tone_of(row.state), next_step(row, request.business.slug, followed.get(row.pk, ""))
        row.state_word = State(row.state).label
    context = {
        "page": page,
        "q": request.GET.get("q", ""),
        "state": request.GET.get("state", ""),
        "states": [state for state in State if state != State.REPLACED],
        "sort": sort,
        "totals": totals_by_kind(found) if page.paginator.count else [],
    }
    return render(request, "quotes/quotes.html", context)


def _found(quotes: QuerySet[Any], request: BusinessRequest) -> QuerySet[Any]:
    for word in request.GET.get("q", "").split()[:8]:
        said = Q(client__name__icontains=word) | Q(number__icontains=word) | Q(title__icontains=word)
        quotes = quotes.filter(said)
    if (state := request.GET.get("state", "")) in State.values:
        quotes = quotes.filter(state=state)
    if (client := row_id(request.GET.get("client", ""))) is not None:
        quotes = quotes.filter(client=client)
    return quotes


def _sorted(quotes: QuerySet[Any], sort: str) -> QuerySet[Any]:
    column = SORTS.get(sort.removeprefix("-"), "created_at")
    return quotes.order_by(f"-{column}" if sort.startswith("-") else column, "-pk")


def totals_by_kind(quotes: QuerySet[Any]) -> list[Segment]:
    """Return what all these quotes are worth, by kind of remuneration."""
    terms = RemunerationTerm.objects.filter(version__in=quotes.order_by().values("version_id"))
    sums: dict[str, Decimal] = dict(terms.order_by().values_list("kind").annotate(Sum("value")))
    return [Segment(kind, euros(cents(sums[kind])), "") for kind in Kind.values if sums.get(kind)]


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def quote_new(request: BusinessRequest) -> HttpResponse:
    """Start a quote: for whom, called what; the editor opens."""
    clients = clients_of(request.membership).filter(archived_at=None)
    chosen = {"client": row_id(request.GET.get("client", ""))}
    form = NewQuoteForm(request.POST or None, clients=clients, initial=chosen)
    if request.method == "POST" and form.is_valid():
        client = form.cleaned_data["client"]
        made = drafting.create_quote(
            by=request.user,
            at=clock.now(),
            activity=client.activity,
            client=client,
            title=form.cleaned_data["title"],
            request_id=form.cleaned_data["request_id"],
        )
        return redirect("quote_edit", request.business.slug, made.pk)
    context = {"form": form, "has_clients": clients.exists()}
    return render(request, "quotes/quote_new.html", context, status=422 if form.is_bound else 200)


@in_business
@require_GET
def quote(request: BusinessRequest, pk: int) -> HttpResponse:
    """Show where a quote stands and all that can be done with it."""
    return _quote_page(request, quote_or_404(request, pk))


def _quote_page(request: BusinessRequest, found: Quote, status: int = 200, **forms: Any) -> HttpResponse:
    today = _today(request)
    context = Following(found, today, request.business.slug).context()
    context["otherwise"] = OtherwiseForm(initial={"on": today})
    context["answer_form"] = AnswerForm(questions=_questions(found))
    return render(request, "quotes/quote.html", context | forms, status=status)


def _today(request: BusinessRequest) -> date:
    return clock.today(request.business.time_zone)


def _questions(found: Quote) -> QuerySet[Question]:
    return Question.objects.filter(version__quote=found)


@in_business
@require_POST
def quote_new_version(request: BusinessRequest, pk: int) -> HttpResponse:
    """Write another version, from the last one sent."""
    found = quote_or_404(request, pk)
    try:
        drafting.new_version(quote=found, by=request.user, at=clock.now())
    except drafting.DraftError as refused:
        messages.error(request, str(refused))
        return redirect(found)
    return redirect("quote_edit", request.business.slug, found.pk)


@in_business
@require_POST
def quote_duplicate(request: BusinessRequest, pk: int) -> HttpResponse:
    """Write another quote with the same lines and terms."""
    found = quote_or_404(request, pk)
    form = RequestForm(request.POST)
    if not form.is_valid():
        return redirect(found)
    made = drafting.duplicate_quote(
        quote=found, by=request.user, at=clock.now(), request_id=form.cleaned_data["request_id"]
    )
    messages.success(request, _("Here is the copy: change what differs."))
    return redirect("quote_edit", request.business.slug, made.pk)


@in_business
@require_POST
def quote_discard(request: BusinessRequest, pk: int) -> HttpResponse:
    """Throw a draft away; what was sent stays."""
    found = quote_or_404(request, pk)
    draft = found.versions.filter(sent_at=None).first()
    if draft is None:
        return redirect(found)
    left = drafting.discard_draft(version=draft, by=request.user, at=clock.now())
    messages.success(request, _("The draft is thrown away."))
    return redirect(left) if left else redirect("quotes", request.business.slug)


@in_business
@require_POST
def quote_withdraw(request: BusinessRequest, pk: int) -> HttpResponse:
    """Withdraw a quote: it can no longer be answered."""
    found = quote_or_404(request, pk)
    try:
        withdrawing.withdraw(quote=found, by=request.user, at=clock.now())
    except withdrawing.WithdrawError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The quote is withdrawn."))
    return redirect(found)


@in_business
@require_POST
def quote_answer(request: BusinessRequest, pk: int) -> HttpResponse:
    """Answer a client's question."""
    found = quote_or_404(request, pk)
    form = AnswerForm(request.POST, questions=_questions(found))
    if form.is_valid():
        question, text = form.cleaned_data["question"], form.cleaned_data["answer"]
        try:
            answering.answer(question=question, text=text, by=request.user, at=clock.now())
        except answering.AnswerError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Your answer leaves by mail, and shows on your client's page."))
            return redirect(found)
    return _quote_page(request, found, 422, answer_form=form)


@in_business
@require_POST
def quote_accepted(request: BusinessRequest, pk: int) -> HttpResponse:
    """Record a yes that came otherwise than by a link."""
    found = quote_or_404(request, pk)
    form = OtherwiseForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            answering.accept_otherwise(quote=found, by=request.user, at=clock.now(), **form.cleaned_data)
        except answering.AnswerError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The agreement is recorded."))
            return redirect(found)
    return _quote_page(request, found, 422, otherwise=form)


@in_business
@require_POST
def quote_link(request: BusinessRequest, pk: int, link_pk: int) -> HttpResponse:
    """Revoke a contact's link, or send them a new one."""
    found = quote_or_404(request, pk)
    link = get_object_or_404(QuoteLink.objects.select_related("contact"), quote=found, pk=link_pk)
    if request.POST.get("action") == "revoke":
        sending.revoke_link(link=link, by=request.user, at=clock.now())
        said = _("The link of %(name)s no longer opens anything.")
    else:
        seen = row_id(request.POST.get("generation", ""))
        sending.renew_link(link=link, by=request.user, at=clock.now(), generation=seen)
        said = _("A new link leaves by mail for %(name)s; the one before no longer opens anything.")
    messages.success(request, said % {"name": link.contact.name})
    return redirect(found)
