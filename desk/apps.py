from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "desk"

    def ready(self) -> None:
        from desk.inviting import is_outdated
        from people.inviting import PURPOSE
        from records.mails import register_link

        register_link(PURPOSE, is_outdated)
