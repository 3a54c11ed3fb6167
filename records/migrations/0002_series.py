"""Number series get a pattern: a row is a pattern in use, whatever the year; today's series go on where they are."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

KINDS = [
    ("QUOTE", "quotes"),
    ("INVOICE", "invoices"),
    ("DEPOSIT", "deposit invoices"),
    ("CREDIT_NOTE", "credit notes"),
    ("SELF_BILLED", "self-billed invoices"),
    ("SELF_BILLED_CREDIT", "self-billed credit notes"),
    ("DELIVERY_SLIP", "delivery slips"),
    ("SET_OFF", "set-off statements"),
]


def keep_the_latest_year(apps: Any, editor: Any) -> None:
    """One row per kind goes on: that of the last year with a number. The numbers of earlier years are on documents."""
    series = apps.get_model("records", "NumberSeries")
    seen: set[tuple[int, str]] = set()
    for row in series.objects.order_by("business", "kind", "-last_on", "-year"):
        key = (row.business_id, row.kind)
        used = series.objects.filter(business=row.business_id, kind=row.kind, last_number__gt=0)
        if key in seen or (row.last_number == 0 and used.exists()):
            row.delete()
            continue
        seen.add(key)
        row.pattern, row.given = f"{row.prefix}{{year}}-{{counter:4}}", row.last_number
        row.save()


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_vat_and_places"),
        ("records", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="numberseries", name="one_series_per_kind_and_year"),
        migrations.AddField("numberseries", "closed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("numberseries", "given", models.PositiveIntegerField(default=0)),
        migrations.AddField("numberseries", "pattern", models.CharField(default="", max_length=60), False),
        migrations.AddField(
            "numberseries",
            "partner",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="series",
                to="people.client",
            ),
        ),
        migrations.AlterField("numberseries", "kind", models.CharField(choices=KINDS, max_length=24)),
        migrations.RunPython(keep_the_latest_year, migrations.RunPython.noop),
        migrations.RemoveField("numberseries", "prefix"),
        migrations.RemoveField("numberseries", "year"),
        migrations.AddConstraint(
            "numberseries",
            models.UniqueConstraint(
                models.F("business"),
                models.F("kind"),
                condition=models.Q(partner=None, closed_at=None),
                name="one_open_series_per_kind",
            ),
        ),
        migrations.AddConstraint(
            "numberseries",
            models.UniqueConstraint(
                models.F("business"),
                models.F("kind"),
                models.F("partner"),
                condition=models.Q(partner__isnull=False, closed_at=None),
                name="one_open_series_per_kind_and_partner",
            ),
        ),
    ]
