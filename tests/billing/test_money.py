"""Splits and parts: to the cent, for any price, any rates, any mix (T1, T4)."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing.parts import Agreed, claimed, in_euros_of, in_kind_of, received_of
from billing.splitting import base_of, credited, exceed, gross, remaining, shared
from lib.money import euros, total, vat_of
from quotes.pricing import Tax, taxes_of
from quotes.vat import EXEMPT, STANDARD, Treatment

RATES = [Decimal(rate) for rate in ("20", "10", "5.5", "2.1", "0")]
amounts = st.integers(min_value=1, max_value=5_000_000).map(lambda cents: euros(Decimal(cents) / 100))
nets = st.lists(st.tuples(st.sampled_from(RATES), amounts), min_size=1, max_size=6)
percents = st.integers(min_value=1, max_value=100)


def taxed(nets):
    """Return the VAT of nets given with their rates."""
    return taxes_of((Treatment(STANDARD if rate else EXEMPT, rate), net) for rate, net in nets)


@given(nets, percents)
def test_a_deposit_has_exact_vat_and_is_at_most_a_cent_short(nets, percent):
    taxes = taxed(nets)
    whole = total(gross(tax) for tax in taxes)
    wanted = euros((whole.amount * percent / 100).quantize(Decimal("0.01")))

    parts = shared(wanted, taxes)

    assert all(part.amount == vat_of(part.base, part.rate) for part in parts)
    short = wanted - total(gross(part) for part in parts)
    assert euros(0) <= short <= euros("0.01")
    if any(tax.rate == 0 for tax in taxes) and len(taxes) == 1:
        assert short == euros(0)


@given(nets, st.lists(percents, min_size=1, max_size=4))
def test_deposits_and_balance_make_the_quote_for_each_rate(nets, percentages):
    taxes = taxed(nets)
    left, deposits = list(taxes), []
    for percent in percentages:
        room = total(gross(tax) for tax in left)
        wanted = euros((room.amount * percent / 200).quantize(Decimal("0.01")))
        parts = shared(wanted, left) if wanted.amount > 0 else []
        deposits += parts
        left = remaining(taxes, deposits)
    for tax in taxes:
        taken = [part for part in deposits if part.rate == tax.rate]
        rest = next((one for one in left if one.rate == tax.rate), None)
        assert total([*(part.base for part in taken), *([rest.base] if rest else [])]) == tax.base
        assert total([*(part.amount for part in taken), *([rest.amount] if rest else [])]) == tax.amount


@given(nets)
def test_the_whole_of_a_price_is_shared_as_it_was_made(nets):
    taxes = taxed(nets)

    assert shared(total(gross(tax) for tax in taxes), taxes) == [tax for tax in taxes if gross(tax).amount]


def test_some_amounts_have_no_base():
    assert base_of(euros("0.03"), Decimal(20)) is None
    assert base_of(euros("0.02"), Decimal(20)) == euros("0.02")
    assert total(gross(part) for part in shared(euros("360.03"), taxed([(Decimal(20), euros("1000"))]))) == euros(
        "360.02"
    )


@given(nets, st.lists(percents, max_size=5))
def test_credit_notes_end_up_taking_all_to_the_cent(nets, percentages):
    left = [tax for tax in taxed(nets) if gross(tax).amount]
    for percent in [*percentages, 100]:
        room = total(gross(tax) for tax in left)
        wanted = euros((room.amount * percent / 100).quantize(Decimal("0.01")))
        lines = [
            Tax(part.category, part.rate, part.base, vat_of(part.base, part.rate)) for part in shared(wanted, left)
        ]

        taken = credited(lines, left)

        assert not exceed(taken, left)
        assert total(gross(part) for part in taken) <= wanted
        assert all(abs(part.amount - vat_of(part.base, part.rate)) <= euros("0.05") for part in taken)
        left = remaining(left, taken)
        assert all(tax.base.amount >= 0 and tax.amount.amount >= 0 for tax in left)
    assert left == []


def test_a_cent_moves_to_another_rate_rather_than_being_lost():
    taxes = taxed([(Decimal(20), euros("300.03")), (Decimal(10), euros("500"))])

    assert total(gross(part) for part in shared(euros("360.03"), taxes)) == euros("360.03")


kinds = st.sampled_from(["money", "goods", "time", "local_currency"])
agreements = st.lists(st.tuples(kinds, amounts, percents, percents), max_size=6)


@given(amounts, agreements)
def test_parts_add_up_to_the_claim_whatever_came(claim, terms):
    room, agreed = claim, []
    for kind, value, came, missed in terms:
        received = min(euros((value.amount * came / 50).quantize(Decimal("0.01"))), room)  # up to twice what was agreed
        room -= received
        not_coming = euros((value.amount * missed / 100).quantize(Decimal("0.01"))) if kind == "goods" else euros(0)
        agreed.append(Agreed(kind, kind, value, received, not_coming=not_coming))

    parts = claimed(claim, agreed, rest="solde")

    assert received_of(parts) + in_kind_of(parts) + in_euros_of(parts) == claim
    assert received_of(parts) == total(item.received for item in agreed)
    assert all(part.outstanding.amount >= 0 for part in parts)
