import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import pytest

from lib import law
from lib.law import Certainty, Fact, UnknownFact, all_facts, fact

TODAY = date(2026, 11, 22)
FACTS = [pytest.param(known, id=f"{known.key} {known.since}") for known in all_facts()]


@pytest.mark.parametrize("known", FACTS)
def test_each_fact_says_where_it_comes_from_when_it_was_checked_and_how_sure_it_is(known: Fact) -> None:
    assert known.source
    assert known.checked_on <= TODAY
    assert known.certainty in get_args(Certainty)
    assert set(known.title) == {"fr", "en"}


@pytest.mark.parametrize("known", FACTS)
def test_each_fact_has_a_value_or_a_sentence(known: Fact) -> None:
    assert known.value is not None or known.sentences


@pytest.mark.parametrize("known", FACTS)
def test_each_sentence_exists_in_french_and_english_and_takes_the_same_details(known: Fact) -> None:
    if known.sentences:
        assert set(known.sentences) == {"fr", "en"}
        assert details_of(known.sentences["fr"]) == details_of(known.sentences["en"])


@pytest.mark.parametrize("known", FACTS)
def test_french_sentences_never_leave_their_punctuation_alone_on_a_line(known: Fact) -> None:
    for sentence in (known.sentences.get("fr", ""), known.title["fr"]):
        assert not any(f" {mark}" in sentence for mark in ":;!?»")


def test_the_periods_of_a_fact_never_overlap_and_end_after_they_begin() -> None:
    for key, group in groupby(all_facts(), key=lambda known: known.key):
        periods = list(group)
        assert all(known.until is None or known.since <= known.until for known in periods), key
        for earlier, later in pairwise(periods):
            assert earlier.until is not None, key
            assert earlier.until < later.since, key


@pytest.mark.parametrize("known", FACTS)
def test_no_number_is_a_float(known: Fact) -> None:
    assert not any(isinstance(value, float) for value in values_in(known.value))


def test_a_fact_holds_from_its_first_day_to_the_end_of_its_last() -> None:
    last_day = date(2026, 12, 31)
    assert fact("retention.tax_years", last_day).value == 6
    assert fact("retention.tax_years", last_day + timedelta(1)).value == 10


def test_past_the_end_of_the_last_one_known_a_fact_is_outdated() -> None:
    known = fact("late.legal_interest_rate", TODAY)
    assert known.value == Decimal("2.62")
    assert known.outdated
    assert not fact("late.legal_interest_rate", date(2026, 6, 30)).outdated


def test_the_wording_of_the_vat_exemption_is_outdated_after_june_2028() -> None:
    assert not fact("mention.vat_franchise", date(2028, 6, 30)).outdated
    later = fact("mention.vat_franchise", date(2028, 7, 1))
    assert later.outdated
    assert later.text("fr") == "TVA non applicable, art. 293 B du CGI"


def test_before_the_first_one_and_for_a_key_that_does_not_exist_nothing_is_known() -> None:
    with pytest.raises(UnknownFact, match=r"mention\.sole_trader.*2022-05-14"):
        fact("mention.sole_trader", date(2022, 5, 14))
    with pytest.raises(UnknownFact):
        fact("vat.rate_of_the_moon", TODAY)


def test_a_gap_between_two_periods_answers_with_the_earlier_one_outdated(monkeypatch: pytest.MonkeyPatch) -> None:
    def known(since: date, until: date | None, value: int) -> Fact:
        return Fact("a.key", {}, since, "a source", TODAY, "certain", value, until)

    periods = [known(date(2025, 1, 1), date(2025, 6, 30), 1), known(date(2026, 1, 1), None, 2)]
    monkeypatch.setattr(law, "_by_key", lambda: {"a.key": periods})
    answer = fact("a.key", date(2025, 12, 31))
    assert (answer.value, answer.outdated) == (1, True)
    assert fact("a.key", date(2026, 1, 1)).value == 2


def test_a_sentence_takes_its_details_and_misses_none() -> None:
    sentence = fact("mention.credit_note_of", TODAY)
    assert sentence.text("fr", number="F2026-0001", date="3 mars 2026") == (
        "Avoir sur la facture n°\u00a0F2026-0001 du 3 mars 2026"
    )
    with pytest.raises(KeyError):
        sentence.text("en", number="F2026-0001")


def test_a_regional_language_is_read_as_its_language_and_an_unknown_one_is_refused() -> None:
    assert fact("mention.self_billing", TODAY).text("fr-ca") == "Autofacturation"
    with pytest.raises(UnknownFact, match="no sentence in de"):
        fact("mention.self_billing", TODAY).text("de")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("late.points_over_ecb", 10),
        ("mention.recovery_indemnity", 40),
        ("cash.limit", 1000),
        ("micro.threshold.services", 83600),
        ("vat.franchise_threshold.services", {"base": 37500, "ceiling": 41250}),
        ("social.micro_rate.bnc", Decimal("26.1")),
        ("mention.sole_trader", "EI"),
        ("reform.small_issuers_must_emit", date(2027, 9, 1)),
    ],
)
def test_what_holds_today(key: str, value: object) -> None:
    assert fact(key, TODAY).value == value


def test_the_rates_offered_are_among_those_that_an_electronic_invoice_may_carry() -> None:
    assert set(fact("vat.rates", TODAY).value) <= set(fact("vat.rates_allowed_in_xml", TODAY).value)


def test_every_fact_that_the_code_asks_for_is_known() -> None:
    here = Path(__file__).parents[2]
    sources = [
        file for app in ("people", "records", "quotes", "billing", "desk") for file in (here / app).rglob("*.py")
    ]
    asked = {key for file in sources for key in re.findall(r"\bfact\(\s*\"([^\"{]+)\"", file.read_text("utf-8"))}
    assert asked - {known.key for known in all_facts()} == set()


def details_of(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def values_in(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [inner for item in value.values() for inner in values_in(item)]
    return [inner for item in value for inner in values_in(item)] if isinstance(value, list) else [value]
