"""An invoice in two languages: the labels of its page said twice, and the law's sentences after those of the first.

Pure. What people typed (titles, descriptions) and the XML stay in the first language.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import override

from lib import law

Rows = Iterable[Mapping[str, Any]]


def both(first: str, second: str, language: str) -> str:
    """Return a label, then the same in a second language, told as such to screen readers; once where both agree
    or there is no word to say."""
    if first == second or not any(char.isalpha() for char in second):
        return first
    if second.endswith(":"):
        first = first.rstrip(": \u00a0\u202f")
    return format_html('{} <span class="other" lang="{}">/ {}</span>', first, language, second)


def words_of_the_page() -> dict[str, str]:
    """Return, in the active language, the words that the templates of documents print by themselves."""
    return {
        "what": _("Description"),
        "count": _("Quantity"),
        "rate": _("VAT"),
        "subtotal": _("Subtotal"),
        "vat_rate": _("VAT rate"),
        "base": _("On"),
        "vat": _("VAT"),
        "payment": _("Payment"),
        "transfer": _("By bank transfer"),
        "give": _("Reference to give:"),
        "paid": _("To be paid"),
        "left": _("Left to settle"),
    }


def page_in_two(page: Mapping[str, Any], other: Mapping[str, Any], languages: tuple[str, str]) -> dict[str, Any]:
    """Return a page with the labels of another one, made from the same facts in the second language, beside its own."""
    language = languages[1]
    merged = dict(page)
    merged["name"] = both(page["name"], other["name"], language)
    merged["landmarks"] = [
        (both(label, said, language), value)
        for (label, value), (said, _value) in zip(page["landmarks"], other["landmarks"], strict=True)
    ]
    heads = {key: both(page["lines"][key], other["lines"][key], language) for key in ("price", "amount")}
    merged["lines"] = {**page["lines"], **heads, "groups": _groups_in_two(page, other, language)}
    merged["totals"] = _rows_in_two(page["totals"], other["totals"], ("label",), language)
    merged["deductions"] = _rows_in_two(page["deductions"], other["deductions"], ("label", "said"), language)
    merged["taxes"] = _rows_in_two(page["taxes"], other["taxes"], ("rate",), language)
    merged["corrects"] = both(page["corrects"], other["corrects"], language)
    merged["exemptions"] = [both(a, b, language) for a, b in zip(page["exemptions"], other["exemptions"], strict=True)]
    if page["settlement"]:
        merged["settlement"] = _settlement_in_two(page["settlement"], other["settlement"], language)
    return merged | {"words": _words_in_two(*languages), "second_language": language}


def _rows_in_two(rows: Rows, others: Rows, keys: Iterable[str], language: str) -> list[dict[str, Any]]:
    return [
        {**row, **{key: both(row[key], other[key], language) for key in keys}}
        for row, other in zip(rows, others, strict=True)
    ]


def _groups_in_two(page: Mapping[str, Any], other: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    """Return the lines with their units, discounts and exemptions in both languages; the quantity is said once."""
    keys = ("unit", "discount", "rate")
    return [
        {**group, "rows": _rows_in_two(_counted(group["rows"]), _counted(said["rows"]), keys, language)}
        for group, said in zip(page["lines"]["groups"], other["lines"]["groups"], strict=True)
    ]


def _counted(rows: Rows) -> list[dict[str, Any]]:
    """Return rows with their unit apart from their quantity."""
    parted = [(row, *row["quantity"].partition(" ")) for row in rows]
    return [{**row, "quantity": number, "unit": unit} for row, number, _space, unit in parted]


def _settlement_in_two(page: Mapping[str, Any], other: Mapping[str, Any], language: str) -> dict[str, Any]:
    merged = {
        **page,
        "states": _rows_in_two(page["states"], other["states"], ("label",), language),
        "parts": _rows_in_two(page["parts"], other["parts"], ("state",), language),
    }
    if page["payment"]:
        merged["payment"] = {**page["payment"], "due": both(page["payment"]["due"], other["payment"]["due"], language)}
    return merged


def _words_in_two(first: str, second: str) -> dict[str, str]:
    with override(first):
        words = words_of_the_page()
    with override(second):
        return {key: both(words[key], said, second) for key, said in words_of_the_page().items()}


def in_second_language(sentence: str, on: date, first: str, second: str) -> str:
    """Return the law's sentence in another language, as it stood that day; what is not the law's stays as it is.

    A frozen mention is the text of a fact that needs no detail, with or without its full stop.
    """
    one, other = first.split("-")[0], second.split("-")[0]
    said = _plain(sentence)
    for known in law.all_facts():
        holds = known.since <= on and (known.until is None or on <= known.until)
        if holds and other in known.sentences and _plain(known.sentences.get(one, "")) == said:
            return known.sentences[other].removesuffix(".") + ("." if sentence.endswith(".") else "")
    return sentence


def _plain(sentence: str) -> str:
    """Return a sentence as it is compared: whatever its spaces, with or without its full stop."""
    return " ".join(sentence.split()).removesuffix(".")
