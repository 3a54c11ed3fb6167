"""Numbers of companies, VAT and banks, checked by their keys, in their short form.

Each reader takes what a person types (spaces, dots, lower case) and returns the number as it is kept and printed, or
raises InvalidIdentifier, whose text is a sentence for that person. Nothing is asked of any server: a good key says that
the number was typed right, not that the company exists.
"""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import bic as bics
from stdnum import iban as ibans
from stdnum.ch import uid as swiss_numbers
from stdnum.eu import vat as european_vat
from stdnum.exceptions import ValidationError as WrongNumber
from stdnum.fr import siren as sirens
from stdnum.fr import siret as sirets
from stdnum.fr import tva as french_vat
from stdnum.gb import vat as british_vat
from stdnum.no import mva as norwegian_vat
from stdnum.util import clean

SEPARATORS = " -./\u00a0\u202f\u2009"
EUROPEAN = {"EL", "XI"} | {country.upper() for country in european_vat.MEMBER_STATES}


class InvalidIdentifier(ValidationError):
    """The number has the wrong length or key."""

    def __str__(self) -> str:
        return str(self.message)


def siren(text: str) -> str:
    """Return the nine digits of a company (Luhn key)."""
    number = _bare(text)
    if len(number) == 14 and number.isdigit():
        raise InvalidIdentifier(_("This is a SIRET number. The SIREN number is its first nine digits."))
    if not re.fullmatch(r"[0-9]{9}", number):
        raise InvalidIdentifier(_("A SIREN number has nine digits."))
    if not sirens.is_valid(number):
        raise InvalidIdentifier(_("This SIREN number is not right: one of its digits must be wrong."))
    return number


def siret(text: str) -> str:
    """Return the fourteen digits of an establishment (Luhn key, and the rule of its own that La Poste has)."""
    number = _bare(text)
    if not re.fullmatch(r"[0-9]{14}", number):
        raise InvalidIdentifier(_("A SIRET number has fourteen digits."))
    if not sirets.is_valid(number):
        raise InvalidIdentifier(_("This SIRET number is not right: one of its digits must be wrong."))
    return number


def vat_number(text: str) -> str:
    """Return an intra-Community VAT number with its country: "FR40303265045", "DE136695976"; Swiss ones are refused."""
    number = _bare(text).upper()
    number = "EL" + number[2:] if number.startswith("GR") else number
    if number[:2] not in EUROPEAN:
        raise InvalidIdentifier(_("A VAT number begins with the two letters of its country, such as FR."))
    right = french_vat.is_valid(number[2:]) if number.startswith("FR") else european_vat.is_valid(number)
    if not right:
        raise InvalidIdentifier(_("This VAT number is not right: its key does not match."))
    return number


def vat_number_in(country: str, text: str) -> str:
    """Return a VAT number of a country (two letters): of the European Union, Switzerland, Liechtenstein, the United
    Kingdom or Norway; of another one, what was typed, whose key nobody here can check."""
    if country in _SWISS:
        return _swiss_vat_number(text)
    if country in _ELSEWHERE:
        return _number_elsewhere(country, text)
    prefix = {"GR": "EL", "MC": "FR"}.get(country, country)
    if prefix not in EUROPEAN:
        return " ".join(text.split())
    number = vat_number(text)
    if not number.startswith(prefix):
        words = {"prefix": prefix, "number": number[:2]}
        raise InvalidIdentifier(_("A VAT number of this country begins with %(prefix)s, not %(number)s.") % words)
    return number


_SWISS = ("CH", "LI")
_ELSEWHERE = {"GB": british_vat, "NO": norwegian_vat}


def _swiss_vat_number(text: str) -> str:
    """Return "CHE107787577", with which a Swiss VAT number begins, whatever the language of the letters that end it."""
    number = _bare(text).upper()
    for ending in ("MWST", "TVA", "IVA"):
        number = number.removesuffix(ending)
    if not swiss_numbers.is_valid(number):
        raise InvalidIdentifier(_("A Swiss number is CHE and nine digits, such as CHE-107.787.577: one must be wrong."))
    return number


def _number_elsewhere(country: str, text: str) -> str:
    number = _bare(text).upper()
    bare = number.removeprefix(country)
    if not _ELSEWHERE[country].is_valid(bare):
        raise InvalidIdentifier(_("This VAT number is not right: its key does not match."))
    return country + bare


def french_vat_number(siren_number: str) -> str:
    """Return the VAT number that goes with a French company number."""
    return "FR" + str(sirens.to_tva(siren(siren_number)))


def iban(text: str) -> str:
    """Return an account number without spaces (ISO 13616 key)."""
    number = _bare(text).upper()
    if not ibans.is_valid(number):
        raise InvalidIdentifier(_("This IBAN is not right: one of its characters must be wrong."))
    return number


def iban_written(number: str) -> str:
    """Return an IBAN in groups of four, as it is read."""
    return "\u00a0".join(number[start : start + 4] for start in range(0, len(number), 4))


def bic(text: str) -> str:
    """Return the code of a bank, of 8 or 11 characters."""
    number = _bare(text).upper()
    if not bics.is_valid(number):
        raise InvalidIdentifier(_("A BIC has 8 or 11 characters, such as AGRIFRPP."))
    return number


def rna(text: str) -> str:
    """Return the number of an association in the national register: W and nine digits."""
    number = _bare(text).upper()
    if not re.fullmatch(r"W[0-9A-Z][0-9]{8}", number):
        raise InvalidIdentifier(_("An RNA number is the letter W and nine digits."))
    return number


def _bare(text: str) -> str:
    try:
        return str(clean(text, SEPARATORS)).strip()
    except WrongNumber:
        return ""
