"""How the site is put together; no business rule lives here."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
