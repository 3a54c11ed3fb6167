from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from lib import identifiers
from lib.identifiers import InvalidIdentifier


@pytest.mark.parametrize(
    ("read", "typed", "kept"),
    [
        (identifiers.siren, "732 829 320", "732829320"),
        (identifiers.siren, "732\u202f829\u202f320", "732829320"),
        (identifiers.siret, "732 829 320 00074", "73282932000074"),
        (identifiers.siret, "356 000 000 49837", "35600000049837"),  # La Poste: its digits add up to a multiple of 5
        (identifiers.vat_number, "fr 40 303 265 045", "FR40303265045"),
        (identifiers.vat_number, "DE 136,695 976".replace(",", " "), "DE136695976"),
        (identifiers.vat_number, "LU 150 274 42", "LU15027442"),
        (identifiers.vat_number, "GR 094259216", "EL094259216"),
        (identifiers.iban, "fr76 3000 6000 0112 3456 7890 189", "FR7630006000011234567890189"),
        (identifiers.bic, "agri fr pp", "AGRIFRPP"),
        (identifiers.rna, "w751 212 517", "W751212517"),
    ],
)
def test_what_people_type_is_kept_in_its_short_form(read: Callable[[str], str], typed: str, kept: str) -> None:
    assert read(typed) == kept


@pytest.mark.parametrize(
    ("read", "typed", "sentence"),
    [
        (identifiers.siren, "", "neuf chiffres"),
        (identifiers.siren, "73282932", "neuf chiffres"),
        (identifiers.siren, "732829321", "un de ses chiffres doit être faux"),
        (identifiers.siren, "73282932000074", "C’est un numéro SIRET"),
        (identifiers.siren, "٧٣٢٨٢٩٣٢٠", "neuf chiffres"),
        (identifiers.siret, "732829320", "quatorze chiffres"),
        (identifiers.siret, "73282932000075", "un de ses chiffres doit être faux"),
        (identifiers.siret, "35600000049838", "un de ses chiffres doit être faux"),
        (identifiers.vat_number, "40303265045", "deux lettres de son pays"),
        (identifiers.vat_number, "FR41303265045", "sa clé ne correspond pas"),
        (identifiers.vat_number, "FR40303265046", "sa clé ne correspond pas"),
        (identifiers.vat_number, "DE136695977", "sa clé ne correspond pas"),
        (identifiers.vat_number, "CHE107787577", "deux lettres de son pays"),
        (identifiers.iban, "FR7630006000011234567890188", "Cet IBAN n’est pas juste"),
        (identifiers.bic, "AGRI", "8 ou 11 caractères"),
        (identifiers.rna, "751212517", "la lettre W"),
    ],
)
def test_a_wrong_number_is_refused_in_words(read: Callable[[str], str], typed: str, sentence: str) -> None:
    with override("fr"), pytest.raises(InvalidIdentifier) as refused:
        read(typed)
    assert sentence in str(refused.value)


def test_a_refusal_is_an_error_that_a_form_shows_by_itself() -> None:
    with override("fr"), pytest.raises(ValidationError) as refused:
        identifiers.siren("1")
    assert refused.value.messages == ["Un numéro SIREN a neuf chiffres."]


def test_every_wrong_digit_of_a_siren_and_of_a_vat_number_is_found() -> None:
    for read, number in ((identifiers.siren, "732829320"), (identifiers.vat_number, "FR40303265045")):
        for place in range(len(number)):
            for digit in set("0123456789") - {number[place]}:
                with pytest.raises(InvalidIdentifier):
                    read(number[:place] + digit + number[place + 1 :])


def test_the_vat_number_of_a_french_company_follows_from_its_siren() -> None:
    assert identifiers.french_vat_number("443 121 975") == "FR46443121975"
    assert identifiers.vat_number(identifiers.french_vat_number("732829320"))


def test_an_iban_is_read_in_groups_of_four_that_stay_together() -> None:
    written = identifiers.iban_written("FR7630006000011234567890189")
    assert written.split("\u00a0") == ["FR76", "3000", "6000", "0112", "3456", "7890", "189"]
