"""Every address of the site, read from the resolver and filled with the demonstration's rows.

A new page below `/b/<slug>/` is walked without being told; when it needs a row of a new kind, add it to `ROWS`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from billing.models import (
    AgreedPart,
    Export,
    Invoice,
    IssueBatch,
    Mandate,
    MandateLink,
    MissedDelivery,
    PaymentRequest,
    Receipt,
    ReceivedInvoice,
    Recurrence,
    Reminder,
    SelfBilledInvoice,
    SetOff,
    Shortfall,
    Slip,
)
from billing.selfbilled import mandate_doors
from lib import links
from people.models import Business, Client, Contact, Invitation, Membership
from quotes.models import Kind, Offer, Quote, QuoteLink, RemunerationTerm
from records.models import Errand, Mail

DEMO = "lou-marchal"
BELOW_A_BUSINESS = "b/<slug:slug>/"


@dataclass(frozen=True)
class Address:
    """A page: its name in the resolver, the path that opens it."""

    name: str
    path: str


Rows = Callable[[Business], QuerySet[Any]]


def _drafts(business: Business) -> QuerySet[Quote]:
    return Quote.objects.filter(business=business, versions__sent_at=None)


def _agreed_in_kind(business: Business) -> QuerySet[RemunerationTerm]:
    terms = RemunerationTerm.objects.filter(version__quote__business=business, version__acceptance__isnull=False)
    return terms.exclude(kind=Kind.MONEY)


def _issued(business: Business) -> QuerySet[Invoice]:
    return Invoice.objects.filter(business=business, issued_at__isnull=False).order_by("-pk")


def _models(business: Business) -> QuerySet[Invoice]:
    return _issued(business).filter(type=Invoice.Type.STANDARD, acceptance=None)


def _mandates_in_draft(business: Business) -> QuerySet[Mandate]:
    return Mandate.objects.filter(business=business, proposed_at=None)


def _self_billed_in_draft(business: Business) -> QuerySet[SelfBilledInvoice]:
    return SelfBilledInvoice.objects.filter(business=business, issued_at=None)


# Which row opens an address: by the address's name, else by its first word ("quote_pdf" → "quote").
ROWS: dict[str, Rows] = {
    "client": lambda b: Client.objects.filter(activity__business=b, contacts__isnull=False),
    "contact": lambda b: Client.objects.filter(activity__business=b, contacts__isnull=False),
    "offer": lambda b: Offer.objects.filter(activity__business=b),
    "quote": lambda b: Quote.objects.filter(business=b, acceptance__isnull=False),
    "quote_edit": _drafts,
    "quote_preview": _drafts,
    "quote_send": _drafts,
    "quote_discard": _drafts,
    "invoice": _issued,
    "invoice_final": lambda b: Quote.objects.filter(business=b, acceptance__isnull=False),
    "invoice_replace": _models,
    "month": lambda b: _agreed_in_kind(b).filter(receipts__isnull=False),
    "part": lambda b: AgreedPart.objects.filter(invoice__business=b, shortfalls__isnull=False),
    "invoice_edit": lambda b: Invoice.objects.filter(business=b, issued_at=None),
    "invoice_issue": lambda b: Invoice.objects.filter(business=b, issued_at=None),
    "invoice_preview": lambda b: Invoice.objects.filter(business=b, issued_at=None),
    "invoice_delete": lambda b: Invoice.objects.filter(business=b, issued_at=None),
    "invoice_remind": lambda b: Invoice.objects.filter(reminders__business=b),
    "request_new": lambda b: Invoice.objects.filter(payment_requests__business=b),
    "payment_request": lambda b: PaymentRequest.objects.filter(business=b),
    "request": lambda b: PaymentRequest.objects.filter(business=b),
    "reminder": lambda b: Reminder.objects.filter(business=b),
    "issue": lambda b: IssueBatch.objects.filter(business=b),
    "recurrence": lambda b: Recurrence.objects.filter(business=b),
    "recurrence_new": _models,
    "recurrence_model": _models,
    "mandate": lambda b: Mandate.objects.filter(business=b, acceptance__isnull=False),
    "mandate_edit": _mandates_in_draft,
    "mandate_propose": _mandates_in_draft,
    "mandate_delete": _mandates_in_draft,
    "mandate_on_paper": lambda b: Mandate.objects.filter(business=b, proposed_at__isnull=False, acceptance=None),
    "mandate_new": lambda b: Client.objects.filter(activity__business=b, contacts__isnull=False),
    "self": lambda b: SelfBilledInvoice.objects.filter(business=b, issued_at__isnull=False),
    "self_billed_new": lambda b: Mandate.objects.filter(business=b, acceptance__isnull=False),
    "self_billed_edit": _self_billed_in_draft,
    "self_billed_issue": _self_billed_in_draft,
    "self_billed_delete": _self_billed_in_draft,
    "received": lambda b: ReceivedInvoice.objects.filter(business=b, document__isnull=False, withdrawal=None),
    "set": lambda b: SetOff.objects.filter(business=b),
    "set_off_new": lambda b: ReceivedInvoice.objects.filter(
        business=b, withdrawal=None, client__invoices__isnull=False
    ),
    "set_off_announce": lambda b: Invoice.objects.filter(business=b, issued_at=None),
    "slip": lambda b: Slip.objects.filter(business=b),
    "receipt": lambda b: Receipt.objects.filter(business=b),
    "term": _agreed_in_kind,
    "missed": lambda b: _agreed_in_kind(b).filter(missed__reverses=None, missed__isnull=False),
    "mail": lambda b: Mail.objects.filter(business=b),
    "errand": lambda b: Errand.objects.filter(business=b),
    "export": lambda b: Export.objects.filter(business=b),
    "member": lambda b: Membership.objects.filter(business=b),
    "invitation": lambda b: Invitation.objects.filter(business=b),
}
VERBS = ("change_", "put_", "remove_", "revoke_", "new_")


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every pattern of the site with its whole route."""
    for found in (resolver or get_resolver()).url_patterns:
        route = prefix + str(found.pattern)
        if isinstance(found, URLResolver):
            yield from patterns(found, route)
        else:
            yield route, found


