"""A delivery slip on paper: what came, on which days, at which agreed value, with room for two signatures. Pure."""

from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from billing.models import Slip, SlipLine
from lib import law, pdf
from lib.days import day_written
from lib.money import written
from people import letterhead
from quotes.wording import counted


def slip_pdf(slip: Slip) -> bytes:
    """Return the PDF of a slip."""
    return pdf.render(slip_html(slip), language=slip.language, created=slip.recorded_at, title=title_of(slip))


def slip_html(slip: Slip) -> str:
    with override(slip.language):
        return render_to_string("documents/slip.html", _page(slip))


def title_of(slip: Slip) -> str:
    with override(slip.language):
        words = {"number": slip.number, "name": slip.said["seller"]["name"]}
        return _("Delivery slip %(number)s – %(name)s") % words


def _page(slip: Slip) -> dict[str, Any]:
    said, lines = slip.said, list(slip.lines.order_by("position"))
    seller, buyer = letterhead.party(said["seller"]), letterhead.party(said["buyer"])
    return {
        **letterhead.frame(
            seller=seller,
            buyer=buyer,
            language=slip.language,
            accent=said["seller"].get("accent_colour", ""),
            logo=None,
            title=title_of(slip),
            stamp=letterhead.stamp(preview=False, demonstration=bool(said["seller"].get("is_demonstration"))),
        ),
        "number": slip.number,
        "landmarks": letterhead.in_rows(_landmarks(slip, lines)),
        "object": _("Handed over by %(buyer)s to %(seller)s") % {"buyer": buyer.name, "seller": seller.name},
        "lines": [_line(line, slip.language) for line in lines],
        "total": written(slip.total, slip.language),
        "valuation": "; ".join(said["valuations"]),
        "worth": law.fact("in_kind.slip_is_receipt", slip.made_on).text(
            slip.language, amount=written(slip.total, slip.language)
        ),
        "giver": ", ".join(filter(None, (slip.handed_over_by, buyer.name))),
        "taker": ", ".join(filter(None, (slip.received_by, seller.name))),
    }


def _landmarks(slip: Slip, lines: list[SlipLine]) -> Iterable[tuple[str, str]]:
    days = sorted({line.received_on for line in lines})
    yield _("Made on"), day_written(slip.made_on)
    if len(days) == 1:
        yield _("Handed over on"), day_written(days[0])
    else:
        words = {"since": day_written(days[0]), "until": day_written(days[-1])}
        yield _("Handed over"), _("from %(since)s to %(until)s") % words
    if slip.place:
        yield _("Place"), slip.place
    if slip.said["quotes"]:
        yield _("Quote"), ", ".join(slip.said["quotes"])
    if slip.said["invoices"]:
        yield _("Invoice"), ", ".join(slip.said["invoices"])


def _line(line: SlipLine, language: str) -> dict[str, str]:
    return {
        "day": day_written(line.received_on),
        "label": line.label,
        "count": counted(line.quantity, line.unit, language),
        "price": written(line.unit_value, language),
        "value": written(line.value, language),
    }
