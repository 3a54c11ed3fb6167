import django_stubs_ext
from django.apps import AppConfig

from config.celery import app as celery_app  # so that shared tasks belong to it, in every process

__all__ = ["ConfigConfig", "celery_app"]

django_stubs_ext.monkeypatch()  # so that ModelForm[Business] may be written outside of annotations too


class ConfigConfig(AppConfig):
    name = "config"
    label = "site_config"

    def ready(self) -> None:
        from config import checks  # noqa: F401  (registers the system checks)
        from lib import freezing

        freezing.wire()
