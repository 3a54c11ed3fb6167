"""A kept document goes into the accountant's archive as it was kept, or the archive waits."""

from django.utils.translation import gettext as _

from desk.archive import Archive
from records import keeping
from records.models import Document


class NotReady(Exception):
    """A file is not made yet, or not as it was kept; the message names it."""


def add_kept(archive: Archive, document: Document | None, name: str, *, said: str) -> None:
    """Add a kept file under this name; `said` is how messages call it. Raises NotReady."""
    if document is None:
        raise NotReady(_("The PDF of %(number)s is not made yet.") % {"number": said})
    with keeping.open_file(document) as source:
        entry = archive.add_file(name, source)
    if entry.sha256 != document.sha256:
        raise NotReady(_("The PDF of %(number)s is not the one that was kept.") % {"number": said})
