"""How much of a line, as the paper says it."""

from django import template
from django.utils.translation import get_language

from quotes.paper import PrintedLine, quantity_in_words

register = template.Library()


@register.filter
def quantity(line: PrintedLine) -> str:
    """Return « 16 pages », « 1 heure », « 2,5 jours »."""
    return quantity_in_words(line.quantity, line.unit, get_language() or "fr")
