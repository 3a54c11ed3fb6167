"""The statement of a set-off, for both sides: two invoices, what of each it pays, and what is left. Pure.

Everything on it comes from what the set-off froze, in the language of our invoice.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override
from djmoney.money import Money

from billing.models import SetOff
from lib import law, pdf
from lib.days import day_written
from lib.money import euros, written
from people import letterhead
from quotes.paper import summed


def set_off_pdf(set_off: SetOff) -> bytes:
    """Return the PDF of a statement."""
    return pdf.render(
        set_off_html(set_off),
        language=set_off.language,
        created=set_off.recorded_at,
        title=title_of(set_off),
    )


def set_off_html(set_off: SetOff) -> str:
    with override(set_off.language):
        return render_to_string("documents/set_off.html", _page(set_off))


def title_of(set_off: SetOff) -> str:
    with override(set_off.language):
        return f"{_name(set_off)} {set_off.number} – {set_off.said['seller']['name']}"


def _name(set_off: SetOff) -> str:
    return _("Set-off undone") if set_off.reverses_id else _("Set-off statement")


def _page(set_off: SetOff) -> dict[str, Any]:
    said = set_off.said
    seller, buyer = letterhead.party(said["seller"]), letterhead.party(said["buyer"])
    return {
        **letterhead.frame(
            seller=seller,
            buyer=buyer,
            language=set_off.language,
            accent=said["seller"].get("accent_colour", ""),
            logo=None,
            title=title_of(set_off),
            stamp=letterhead.stamp(preview=False, demonstration=bool(said["seller"].get("is_demonstration"))),
        ),
        "name": _name(set_off),
        "number": set_off.number,
        "landmarks": letterhead.in_rows(
            (
                (_("Set off on"), day_written(set_off.settled_on)),
                (_("Between"), f"{seller.name}\n{buyer.name}"),
                (_("Client"), "\n".join(letterhead.identity_lines(buyer))),
            )
        ),
        "sides": [_side(set_off, "ours", seller.name), _side(set_off, "theirs", buyer.name)],
        "covers": [_cover(row, set_off.language) for row in said["covers"]],
        "sums": list(_sums(set_off)),
        "sentences": [*_sentences(set_off)],
    }


def _side(set_off: SetOff, side: str, name: str) -> dict[str, str]:
    said, language = set_off.said[side], set_off.language
    return {
        "from": name,
        "number": said["number"],
        "day": day_written(date.fromisoformat(said["issued_on"])),
        "total": written(euros(said["total"]), language),
        "value": written(set_off.value, language),
        "left": written(_left(set_off, side), language),
    }


def _left(set_off: SetOff, side: str) -> Money:
    """Return what is to be paid in euros after it; never below nothing on paper."""
    said = set_off.said[side]
    return max(euros(said["in_euros"] if side == "ours" else said["left"]), euros(0))


def _cover(row: dict[str, str], language: str) -> dict[str, str]:
    return {
        "day": day_written(date.fromisoformat(row["on"])),
        "what": row["what"],
        "value": written(euros(row["value"]), language),
    }


def _sums(set_off: SetOff) -> Iterable[dict[str, Any]]:
    language = set_off.language
    if set_off.covered.amount:
        yield summed(_("Already received in kind"), set_off.covered, language)
    if set_off.rest.amount:
        yield summed(_("Set off in euros"), set_off.rest, language)
    yield summed(_("Set off in all"), set_off.value, language, main=True)


def _sentences(set_off: SetOff) -> Iterable[str]:
    """Yield what each invoice may print, what is left otherwise than in euros, and the balance (soulte) if one side
    alone has one."""
    if set_off.reverses_id:
        words = {
            "number": set_off.said["undoes"],
            "day": day_written(date.fromisoformat(set_off.said["undone_on"])),
            "reason": set_off.reason,
        }
        yield _("This undoes the set-off %(number)s of %(day)s: both debts stand again. Reason: %(reason)s") % words
        return
    yield _of_side(set_off, "ours", "theirs")
    yield _of_side(set_off, "theirs", "ours")
    if (paid := euros(set_off.said["theirs"].get("paid", 0))).amount:
        words = {"number": set_off.said["theirs"]["number"], "amount": written(paid, set_off.language)}
        yield _("Of invoice %(number)s, %(amount)s was paid before.") % words
    if (in_kind := euros(set_off.said["ours"]["in_kind"])).amount > 0:
        words = {"number": set_off.said["ours"]["number"], "amount": written(in_kind, set_off.language)}
        yield _("On invoice %(number)s, %(amount)s is still to come in kind, as agreed.") % words
    if balance := _balance(set_off):
        yield balance
    deemed = {"amount": written(set_off.value, set_off.language), "date": day_written(set_off.settled_on)}
    yield law.fact("in_kind.deemed_paid", set_off.settled_on).text(set_off.language, **deemed)


def _of_side(set_off: SetOff, side: str, other: str) -> str:
    said, across = set_off.said[side], set_off.said[other]
    words = {
        "ours": said["number"],
        "day": day_written(date.fromisoformat(said["issued_on"])),
        "amount": written(set_off.value, set_off.language),
        "number": across["number"],
        "date": day_written(date.fromisoformat(across["issued_on"])),
        "rest": written(_left(set_off, side), set_off.language),
    }
    return law.fact("in_kind.set_off_statement", set_off.settled_on).text(set_off.language, **words)


def _balance(set_off: SetOff) -> str:
    """Return the balance in money of the pair (soulte), when exactly one side has something left to pay."""
    ours, theirs = _left(set_off, "ours"), _left(set_off, "theirs")
    if (ours.amount > 0) == (theirs.amount > 0):
        return ""
    payer, payee = ("buyer", "seller") if ours.amount > 0 else ("seller", "buyer")
    words = {
        "amount": written(max(ours, theirs), set_off.language),
        "payer": set_off.said[payer]["name"],
        "payee": set_off.said[payee]["name"],
    }
    return _("Balance of the pair: %(amount)s, to be paid by %(payer)s to %(payee)s.") % words
