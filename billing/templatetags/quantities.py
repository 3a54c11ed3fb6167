"""How much of a line and at which VAT, as the paper says it."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import get_language

from quotes.paper import PrintedLine, quantity_in_words, rate_in_words

register = template.Library()


@register.filter
def quantity(line: PrintedLine) -> str:
    """Return « 16 pages », « 1 heure », « 2,5 jours »."""
    return quantity_in_words(line.quantity, line.unit, _language())


@register.filter
def rate(line: Any) -> str:
    """Return the VAT of a line or a total: its rate, or the word for what is not taxed."""
    percent: Decimal = line.vat_rate if hasattr(line, "vat_rate") else line.rate
    return rate_in_words(line.category, percent, _language())


def _language() -> str:
    return get_language() or "fr"
