from django.apps import AppConfig


class QuotesConfig(AppConfig):
    name = "quotes"

    def ready(self) -> None:
        from quotes import (
            doors,
            frozen,  # noqa: F401  (declares the rows that never change)
            verifying,
        )
        from records.mails import register_link
        from records.verifying import register

        register(verifying.versions_as_sealed)
        register(verifying.answers_as_given)
        register_link(doors.PURPOSE, doors.is_outdated)
