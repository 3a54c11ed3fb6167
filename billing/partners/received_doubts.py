"""What does not agree in a client's invoice: who, to whom, sums, what was typed against what the file says. Pure."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from djmoney.money import Money

from billing.models import ReceivedInvoice
from lib.days import day_written
from lib.money import cents, euros, written
from lib.reading.sums import disagreements
from people.models import Business, Client

CREDIT_NOTES = ("381", "261", "396", "502", "503")  # UNTDID 1001
INVOICES = ("380", "384", "386", "389", "393", "326", "71")


def is_credit(said: Mapping[str, Any]) -> bool:
    """Tell whether a file is a credit note: by its kind, or because its total is negative, whatever its kind."""
    return said.get("type") in CREDIT_NOTES or _is_negative(said)


def _is_negative(said: Mapping[str, Any]) -> bool:
    return Decimal(said.get("total") or 0) < 0


def paid_before(said: Mapping[str, Any]) -> Money:
    """Return what of its total a file says was paid: named (BT-113), or missing from what is due (BT-115), which is all
    that the smallest profile says; the most of both, and never more than the total."""
    if not said or is_credit(said):
        return euros(0)
    total = Decimal(said["total"])
    due = Decimal(said.get("payable") or total)
    return euros(cents(min(max(Decimal(said.get("prepaid") or 0), total - due, Decimal(0)), total)))


def doubts(said: Mapping[str, Any], client: Client, language: str, typed: ReceivedInvoice | None = None) -> list[str]:
    """Return what a person should look at, in sentences; nothing here stops anything. `said` is {} without data."""
    if not said:
        return []
    found = [*_who(said, client), *_negative(said), *disagreements(said, language)]
    return [*found, *(_typed(said, typed, language) if typed else _paid(said, language))]


def _who(said: Mapping[str, Any], client: Client) -> Iterator[str]:
    seller, buyer = said["seller"], said["buyer"]
    theirs = client.siren or client.siret[:9]
    if seller["siren"] and theirs and seller["siren"] != theirs:
        words = {"name": seller["name"], "siren": seller["siren"], "client": client.name, "known": theirs}
        yield _("It is from %(name)s, SIREN %(siren)s; the SIREN of %(client)s is %(known)s.") % words
    if not seller["siren"]:
        yield _("It does not say the SIREN of who wrote it.")
    business: Business = client.activity.business
    if buyer["siren"] and buyer["siren"] != business.siren:
        words = {"name": buyer["name"], "siren": buyer["siren"]}
        yield _("It is addressed to %(name)s, SIREN %(siren)s: not to you.") % words
    if said["type"] and said["type"] not in (*INVOICES, *CREDIT_NOTES):
        yield _("It is of an unusual kind (code %(code)s).") % {"code": said["type"]}


def _negative(said: Mapping[str, Any]) -> Iterator[str]:
    if _is_negative(said) and said.get("type") not in CREDIT_NOTES:
        yield _("Its total is negative: it is read as a credit note.")


def _paid(said: Mapping[str, Any], language: str) -> Iterator[str]:
    """What is set off is not paid yet, and yet invoices of barter count it there (AFNOR XP Z12-014, case 41)."""
    if (paid := paid_before(said)).amount:
        words = {"paid": written(paid, language), "total": written(euros(said["total"]), language)}
        sentence = _(
            "It says that %(paid)s of its %(total)s is paid already: that part is not set off. If it means what you "
            "are about to set off, empty “Already paid”."
        )
        yield sentence % words


def _typed(said: Mapping[str, Any], typed: ReceivedInvoice, language: str) -> Iterator[str]:
    if said["number"] != typed.number:
        words = {"said": said["number"], "typed": typed.number}
        yield _("The file says number %(said)s; %(typed)s was recorded.") % words
    if said["issued_on"] and said["issued_on"] != typed.issued_on.isoformat():
        words = {"said": said["issued_on"], "typed": day_written(typed.issued_on)}
        yield _("The file says the date %(said)s; %(typed)s was recorded.") % words
    if (total := euros(abs(Decimal(said["total"])))) != abs(typed.total):
        words = {"said": written(total, language), "typed": written(abs(typed.total), language)}
        yield _("The file says a total of %(said)s; %(typed)s was recorded.") % words
    if (paid := paid_before(said)) != typed.already_paid:
        words = {"said": written(paid, language), "typed": written(typed.already_paid, language)}
        yield _("The file says that %(said)s is paid already; %(typed)s was recorded.") % words
