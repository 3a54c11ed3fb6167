"""An errand slow enough to be killed at a chosen moment: it says where it is by files in a folder."""

import os
import time
from pathlib import Path

from lib import clock
from people.models import Business
from records import keeping
from records.models import Errand


def make_document(errand: Errand) -> None:
    """Keep a document; stop where TEST_STOP says, until somebody kills the process."""
    business = errand.business
    assert isinstance(business, Business)
    _pass("before")
    keeping.keep(
        business=business,
        what="made",
        subject=errand.subject,
        name="made.pdf",
        media_type="application/pdf",
        content=b"%PDF-1.7 made",
        at=clock.now(),
    )
    _pass("after")


def _pass(place: str) -> None:
    Path(os.environ["TEST_FOLDER"], place).touch()
    if os.environ.get("TEST_STOP") == place:
        time.sleep(120)
