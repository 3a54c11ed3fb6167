"""The small pieces of pages, built into every template: amounts, fields, kinds of remuneration, badges, lists."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.http import HttpRequest
from django.template import defaultfilters
from django.template.context import Context
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from djmoney.money import Money

from lib import bars, days, markdown
from lib.money import euros, number_written, percent_written, written
from people.access import sees_everything
from people.models import Contact
from quotes.paper import rate_in_words

register = template.Library()

KIND_WORDS = {
    "money": _("euros"),
    "goods": _("in kind"),
    "time": _("hours"),
    "local_currency": _("local currency"),
}
TONES = {"good", "wait", "bad", "off", ""}
# What the navigation shows: word, name of the URL, first folders of the paths under it, whether owners alone see it.
PAGES = (
    (_("Today"), "today", "", False),
    (_("Quotes"), "quotes", "quotes", False),
    (_("Invoices"), "invoices", "invoices payment-requests", False),
    (_("Received"), "receipts", "receipts received-invoices set-offs slips self-billing", False),
    (_("Offers"), "offers", "offers", False),
    (_("Clients"), "clients", "clients", False),
    (_("Accounting"), "accounting", "accounting", False),
    (_("Settings"), "settings", "settings members numbers reminders", True),
)


@register.simple_tag(name="money")
def money_tag(value: Money | Decimal) -> str:
    """`{% money invoice.total %}`: an amount in the page's language, never broken across lines."""
    return written(value, get_language() or "fr")


@register.filter
def money(value: Money | Decimal | None) -> str:
    """`{{ invoice.total|money }}`: the same, as a filter; nothing for no amount."""
    return "" if value is None or value == "" else money_tag(value)


@register.filter(name="date", expects_localtime=True)
def date_filter(value: Any, pattern: str | None = None) -> str:
    """Django's own `|date`, but for the first of a month in French: « 1er décembre 2026 »."""
    return days.ordinal(defaultfilters.date(value, pattern))


@register.filter
def number(value: Decimal | int | None) -> str:
    """`{{ line.quantity|number }}`: 2,5 rather than 2.5000."""
    return "" if value is None or value == "" else number_written(value, get_language() or "fr")


@register.filter
def percent(value: Decimal | int | None) -> str:
    """`{{ line.vat_rate|percent }}`: 5,5 %."""
    return "" if value is None or value == "" else percent_written(value, get_language() or "fr")


@register.filter
def rate(value: Any) -> str:
    """`{{ tax|rate }}`, `{{ line|rate }}`: the VAT rate, or the word for what is not taxed."""
    percent: Decimal = value.rate if hasattr(value, "rate") else value.vat_rate
    return rate_in_words(value.category, percent, get_language() or "fr")


@register.filter(name="markdown")
def markdown_filter(text: str, heading_level: int | None = None) -> SafeString:
    """`{{ quote.introduction|markdown }}`, or `|markdown:3` where a heading in the text has a level on the page."""
    return format_html('<div class="prose">{}</div>', markdown.to_html(text, heading_level=heading_level))


@register.simple_tag
def field(bound: BoundField, css_class: str = "") -> SafeString:
    """`{% field form.name %}`: label, help, errors and control, tied together for screen readers."""
    drawn = bound.as_field_group()
    return format_html('<div class="{}">{}</div>', css_class, drawn) if css_class else drawn


@register.inclusion_tag("pieces/errors.html")
def errors(*forms: BaseForm) -> dict[str, Any]:
    """`{% errors form %}`, or several forms: what is wrong, said once at the top, each with a link to its field."""
    wrong = [form for form in forms if form and form.is_bound and form.errors]
    return {
        "fields": [bound for form in wrong for bound in form if bound.errors and not bound.is_hidden],
        "others": [error for form in wrong for error in form.non_field_errors()],
        "hidden": [(b.name, e) for form in wrong for b in form.hidden_fields() for e in b.errors],
        "wrong": bool(wrong),
    }


