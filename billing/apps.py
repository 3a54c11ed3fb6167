from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import frozen, verifying  # noqa: F401  (rows that never change, and how to tell whether one did)
