"""A draft before it leaves: what it will look like, to whom it goes, and the sending."""

from copy import copy

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods

from lib import clock
from lib.addresses import row_id
from people import parties
from people.access import BusinessRequest, in_business, writers_only
from people.models import Contact
from quotes import mixes, paper, readiness, sending
from quotes.forms import SendForm
from quotes.models import Acceptance, Quote, QuoteVersion
from quotes.remuneration import WARNING
from quotes.views.common import kept_pdf, quote_or_404
from quotes.views.reading import reading_of
from records import keeping, letters
from records.subjects import ref


def draft_of(quote: Quote) -> QuoteVersion | None:
    return quote.versions.filter(sent_at=None).first()


@in_business
@require_GET
def quote_preview(request: BusinessRequest, pk: int) -> HttpResponse:
    """Show the saved draft as its client will read it. Writes nothing."""
    quote = quote_or_404(request, pk)
    version = draft_of(quote)
    if version is None:
        return redirect(quote)
    version.quote = quote
    return _preview_page(request, version, readiness.unprintable(version))


def _preview_page(
    request: BusinessRequest, version: QuoteVersion, unprintable: list[str], status: int = 200
) -> HttpResponse:
    with override(version.language):
        context = reading_of(version) | {"quote": version.quote, "unprintable": unprintable}
        return render(request, "quotes/preview.html", context, status=status)


@in_business
@require_GET
def quote_pdf(request: BusinessRequest, pk: int) -> HttpResponseBase:
    """Give the PDF: of `?version=n` (the last one sent if not said), as it was kept; of the draft, a preview."""
    quote = quote_or_404(request, pk)
    asked = request.GET.get("version", "")
    if asked == "draft":
        return _preview_pdf(request, quote)
    sent = quote.versions.exclude(sent_at=None).order_by("-version")
    version = sent.filter(version=row_id(asked) or 0).first() if asked else sent.first()
    if version is None:
        raise Http404
    return kept_pdf(request, version)


def _preview_pdf(request: BusinessRequest, quote: Quote) -> HttpResponse:
    version = draft_of(quote)
    if version is None:
        raise Http404
    version.quote = quote
    if unprintable := readiness.unprintable(version):
        return _preview_page(request, version, unprintable, status=422)
    content = paper.quote_pdf(paper.quote_facts(version), created=clock.now(), preview=True)
    name = f"{slugify(_('preview'))}-{slugify(version.title)[:60]}.pdf"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"},
    )


@in_business
@require_GET
def quote_scan(request: BusinessRequest, pk: int) -> HttpResponseBase:
    """Give the paper that a yes came on."""
    acceptance = get_object_or_404(Acceptance, quote=quote_or_404(request, pk))
    document = keeping.find("acceptance_scan", ref(acceptance))
    if document is None:
        raise Http404
    return keeping.response(document)


@writers_only
@require_http_methods(["GET", "HEAD", "POST"])
def quote_send(request: BusinessRequest, pk: int) -> HttpResponse:
    """Choose who receives the quote, read what will be sent, and send it."""
    quote = quote_or_404(request, pk)
    version = draft_of(quote)
    if version is None:
        messages.info(request, _("This quote is sent already."))
        return redirect(quote)
    version.quote = quote
    form = SendForm(request.POST or None, contacts=_contacts(quote), initial={"revision": version.revision})
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["revision"] != version.revision:
            form.add_error(None, _("The draft was changed since you opened this page: read it again, then send it."))
        else:
            return _send(request, quote, version, form)
    return _send_page(request, quote, version, form)


def _contacts(quote: Quote) -> QuerySet[Contact]:
    return quote.client.contacts.filter(archived_at=None)


def _send(request: BusinessRequest, quote: Quote, version: QuoteVersion, form: SendForm) -> HttpResponse:
    chosen = list(form.cleaned_data["contacts"])
    try:
        sent = sending.send(
            quote=quote,
            by=request.user,
            at=clock.now(),
            contacts=chosen,
            revision=form.cleaned_data["revision"],
        )
    except sending.SendError as refused:
        return _send_page(request, quote, version, form, refused.obstacles)
    said = _("Quote %(number)s leaves now, to %(people)s.")
    messages.success(request, said % {"number": sent.number, "people": ", ".join(contact.name for contact in chosen)})
    return redirect(quote)


def _send_page(
    request: BusinessRequest, quote: Quote, version: QuoteVersion, form: SendForm, obstacles: list[str] | None = None
) -> HttpResponse:
    """Show what is in the way, or what will leave: the mail, word for word, to whom."""
    contacts = list(_contacts(quote))
    today = sending.today_of(quote, clock.now())
    in_the_way = sending.obstacles(version, contacts, today) if obstacles is None else obstacles
    checks = mixes.checks_of(version, today)
    context = {
        "quote": quote,
        "version": version,
        "form": form,
        "contacts": contacts,
        "total": mixes.price_of(version).total,
        "obstacles": in_the_way,
        "warnings": [
            *(check.message for check in checks if check.level == WARNING),
            *readiness.doubts(version, today),
        ],
        "mail": mail_shown(version, contacts[0]) if contacts else None,
        "is_new_version": quote.number is not None,
    }
    return render(request, "quotes/send.html", context, status=422 if form.is_bound else 200)


def mail_shown(version: QuoteVersion, contact: Contact) -> dict[str, str]:
    """Return the mail that a contact will get, its link said in words."""
    quote = version.quote
    shown = copy(version)  # never saved: what sending writes on it
    shown.seller, shown.number = parties.seller(quote.business), quote.number or _("[number]")
    context = {
        "quote": quote,
        "version": shown,
        "contact": contact,
        "plain_words": mixes.plain_words(version),
        "business": quote.business,
        "sender_name": str(quote.business),
        "link": letters.LINK,
    }
    subject, body = letters.written("quotes/sent", version.language, context)
    return {"subject": subject, "body": letters.shown(body, _("[the link of %(name)s]") % {"name": contact.name})}
