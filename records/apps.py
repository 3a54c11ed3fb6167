from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "records"

    def ready(self) -> None:
        from records import (
            frozen,  # noqa: F401  (declares the rows that never change)
            subjects,
        )
        from records.models import Mail

        subjects.register(Mail, "activity")
