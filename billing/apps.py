from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import frozen, telling, verifying  # noqa: F401  (what never changes, what others are told)
        from billing.models import Invoice
        from records import subjects

        subjects.register(Invoice, "activity")
