"""What the pages of quotes share: which quotes a member may see, and a version's plain values for pages."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language

from lib.bars import Segment
from people.access import BusinessRequest, visible_activities
from quotes import wording
from quotes.models import Kind, MoneyDue, Quote, QuoteVersion
from quotes.posting import pdf_of
from quotes.terms import TermValues
from records import keeping


def visible_quotes(request: BusinessRequest) -> QuerySet[Quote]:
    """Return the quotes the member may see."""
    return Quote.objects.filter(visible_activities(request.membership), business=request.business)


def quote_or_404(request: BusinessRequest, pk: int) -> Quote:
    """Return one quote the member may see, with its client, business and activity."""
    return get_object_or_404(visible_quotes(request).select_related("client", "activity", "business"), pk=pk)


def segments_of(terms: Sequence[TermValues]) -> list[Segment]:
    """Return the mix bar's segments, one per term, in the page's language."""
    language = get_language() or "fr"
    return [Segment(kind=str(term.kind), value=term.value, label=label_of(term, language)) for term in terms]


def label_of(term: TermValues, language: str) -> str:
    """Return a term's few words beside its value: « à l’accord (acompte) », « 15 paniers à 20 € chacun »."""
    if term.kind != Kind.MONEY:
        return wording.headline(term, language)
    if term.label:
        return term.label
    if term.due == MoneyDue.DEPOSIT_DATE and term.due_on:
        return wording.when_due(term, language)
    if term.due == MoneyDue.DATE and term.due_on:
        return wording.day(term.due_on, language)
    if term.due == MoneyDue.AFTER_INVOICE and term.due_days is not None:
        return f"{term.due_days} {MoneyDue.AFTER_INVOICE.label}"
    return str(MoneyDue(term.due).label) if term.due else ""


def kept_pdf(request: HttpRequest, version: QuoteVersion) -> HttpResponseBase:
    """Answer with the PDF of a sent version, or say that it is being made."""
    document = pdf_of(version)
    if document is None:
        answer: HttpResponse = render(request, "quotes/pdf_later.html", {"version": version}, status=503)
        answer["Retry-After"] = "20"
        return answer
    return keeping.response(document)
