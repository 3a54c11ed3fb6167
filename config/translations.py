"""Translations, compiled by Babel: a fresh machine needs no gettext."""

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_all(locale: Path) -> list[Path]:
    """Compile the catalogues that changed since they were last compiled; return those."""
    return [po for po in sorted(locale.glob("*/LC_MESSAGES/*.po")) if _compile(po)]


def _compile(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
        return False
    with po.open("rb") as source:
        catalogue = read_po(source, locale=po.parent.parent.name, ignore_obsolete=True, abort_invalid=True)
    draft = mo.with_suffix(f".{os.getpid()}")
    with draft.open("wb") as target:
        write_mo(target, catalogue)
    draft.rename(mo)
    return True
