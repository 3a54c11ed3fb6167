from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import frozen, telling, verifying  # noqa: F401  (what never changes, what others are told)
        from billing.dunning import verifying as asked_verifying  # noqa: F401  (what never changes, what others are told)
        from billing.models import (
            BatchedInvoice,
            Invoice,
            Mandate,
            MandateAcceptance,
            MandateEnd,
            Occurrence,
            PaymentRequest,
            ReceivedInvoice,
            Reminder,
            SelfBilledAnswer,
            SelfBilledInvoice,
            SetOff,
            Slip,
        )
        from billing.partners import verifying as partner_verifying  # noqa: F401  (what never changes, what others are told)
        from billing.selfbilled import mandate_doors
        from records import subjects
        from records.mails import register_link

        subjects.register(Invoice, "activity")
        subjects.register(PaymentRequest, "activity")
        subjects.register(Reminder, "activity")
        for model, path in (
            (Mandate, "activity"),
            (MandateAcceptance, "mandate__activity"),
            (MandateEnd, "mandate__activity"),
            (SelfBilledInvoice, "activity"),
            (SelfBilledAnswer, "invoice__activity"),
            (ReceivedInvoice, "activity"),
            (SetOff, "activity"),
            (Slip, "activity"),
            (Occurrence, "recurrence__activity"),
            (BatchedInvoice, "invoice__activity"),
        ):
            subjects.register(model, path)
        register_link(mandate_doors.PURPOSE, mandate_doors.is_outdated)
