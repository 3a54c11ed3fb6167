from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import frozen  # noqa: F401  (declares the rows that never change)
