from decimal import Decimal

import djmoney.models.fields
import djmoney.money
from django.db import migrations, models


def read_by_moments(apps, editor):
    """Write down of what was issued before: what each invoice did not count on, and which credit notes were waivers.
    What says so from now on was told by moments until now. Months in kind count on what came alone."""
    counted, claims = {}, apps.get_model('billing', 'InvoiceTerm').objects
    missed = apps.get_model('billing', 'MissedDelivery').objects
    rows = claims.filter(
        invoice__issued_at__isnull=False,
        invoice__deposit_month=None,
        term__if_missed__in=('DUE_IN_EUROS', 'WAIVED'),
    )
    for row in rows.exclude(kind='money').select_related('invoice').order_by('invoice__issued_at', 'pk'):
        by_then = missed.filter(term=row.term_id, recorded_at__lte=row.invoice.issued_at)
        gone = sum((one.value.amount for one in by_then), Decimal(0)) - counted.get(row.term_id, Decimal(0))
        if gone > 0:
            claims.filter(pk=row.pk).update(not_coming=gone)
            if not row.invoice.__class__.objects.filter(replaces=row.invoice, issued_at__isnull=False).exists():
                counted[row.term_id] = counted.get(row.term_id, Decimal(0)) + gone
    notes = apps.get_model('billing', 'Invoice').objects.filter(type='CREDIT_NOTE', issued_at__isnull=False)
    for note in notes.select_related('corrects').order_by('issued_at', 'pk'):
        waived = missed.filter(
            term__if_missed='WAIVED',
            term__in=claims.filter(invoice=note.corrects_id).values('term'),
            recorded_at__lt=note.issued_at,
        )
        value = sum((one.value.amount for one in waived), Decimal(0))
        before = notes.filter(corrects=note.corrects_id, is_waiver=True)
        value -= sum((one.total.amount for one in before), Decimal(0))
        if note.total.amount <= value and note.total.amount < note.corrects.total.amount:
            notes.filter(pk=note.pk).update(is_waiver=True, in_kind=note.total.amount)


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0002_every_kind'),
    ]

    operations = [
        migrations.AddField(
            model_name='invoiceterm',
            name='not_coming',
            field=djmoney.models.fields.MoneyField(currency_field_name='currency', decimal_places=2, default=djmoney.money.Money(Decimal('0'), 'EUR'), max_digits=14),
        ),
        migrations.AddField(
            model_name='invoice',
            name='in_kind',
            field=djmoney.models.fields.MoneyField(currency_field_name='currency', decimal_places=2, default=djmoney.money.Money(Decimal('0'), 'EUR'), max_digits=14),
        ),
        migrations.AddField(
            model_name='invoice',
            name='is_waiver',
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('type', 'CREDIT_NOTE'), models.Q(('in_kind', 0), ('is_waiver', False)), _connector='OR'), name='only_a_credit_note_is_off_what_was_to_come'),
        ),
        migrations.RunPython(read_by_moments, migrations.RunPython.noop),
    ]
