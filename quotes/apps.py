from django.apps import AppConfig


class QuotesConfig(AppConfig):
    name = "quotes"

    def ready(self) -> None:
        from quotes import (
            doors,
            frozen,  # noqa: F401  (declares the rows that never change)
            verifying,
        )
        from quotes.models import Acceptance, Evidence, QuoteVersion, Refusal, RemunerationTerm
        from records import subjects
        from records.mails import register_link
        from records.verifying import register

        register(verifying.versions_as_sealed)
        register(verifying.answers_as_given)
        subjects.register(QuoteVersion, "quote__activity")
        subjects.register(Acceptance, "quote__activity")
        subjects.register(Evidence, "acceptance__quote__activity")
        subjects.register(Refusal, "version__quote__activity")
        subjects.register(RemunerationTerm, "version__quote__activity")
        register_link(doors.PURPOSE, doors.is_outdated)
