"""How the site is put together; no business rule lives here."""

import django_stubs_ext

from config.celery import app as celery_app

django_stubs_ext.monkeypatch()  # so that ModelForm[Business] may be written outside of annotations too

__all__ = ["celery_app"]