@register.inclusion_tag("pieces/nav.html", takes_context=True)
def main_nav(context: Context) -> dict[str, Any]:
    """Return the pages of the business that the person may open, the present one marked."""
    business, membership = context.get("business"), context.get("membership")
    request: HttpRequest | None = context.get("request")
    path = request.path if request else ""
    links = _links(business.slug, path, bool(membership and membership.role == "OWNER")) if business else []
    if membership and membership.role == "FREELANCER" and not sees_everything(membership):
        links = [link for link in links if link["name"] != "accounting"]
    return {"links": links, "business": business, "user": context.get("user"), "path": path}


def _links(slug: str, path: str, is_owner: bool) -> list[dict[str, Any]]:
    found = []
    for word, name, prefix, owners_alone in PAGES:
        if owners_alone and not is_owner:
            continue
        try:
            address = reverse(name, args=[slug])
        except NoReverseMatch:  # tests/test_pages.py sees to it that all exist
            continue
        here = path == address or any(path.startswith(f"/b/{slug}/{part}/") for part in prefix.split())
        found.append({"name": name, "word": word, "url": address, "here": here})
    return found


@register.inclusion_tag("pieces/pages.html", takes_context=True)
def pages(context: Context, page: "Page[Any]") -> dict[str, Any]:
    """`{% pages page %}`: previous and next, keeping the search and the order; nothing when all fits on one page."""
    return {"page": page, "request": context.get("request")}


@register.inclusion_tag("pieces/sort.html", takes_context=True)
def sort(context: Context, key: str, label: str, css_class: str = "") -> dict[str, Any]:
    """`{% sort "name" label %}`: a column's header that sorts by `?sort=name`, or `-name` the second time.

    The view puts the order in use in the context as `sort`.
    """
    now = str(context.get("sort", ""))
    state = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    target = f"-{key}" if now == key else key
    return {"label": label, "state": state, "target": target, "css_class": css_class, "request": context.get("request")}


@register.simple_tag
def badge(label: str, tone: str = "") -> SafeString:
    """`{% badge _("accepted") "good" %}`. Tones: good, wait, bad, off or none; words first, colour repeats them."""
    if tone not in TONES:
        raise ValueError(f"Unknown tone: {tone}")
    return format_html('<span class="badge {}">{}</span>', tone, label)


@register.filter
def kind_word(kind: str) -> str:
    """Return the one word of a kind of remuneration: GOODS or goods → « en nature »."""
    return str(KIND_WORDS[kind.lower()])


@register.inclusion_tag("pieces/kind.html")
def kind(kind: str, label: str = "") -> dict[str, str]:
    """`{% kind term.kind %}`: pictogram and word (or `label`) in the kind's colour."""
    name = kind.lower()
    return {
        "icon": f"pieces/icons/{name}.svg",
        "css_class": name.replace("_", "-"),
        "word": label or str(KIND_WORDS[name]),
    }


@register.simple_tag
def icon(name: str) -> SafeString:
    """`{% icon "goods" %}`: a drawing of templates/pieces/icons/, hidden from screen readers: words go beside it."""
    return SafeString(template.loader.get_template(f"pieces/icons/{name}.svg").render())


@register.inclusion_tag("pieces/mix.html")
def mix_bar(segments: Sequence[bars.Segment], title: str = "", width: int = 640, height: int = 28) -> dict[str, Any]:
    """`{% mix_bar segments %}`: the bar and the words under it. `title` says it in one sentence for who cannot see."""
    said = title or ", ".join(f"{segment.label} {money_tag(segment.value)}" for segment in segments)
    return {
        "bar": bars.mix_bar(segments, width=width, height=height, title=said),
        "legend": [(bars.swatch(segment.kind, title=kind_word(segment.kind)), segment) for segment in segments],
    }


@register.filter
def first_active(contacts: Iterable[Contact]) -> Contact | None:
    """Return the first contact still written to, of contacts already read."""
    return next((contact for contact in contacts if contact.archived_at is None), None)


@register.inclusion_tag("pieces/mix.html")
def welcome_mix() -> dict[str, Any]:
    """Return the example of the welcome page: 1 200 € paid in three ways."""
    example = (
        bars.Segment("money", euros(700), str(_("by transfer"))),
        bars.Segment("goods", euros(400), str(_("20 vegetable baskets"))),
        bars.Segment("local_currency", euros(100), str(_("in local currency"))),
    )
    return mix_bar(example)
