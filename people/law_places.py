"""Where each legal fact is read: one subject a page, one stable anchor a fact. Pure."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from lib import law
from lib.law import Fact

SUBJECTS = {
    "invoices": (gettext_lazy("Invoices and their mentions"), ("mention", "invoice", "request")),
    "vat": (gettext_lazy("VAT"), ("vat",)),
    "payment": (gettext_lazy("Payment, delays and reminders"), ("late", "payment", "dunning", "calendar", "cash")),
    "quotes": (gettext_lazy("Quotes and the yes"), ("quote", "acceptance")),
    "in-kind": (gettext_lazy("Goods, hours, local currency, set-off"), ("in_kind", "set_off", "slip", "delivery")),
    "self-billing": (gettext_lazy("Self-billing"), ("self_billing", "mandate")),
    "status": (gettext_lazy("Statuses, thresholds, contributions"), ("micro", "social", "reform")),
    "keeping": (gettext_lazy("How long things are kept"), ("retention",)),
    "formats": (gettext_lazy("Codes of electronic invoices"), ("code", "facturx", "format")),
}
OTHERS = ("others", gettext_lazy("Other facts"))


def subjects() -> dict[str, Any]:
    """Return the subjects that have facts, by their name in addresses."""
    known = {name: word for name, (word, _prefixes) in SUBJECTS.items() if facts_of(name)}
    return known | ({OTHERS[0]: OTHERS[1]} if facts_of(OTHERS[0]) else {})


def facts_of(subject: str) -> list[Fact]:
    return [fact for fact in law.all_facts() if subject_of(fact.key) == subject]


def subject_of(key: str) -> str:
    """Return the subject of a fact: each fact has one, so that its address is stable."""
    prefix = key.partition(".")[0]
    return next((name for name, (_word, prefixes) in SUBJECTS.items() if prefix in prefixes), OTHERS[0])


def anchor_of(fact: Fact) -> str:
    """Return the stable anchor of a fact: its key and its first day."""
    return f"{fact.key}-{fact.since:%Y-%m-%d}".replace(".", "-").replace("_", "-")


def address_of(fact: Fact) -> str:
    """Return where a fact is read: its subject's page, at its anchor."""
    return f"{reverse('legal_facts_of', args=[subject_of(fact.key)])}#{anchor_of(fact)}"


def said_in(texts: list[str], language: str) -> list[Fact]:
    """Return the facts whose sentence stands in one of these texts, as it is or between other words."""
    found = {}
    for fact in law.all_facts():
        sentence = fact.sentences.get(language, "").rstrip(".")
        if sentence and "{" not in sentence and any(sentence in text for text in texts):
            found[fact.key] = fact
    return list(found.values())