def of_business(business: Business) -> list[Address]:
    """Return every address below `/b/<slug>/`. Raises LookupError where the demonstration has no row to open it."""
    found = [pattern for route, pattern in patterns() if route.startswith(BELOW_A_BUSINESS)]
    return [Address(str(pattern.name), _path(pattern, business)) for pattern in found]


def of_client(link: QuoteLink) -> list[Address]:
    """Return every address that a client's link opens."""
    token = links.make(link.pk, link.generation)
    names = [str(pattern.name) for route, pattern in patterns() if route.startswith("d/<str:token>/")]
    return [Address(name, reverse(name, args=[token])) for name in names]


def of_partner(link: MandateLink) -> list[Address]:
    """Return every address that a partner's link opens: their mandate and one of its issued invoices."""
    token, issued = mandate_doors.token_of(link), link.mandate.invoices.filter(issued_at__isnull=False).first()
    found = []
    for route, pattern in patterns():
        if route.startswith("m/<str:token>/") and (issued or "pk" not in pattern.pattern.converters):
            row = {"pk": issued.pk} if issued and "pk" in pattern.pattern.converters else {}
            found.append(Address(str(pattern.name), reverse(str(pattern.name), kwargs={"token": token} | row)))
    return found


def _path(pattern: URLPattern, business: Business) -> str:
    filled: dict[str, Any] = {"slug": business.slug}
    asked = pattern.pattern.converters
    if "pk" in asked:
        filled["pk"] = _row(str(pattern.name), business)
    if "contact_pk" in asked:
        filled["contact_pk"] = Contact.objects.filter(client=filled["pk"]).values_list("pk", flat=True)[0]
    if "link_pk" in asked:
        links_of = {"mandate_link": MandateLink.objects.filter(mandate=filled["pk"])}
        rows = links_of.get(str(pattern.name)) or QuoteLink.objects.filter(quote=filled["pk"])
        filled["link_pk"] = rows.values_list("pk", flat=True)[0]
    if "invoice_pk" in asked:
        same_client = {"client__received_invoices": filled["pk"]} if pattern.name == "set_off_new" else {}
        filled["invoice_pk"] = _issued(business).filter(**same_client).values_list("pk", flat=True)[0]
    if "missed_pk" in asked:
        filled["missed_pk"] = MissedDelivery.objects.filter(term=filled["pk"]).values_list("pk", flat=True)[0]
    if "shortfall_pk" in asked:
        filled["shortfall_pk"] = Shortfall.objects.filter(part=filled["pk"]).values_list("pk", flat=True)[0]
    if "month" in asked:
        filled |= {"year": 2026, "month": 10}
    if "section" in asked:
        filled["section"] = "tax"
    return reverse(str(pattern.name), kwargs=filled)


def _row(name: str, business: Business) -> int:
    bare = name
    for verb in VERBS:
        bare = bare.removeprefix(verb)
    bare = bare.removesuffix("_away")
    rows = ROWS.get(name) or ROWS.get(bare) or ROWS.get(bare.split("_")[0])
    if rows is None:
        raise LookupError(f"Say in ROWS which row opens {name}.")
    row = rows(business).first()
    if row is None:
        raise LookupError(f"The demonstration has no row for {name}.")
    return int(row.pk)
