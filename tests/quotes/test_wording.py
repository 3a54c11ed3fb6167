from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from lib.money import euros
from quotes.remuneration import TermValues, close_mix
from quotes.wording import Deal, amount, counted, day, headline, plain_words_of, sentences
from tests.quotes.test_remuneration import DEPOSIT, PRICE, REST, baskets, coins, hours

NB, NN = "\u00a0", "\u202f"
MIX = close_mix(PRICE, [DEPOSIT, REST, baskets()])
DEAL = Deal("Lise Potager EI", "Ferme des Trois Chênes", "Site de la ferme", PRICE, MIX, date(2026, 12, 31), True)


def test_en_clair_says_the_deal_in_three_sentences():
    assert plain_words_of(DEAL, "fr") == [
        f"Lise Potager EI réalise «{NB}Site de la ferme{NB}» pour Ferme des Trois Chênes, "
        f"au prix de 1{NN}200{NB}€ en tout, sans TVA.",
        f"Ce prix est réglé à raison de 900{NB}€ en euros et 300{NB}€ en nature{NB}: "
        f"360{NB}€ à votre accord (acompte), 540{NB}€ à la livraison et "
        f"15{NB}paniers de légumes à 20{NB}€ l’unité (300{NB}€), "
        "1 par semaine à partir du vendredi 8 janvier 2027.",
        f"Cette offre tient jusqu’au jeudi 31 décembre 2026 à 23{NB}h{NB}59 (heure de Paris){NB}; "
        "rien ne commence avant votre accord.",
    ]


def test_en_clair_is_in_the_clients_language():
    assert plain_words_of(DEAL, "en")[0] == (
        "Lise Potager EI does “Site de la ferme” for Ferme des Trois Chênes, for €1,200 in all, without VAT."
    )


def test_who_pays_in_euros_alone_is_not_told_about_kinds():
    deal = replace(DEAL, terms=close_mix(PRICE, [DEPOSIT, REST]))
    assert plain_words_of(deal, "en")[1].startswith("This price is paid as follows: €360 at your agreement")


def test_who_charges_vat_says_so():
    assert plain_words_of(replace(DEAL, franchise=False), "fr")[0].endswith("TVA comprise.")


def test_a_private_person_is_told_to_sign():
    assert "return it signed" in plain_words_of(replace(DEAL, online=False), "en")[2]


def test_each_part_says_its_last_day_and_what_if_one_is_missed():
    sentence = sentences(MIX, "fr")[2]
    assert sentence.endswith("Le dernier jour est le vendredi 16 avril 2027. Ce qui manque est reporté à la fin.")


@pytest.mark.parametrize(
    ("term", "words"),
    [
        (coins(), f"100{NB}Stück (1 Stück = 1{NB}€)"),
        (hours(), f"10 heures de travail (jardin) à 15{NB}€ de l’heure"),
        (hours(quantity="1.5", label=""), f"1,5 heure à 15{NB}€ de l’heure"),
        (TermValues("money", value=euros("12.5"), due="DELIVERY"), f"12,50{NB}€"),
        (baskets(quantity=1, label="", unit="panier"), f"1{NB}panier à 20{NB}€ l’unité"),
        (baskets(label="Légumes d’hiver"), f"15{NB}paniers (Légumes d’hiver) à 20{NB}€ l’unité"),
    ],
)
def test_what_a_part_is(term: TermValues, words: str):
    assert headline(term, "fr") == words


@pytest.mark.parametrize(
    ("quantity", "unit", "language", "words"),
    [
        ("15", "panier de légumes", "fr", "15 paniers de légumes"),
        ("1.5", "panier", "fr", "1,5 panier"),
        ("1.5", "basket", "en", "1.5 baskets"),
        ("3", "vegetable basket", "en", "3 vegetable baskets"),
        ("2", "plateau", "fr", "2 plateaux"),
        ("2", "bocal", "fr", "2 bocaux"),
        ("2", "colis", "fr", "2 colis"),
        ("12", "kg", "fr", "12 kg"),
    ],
)
def test_units_are_counted(quantity: str, unit: str, language: str, words: str):
    assert counted(Decimal(quantity), unit, language) == words.replace(" ", NB, 1)


def test_whole_euros_have_no_decimals_in_a_sentence():
    assert (amount(euros(1200), "fr"), amount(euros("12.5"), "fr")) == (f"1{NN}200{NB}€", f"12,50{NB}€")
    assert (amount(euros(1200), "en"), amount(euros("12.5"), "en")) == ("€1,200", "€12.50")


def test_the_first_of_a_month_is_written_as_people_do():
    assert day(date(2027, 1, 1), "fr") == "vendredi 1er janvier 2027"
    assert day(date(2027, 1, 1), "en") == "Friday 1 January 2027"


def test_more_than_three_parts_are_only_summed_up_in_the_sentence():
    parts = [TermValues("money", value=euros(100), due="DELIVERY") for _part in range(3)]
    deal = replace(DEAL, terms=[*parts, *close_mix(PRICE, [baskets()])])
    assert plain_words_of(deal, "fr")[1] == (
        f"Ce prix est réglé à raison de 300{NB}€ en euros et 300{NB}€ en nature, "
        "en 4 parts que le devis détaille une à une, avec leurs jours."
    )
