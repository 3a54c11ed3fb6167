"""What VAT does with an invoice: its lines' categories, what it sells, what stands in the way, what to be told.

Obstacles come from certain rules only; what our sources do not settle is said as advice, and never blocks.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.drafting import charges_no_vat, situation_of, values_of_line
from billing.models import Invoice
from billing.roles import DEPOSIT, role_of
from lib import law
from lib.money import euros, percent_written
from people.models import Client
from quotes import readiness, vat
from quotes.models import Nature
from quotes.wording import amount


def treatments_of(draft: Invoice) -> list[vat.Treatment]:
    """Return what VAT does with each line, in their order."""
    situation = situation_of(draft)
    return [vat.treated(line, situation) for line in draft.lines.all()]


def natures_of(draft: Invoice) -> frozenset[str]:
    """Return what an invoice sells (242 nonies A, I 8° bis): its lines, or for a deposit what it is a deposit on; for a
    credit note by an amount, which takes off a part of everything, what it corrects."""
    if draft.corrects and not draft.lines.filter(corrects_line__isnull=False).exists():
        return natures_of(draft.corrects)
    rows: Any = draft.acceptance.version.lines if draft.acceptance and role_of(draft) == DEPOSIT else draft.lines
    return frozenset(line.nature for line in rows.all()) or frozenset({Nature.SERVICES.value})


def settle_rates(draft: Invoice) -> None:
    """Write on each line the rate it is charged, 0 where no VAT is due. Needs the transaction that issues."""
    for line, treatment in zip(draft.lines.all(), treatments_of(draft), strict=True):
        if line.vat_rate != treatment.rate:
            line.vat_rate = treatment.rate
            line.save(update_fields=["vat_rate"])


def obstacles(draft: Invoice, on: date) -> Iterator[str]:
    """Yield why the VAT of a draft cannot stand on an invoice of that day, in words."""
    lines = [values_of_line(line) for line in draft.lines.all()]
    situation = situation_of(draft)
    yield from readiness.of_vat(lines, situation)
    yield from _rates([vat.treated(line, situation) for line in lines], on)
    if not draft.corrects_id:
        yield from _no_longer_agreed(draft, situation)


def _rates(treatments: list[vat.Treatment], on: date) -> Iterator[str]:
    allowed = {Decimal(rate) for rate in law.fact("vat.rates_allowed_in_xml", on).value}
    for rate in sorted({treatment.rate for treatment in treatments} - allowed):
        shown = {"rate": percent_written(rate, get_language() or "fr")}
        yield _("%(rate)s is not a VAT rate in France.") % shown


def _no_longer_agreed(draft: Invoice, agreed: vat.Situation) -> Iterator[str]:
    """What was agreed with VAT of one kind is not invoiced with another because the client's file changed meanwhile."""
    today = vat.between(draft.business, draft.client)
    if draft.acceptance is None or today.regime != agreed.regime:  # another regime: billing.checking says so
        return
    lines = list(draft.lines.all())
    if [vat.treated(line, today) for line in lines] != [vat.treated(line, agreed) for line in lines]:
        yield _(
            "Quote %(number)s was agreed with another VAT than the one %(client)s would have today: its country, VAT "
            "number or kind has changed. Put it back, or send a new quote and invoice that one."
        ) % {"number": draft.acceptance.version.number, "client": draft.client.name}


# What to be told --------------------------------------------------------------------------------------------------


def advice(draft: Invoice, on: date) -> list[str]:
    """Return what whoever issues should know of the VAT of a sale abroad; each sentence says what is to be checked."""
    language = get_language() or "fr"
    told = [_told(known, language, **words) for known, words in _facts(draft, on)]
    return [*told, *_number_missing(draft), *_unusual_rates(draft, on)]


def _told(known: law.Fact, language: str, **words: object) -> str:
    said = known.text(language, **words)
    doubt = _("%(sentence)s To check with your accountant.")
    return said if known.certainty == "certain" else doubt % {"sentence": said}


def _facts(draft: Invoice, on: date) -> Iterator[tuple[law.Fact, dict[str, object]]]:
    situation, client = situation_of(draft), draft.client
    categories = {treatment.category for treatment in treatments_of(draft)}
    if vat.REVERSE_CHARGE in categories:
        yield law.fact("vat.services_declaration", on), {}
    elif charges_no_vat(draft) and situation.serves_business_abroad and situation.country in vat.union():
        yield law.fact("vat.franchise_needs_number_abroad", on), {}
    sends_goods = situation.goods_go_to in vat.union() and Nature.GOODS in natures_of(draft)
    if sends_goods and client.kind == Client.Kind.PERSON:
        known = law.fact("vat.goods_to_consumers_abroad", on)
        yield known, {"limit": amount(euros(known.value), get_language() or "fr")}


def _unusual_rates(draft: Invoice, on: date) -> Iterator[str]:
    """Say which rates are not those of the mainland: Corsica and overseas have others, corrections former ones."""
    usual = {Decimal(str(rate)) for rate in law.fact("vat.rates", on).value}
    charged = {treatment.rate for treatment in treatments_of(draft) if treatment.category == vat.STANDARD}
    for rate in [] if draft.corrects_id or draft.replaces_id else sorted(charged - usual):
        shown = {"rate": percent_written(rate, get_language() or "fr")}
        yield _("%(rate)s is not a VAT rate of metropolitan France on that day: check it.") % shown


def _number_missing(draft: Invoice) -> Iterator[str]:
    client = draft.client
    if client.kind != Client.Kind.PERSON and client.country in vat.union() and not client.vat_number:
        yield _(
            "%(client)s has no VAT number in its file: French VAT is charged. With the number, VAT would be due by "
            "your client."
        ) % {"client": client.name}
