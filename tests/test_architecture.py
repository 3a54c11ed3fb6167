"""The shape of the house, kept by tests: who may import whom, how long a file may be, what is never written."""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ["lib", "people", "records", "quotes", "billing", "desk"]  # each may import itself and what is before it
PACKAGES = [*FLOORS, "config"]
LONGEST_FILE = 400
LONGEST_MEDIAN_FUNCTION = 10
UNTOLD_NAMES = {"services.py", "utils.py", "helpers.py", "managers.py"}
WRITTEN_BY_HAND = {".py", ".html", ".css", ".js", ".sh", ".md", ".toml", ".java", ".txt"}
VENDORED = {"static/js/htmx.min.js", "LICENSE", "requirements.txt", "requirements-dev.txt"}
CLOCK = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now", "time.time", "time.time_ns"}
OUR_SIGNALS = re.compile(r"\b(post|pre)_(save|delete|init)\b|\bm2m_changed\b|\bdispatch\.Signal\b|\bSignal\(")


def python_files(*packages: str) -> list[Path]:
    return [
        path
        for package in packages
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts and "__pycache__" not in path.parts
    ]


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def packages() -> list[Path]:
    return python_files(*PACKAGES)


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


# Arrows ----------------------------------------------------------------------------------------------------------
def test_imports_go_one_way():
    wrong = []
    for path in python_files(*FLOORS):
        floor = FLOORS.index(path.relative_to(ROOT).parts[0])
        above = {*FLOORS[floor + 1 :], "config", "tests", "bench"}
        wrong += [f"{name(path)} imports {module}" for module in imported(tree_of(path)) if first(module) in above]
    assert not wrong


def test_lib_knows_no_table():
    modules = {module for path in python_files("lib") for module in imported(tree_of(path))}
    assert not {module for module in modules if module.endswith(".models") and not module.startswith("dj")}


# Names and sizes ---------------------------------------------------------------------------------------------------
def test_no_file_is_named_for_nothing():
    assert not [path for path in packages() if path.name in UNTOLD_NAMES]


def test_no_file_written_by_hand_is_over_400_lines():
    folders = [*PACKAGES, "templates", "static", "tests", "bench", "tools", "docs"]
    written = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in WRITTEN_BY_HAND]
    long = {
        str(path.relative_to(ROOT)): lines
        for path in [*written, *ROOT.glob("*.md"), ROOT / "Makefile"]
        if path.exists()
        and str(path.relative_to(ROOT)) not in VENDORED
        and not {"migrations", "__pycache__", "node_modules"} & {*path.parts}
        and "lib/law/data" not in str(path)
        and (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    }
    assert not long


def test_functions_are_short():
    lengths = [
        node.end_lineno - node.body[0].lineno + 1
        for path in packages()
        for node in ast.walk(tree_of(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno
    ]
    assert statistics.median(lengths) <= LONGEST_MEDIAN_FUNCTION


def test_every_module_says_what_it_is():
    silent = [
        str(path.relative_to(ROOT))
        for path in packages()
        if path.name not in {"__init__.py", "apps.py"} and not ast.get_docstring(tree_of(path))
    ]
    assert not silent


# Habits ------------------------------------------------------------------------------------------------------------
def test_only_the_clock_reads_the_clock():
    read = [
        f"{name(path)}:{node.lineno}"
        for path in packages()
        if path != ROOT / "lib/clock.py"
        for node in calls(path)
        if ".".join(ast.unparse(node.func).split(".")[-2:]) in CLOCK
    ]
    assert not read, "use lib.clock"


def test_there_is_no_signal_of_ours():
    assert not [name(path) for path in packages() if OUR_SIGNALS.search(path.read_text())]


def test_no_float_comes_near_money():
    """Nothing is turned into a float, no column holds one, and a literal such as 0.01 is one too.

    In lib, only what deals with money is held to it: a colour's contrast or a page's geometry may be a float.
    """
    near = [path for path in packages() if path.relative_to(ROOT).parts[0] not in {"lib", "config"} or deals(path)]
    wrong = []
    for path in near:
        for node in ast.walk(tree_of(path)):
            called = isinstance(node, ast.Call) and is_name(node.func, "float")
            column = isinstance(node, ast.Attribute) and node.attr == "FloatField"
            literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
            if called or column or literal:
                wrong.append(f"{name(path)}:{node.lineno}")
    assert not wrong


def test_only_money_rounds():
    rounding = {
        str(path.relative_to(ROOT))
        for path in python_files("people", "records", "quotes", "billing", "desk")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and (is_name(node.func, "round") or (isinstance(node.func, ast.Attribute) and node.func.attr == "quantize"))
    }
    assert not rounding


def test_save_holds_no_logic():
    saves = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files(*FLOORS)
        if path.name == "models.py" or path.parent.name == "models"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"}
    ]
    assert not saves


def test_there_is_no_generic_foreign_key():
    assert not [path for path in packages() if "GenericForeignKey" in path.read_text()]


# Pages -------------------------------------------------------------------------------------------------------------
AGAINST_THE_POLICY = {
    "style=": r"\sstyle\s*=",
    "a style sheet": r"<style",
    "an inline script": r"<script(?![^>]*\ssrc=)",
    "an event handler": r"""\son[a-z]+\s*=\s*["']""",
    "a script as a link": r"javascript:",
    "another host": r"""\ssrc=["'](https?:)?//|<link[^>]*href=["'](https?:)?//""",
}


@pytest.mark.parametrize("what", AGAINST_THE_POLICY)
def test_no_page_breaks_the_content_policy(what):
    """The printed documents are no pages: WeasyPrint reads them, and our own fetcher refuses what is not ours."""
    breaking = [
        name(path)
        for path in templates()
        if "documents" not in path.parts and re.search(AGAINST_THE_POLICY[what], shown(path))
    ]
    assert not breaking


def test_every_form_that_posts_is_guarded():
    open_doors = [
        name(path)
        for path in templates()
        for form in re.findall(r"<form\b.*?</form>", shown(path), flags=re.DOTALL)
        if re.search(r"method=[\"']?post", form, re.IGNORECASE) and "{% csrf_token %}" not in form
    ]
    assert not open_doors


def test_no_template_turns_escaping_off():
    """`|safe` is for help texts, which are ours."""
    unescaped = [
        name(path)
        for path in templates()
        if "autoescape off" in shown(path) or re.search(r"\|\s*safe\b", shown(path).replace("help_text|safe", ""))
    ]
    assert not unescaped


# Documentation -------------------------------------------------------------------------------------------------------
def test_every_variable_of_the_environment_is_documented():
    settings = (ROOT / "config/settings.py").read_text() + (ROOT / "Procfile").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings)) | set(re.findall(r"\$\{([A-Z_]+):-", settings))
    described = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs/operations.md").read_text()))
    assert read - described == set()


def test_every_command_of_the_makefile_is_documented():
    commands = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    described = set(re.findall(r"`make ([a-z-]+)`", (ROOT / "docs/operations.md").read_text()))
    assert commands - described == {"help"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def first(module: str) -> str:
    return module.split(".")[0]


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))


def deals(path: Path) -> bool:
    return path.name == "money.py" or bool({"lib.money", "djmoney.money", "decimal"} & {*imported(tree_of(path))})


def is_name(node: ast.expr, wanted: str) -> bool:
    return isinstance(node, ast.Name) and node.id == wanted


def shown(path: Path) -> str:
    """Return a template without its comments."""
    return re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", path.read_text(), flags=re.DOTALL)
