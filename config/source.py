"""The source code of the program that is running, as the AGPL asks: what is served is what is installed."""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe
from zipstream import ZIP_DEFLATED, ZipStream

# Named one by one, so that no key, database or private note of this installation can slip in.
APPS = ["lib", "people", "records", "quotes", "billing", "desk", "config"]
FOLDERS = [*APPS, ".ci", "templates", "static", "locale", "docs", "bench", "tests", "tools"]
FILES = ["Makefile", "Procfile", "manage.py", "pyproject.toml", ".gitignore", "LICENSE"]
LEFT_OUT = {"__pycache__", ".mypy_cache", "node_modules"}
NEVER = {".pyc", ".mo", ".sqlite3", ".env", ".key", ".pem"}


def files(root: Path) -> Iterator[Path]:
    """Yield the files of the program, relative to its folder."""
    named = [root / name for name in FILES] + sorted([*root.glob("*.md"), *root.glob("requirements*.txt")])
    for folder in FOLDERS:
        named += sorted((root / folder).rglob("*"))
    for path in named:
        relative = path.relative_to(root)
        if path.is_file() and not path.is_symlink() and not LEFT_OUT & {*relative.parts} and path.suffix not in NEVER:
            yield relative


@cache
def zipped() -> bytes:
    """Return the zip, made once per process: the program that runs is the one that was there when it started."""
    stream = ZipStream(compress_type=ZIP_DEFLATED)
    for path in files(settings.BASE_DIR):
        stream.add_path(settings.BASE_DIR / path, f"courgette/{path}")
    return b"".join(stream)


@cache
def etag() -> str:
    return f'"{hashlib.sha256(zipped()).hexdigest()[:32]}"'


@require_safe
@condition(etag_func=lambda request: etag())
def archive(request: HttpRequest) -> HttpResponse:
    """Send the source as a zip; whoever has this one already is told so."""
    headers = {"Content-Disposition": 'attachment; filename="courgette-source.zip"', "Cache-Control": "no-cache"}
    return HttpResponse(zipped(), content_type="application/zip", headers=headers)
