"""What takes longer to look at than `/healthz` may: asked by `manage.py doctor`."""

from collections.abc import Iterator

from django.core.mail import get_connection

from records.models import Errand, Mail


def complaints() -> Iterator[str]:
    """Yield one sentence per thing that a person should look at; nothing when all is well."""
    yield from mail_server()
    yield from given_up()


def mail_server() -> Iterator[str]:
    """Shake hands with the mail server, without sending anything."""
    connection = get_connection()
    try:
        connection.open()
        connection.close()
    except Exception as error:  # whatever a backend may raise
        yield f"The mail server does not let us in: {error}. Look at EMAIL_URL."


def given_up() -> Iterator[str]:
    """Tell of work that waits for a person."""
    if failed := Errand.objects.filter(failed_at__isnull=False).count():
        yield f"{failed} errand(s) could not be done: each is shown, with why, to whom it concerns."
    if doubtful := Mail.objects.filter(state__in=[Mail.State.PERHAPS, Mail.State.FAILED]).count():
        yield f"{doubtful} mail(s) were perhaps sent, or not: their owners can send them again."
