"""SQLite keeps decimals as floats, PostgreSQL rounds in its own way: what is computed must be what is read back."""

import random
from decimal import Decimal

import pytest
from django.db import connection

from lib import freezing
from lib.money import cents, euros, total
from quotes.models import QuoteLine, QuoteVersion, RemunerationTerm
from quotes.pricing import LineValues, priced
from quotes.remuneration import TermValues, close_mix
from tests import make

HOW_MANY = 2000
RATES = [Decimal("20"), Decimal("10"), Decimal("5.5"), Decimal("2.1"), Decimal("0")]


def random_lines(dice: random.Random) -> list[LineValues]:
    return [
        LineValues(
            unit_price=euros(Decimal(dice.randrange(1, 10 ** dice.randrange(2, 11))) / 10**6),
            quantity=Decimal(dice.randrange(1, 10 ** dice.randrange(2, 8))) / 10**4,
            discount_percent=Decimal(dice.choice([0, 0, dice.randrange(10_000)])) / 100,
            vat_rate=dice.choice(RATES),
        )
        for _line in range(dice.randrange(1, 5))
    ]


def random_terms(dice: random.Random, price: Decimal) -> list[TermValues]:
    """Terms worth less than the price, and euros that close the mix."""
    worth = Decimal(dice.randrange(1, 10_000)) / 100
    units = min(int(price / worth / 3), 50)
    hours = cents(min(price / 60, Decimal(1000)))
    found = [TermValues("money", percent=Decimal(dice.randrange(1, 300_000)) / 10_000, due="ACCEPTANCE")]
    if units:
        found.append(TermValues("goods", quantity=Decimal(units), unit_value=euros(worth)))
    if hours:
        found.append(TermValues("time", quantity=hours, unit_value=euros(Decimal(dice.randrange(1, 2_000)) / 100)))
    return [*found, TermValues("money", closes=True, due="DELIVERY")]


@pytest.mark.engine
@pytest.mark.django_db
def test_two_thousand_random_quotes_are_stored_and_read_back_to_the_cent():
    dice = random.Random(20261122)
    quote = make.quote().quote
    versions, lines, terms = [], [], []
    for number in range(2, HOW_MANY + 2):
        quoted = random_lines(dice)
        price = priced(quoted)
        version = QuoteVersion(
            quote=quote,
            version=number,
            title="x",
            valid_until=make.TODAY,
            saved_at=make.NOW,
            number=f"D{number}",
            seller={},
            buyer={},
            seal="x",
            net=price.net,
            vat=price.vat,
            total=price.total,
        )
        versions.append(version)
        lines += [
            QuoteLine(
                version=version,
                position=position,
                title="x",
                net=net,
                unit_price=values.unit_price,
                quantity=values.quantity,
                discount_percent=values.discount_percent,
                vat_rate=values.vat_rate,
            )
            for position, (values, net) in enumerate(zip(quoted, price.nets, strict=True))
        ]
        mix = close_mix(price.total, random_terms(dice, price.total.amount))
        terms += [_row(version, position, term) for position, term in enumerate(mix)]
    _store(versions, lines, terms)
    _assert_read_back(quote.pk)


def _row(version: QuoteVersion, position: int, term: TermValues) -> RemunerationTerm:
    return RemunerationTerm(
        version=version,
        position=position,
        kind=term.kind,
        value=term.value,
        percent=term.percent,
        closes=term.closes,
        due=term.due,
        quantity=term.quantity,
        unit_value=term.unit_value,
    )


def _store(versions: list[QuoteVersion], lines: list[QuoteLine], terms: list[RemunerationTerm]) -> None:
    """Store them as sent, so that the constraints of sent versions apply; the triggers would refuse their children."""
    QuoteVersion.objects.filter(sent_at=None).delete()
    for version in versions:
        version.sent_at = make.NOW
    with freezing.melted(connection):
        QuoteVersion.objects.bulk_create(versions, batch_size=200)
        QuoteLine.objects.bulk_create(lines, batch_size=200)
        RemunerationTerm.objects.bulk_create(terms, batch_size=200)


def _assert_read_back(quote_id: int) -> None:
    found = QuoteVersion.objects.filter(quote=quote_id).prefetch_related("lines", "terms")
    for version in found:
        rows = list(version.lines.all())
        values = [LineValues(r.unit_price, r.quantity, r.discount_percent, r.vat_rate) for r in rows]
        price = priced(values)
        assert (price.net, price.vat, price.total) == (version.net, version.vat, version.total)
        assert list(price.nets) == [row.net for row in rows]
        terms = list(version.terms.all())
        assert total(term.value for term in terms) == version.total
        for term in terms:
            if term.quantity is not None:
                assert term.value == cents(term.unit_value * term.quantity)
    assert len(found) == HOW_MANY
