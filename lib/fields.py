"""Model fields that every table spells the same way."""

import uuid
from decimal import Decimal
from typing import Any

from django.db import models
from djmoney.models.fields import MoneyField


def money_field(*, decimals: int = 2, default: Decimal | int = 0) -> Any:
    """Return a money column in euros; all the money columns of a row share one `currency` column.

    Never null (django-money would null the shared currency with it): where there may be no amount, it is 0 and
    another column says so. Amounts have 2 decimals, unit prices 6 (EN 16931 BR-FR-DEC-03).
    """
    return MoneyField(
        max_digits=12 + decimals,
        decimal_places=decimals,
        default=Decimal(default),
        default_currency="EUR",
        currency_field_name="currency",
    )


def request_id_field() -> "models.UUIDField[uuid.UUID, uuid.UUID]":
    """Return the column that makes a creating form safe to send twice: the second finds the first one's row."""
    return models.UUIDField(unique=True, default=uuid.uuid4, editable=False)


class YearOf(models.Func):
    """The year of a day, in an index too: SQLite refuses there the function by which Django asks for it, for other
    programs that open the file do not know it."""

    template = "EXTRACT(YEAR FROM %(expressions)s)"
    output_field = models.IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="CAST(SUBSTR(%(expressions)s, 1, 4) AS INTEGER)", **context)


def only_euros(table: str) -> models.CheckConstraint:
    """Return the check that a row's currency is the euro (no other is supported yet)."""
    return models.CheckConstraint(condition=models.Q(currency="EUR"), name=f"{table}_is_in_euros")
