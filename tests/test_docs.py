"""Documentation that keeps up: every variable, command and make target is written down; every link leads somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
READERS = r"env\.(?:text|path|words|boolean|integer|secret|database|mail)\(\s*\"([A-Z_]+)\""
READ_DIRECTLY = r"os\.environ(?:\.get\(|\[)\s*\"([A-Z_]+)\""
IN_A_SHELL = r"\$\{([A-Z_]+):-"
OF_THE_SYSTEM = {"PATH", "HOME", "DJANGO_SETTINGS_MODULE"}
NAMED = re.compile(r"`((?:lib|people|records|quotes|billing|desk|config|tests|static|templates)/[\w./-]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def variables() -> set[str]:
    """Return every environment variable that the site reads."""
    code = "\n".join(path.read_text() for path in (ROOT / "config").rglob("*.py"))
    shell = (ROOT / "Procfile").read_text()
    return {
        *re.findall(READERS, code),
        *re.findall(READ_DIRECTLY, code),
        *re.findall(IN_A_SHELL, shell),
    } - OF_THE_SYSTEM


def commands() -> set[str]:
    return {path.stem for path in ROOT.glob("*/management/commands/*.py") if path.stem != "__init__"}


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))


def said(word: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


def test_the_variables_are_found() -> None:
    assert {"COURGETTE_PRODUCTION", "DATABASE_URL", "EMAIL_URL", "SECRET_KEY", "ERRAND_MAX_ATTEMPTS"} <= variables()


@pytest.mark.parametrize("name", sorted(variables()))
def test_a_variable_is_documented(name: str) -> None:
    assert said(name, OPERATIONS)


@pytest.mark.parametrize("name", sorted(commands()))
def test_a_command_is_documented(name: str) -> None:
    assert any(said(f"{way}{name}", OPERATIONS) for way in ("manage.py ", "make ")) or f"`{name}`" in OPERATIONS


@pytest.mark.parametrize("name", sorted(targets() - {"help"}))
def test_a_make_target_is_documented(name: str) -> None:
    assert said(f"make {name}", OPERATIONS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    inside = [link.partition("#")[0] for link in LINK.findall(page.read_text()) if "://" not in link]
    assert [link for link in inside if link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("folder", ["docs", "docs/decisions", "docs/essais"])
def test_an_index_names_every_page(folder: str) -> None:
    index = (ROOT / folder / "README.md").read_text()
    pages = [page.name for page in (ROOT / folder).glob("*.md") if page.name != "README.md"]
    assert [name for name in pages if f"({name})" not in index] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_is_there(page: Path) -> None:
    """A module, a stylesheet or a folder in backquotes exists."""
    named = re.findall(
        r"`((?:lib|people|records|quotes|billing|desk|config|tests|static|templates)/[\w./-]+)`", page.read_text()
    )
    assert [path for path in named if not (ROOT / path).exists()] == []
