"""The locked versions: with hashes, naming no host, and holding all that pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKS = {
    "requirements.txt": PROJECT["dependencies"],
    "requirements-dev.txt": [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]],
}
PINNED = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z,-]+\])?==(\S+)", re.MULTILINE)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[=<>!~ ;]", name)[0]).lower()


def pinned(lock: str) -> dict[str, str]:
    return {normal(name): version for name, version in PINNED.findall((ROOT / lock).read_text())}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host(lock):
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text


@pytest.mark.parametrize("lock", LOCKS)
def test_every_version_is_pinned_with_hashes(lock):
    for block in re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text().strip()):
        assert PINNED.match(block), block[:80]
        assert "--hash=sha256:" in block


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_the_project_asks_for(lock):
    assert {normal(name) for name in LOCKS[lock]} <= pinned(lock).keys()
    for wanted in LOCKS[lock]:
        if exact := re.search(r"==([\w.]+)$", wanted):
            assert pinned(lock)[normal(wanted)] == exact[1]


def test_development_uses_the_versions_that_run():
    development = pinned("requirements-dev.txt")
    assert {name: development[name] for name in pinned("requirements.txt")} == pinned("requirements.txt")


def test_a_python_as_old_as_debians_is_served():
    """redis needs a package more below 3.11.3: a lock made for one machine's Python would leave it out."""
    assert "async-timeout" in pinned("requirements.txt")
