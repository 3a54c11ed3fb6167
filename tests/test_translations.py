"""French and English say everything, with the same names in their placeholders."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings

CATALOGUES = sorted(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/*.po"))
NAMED = re.compile(r"%\((\w+)\)[a-z]|\{(\w*)\}")
UNNAMED = re.compile(r"(?<!%)%(?:[sdrf]|\.\d)")


def messages(po: Path):
    with po.open("rb") as file:
        return [message for message in read_po(file, ignore_obsolete=True) if message.id]


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


@pytest.fixture(params=CATALOGUES, ids=lambda po: po.parent.parent.name)
def catalogue(request):
    return messages(request.param)


def test_every_language_has_its_catalogue():
    assert {po.parent.parent.name for po in CATALOGUES} == {code for code, name in settings.LANGUAGES}


def test_every_string_is_translated_by_a_person(catalogue):
    assert [message.id for message in catalogue if message.fuzzy or not all(forms(message.string))] == []


def test_placeholders_are_named_and_the_same(catalogue):
    for message in catalogue:
        wanted = {name for text in forms(message.id) for name in NAMED.findall(text)}
        for text in forms(message.string):
            assert set(NAMED.findall(text)) <= wanted, message.id
        assert not any(UNNAMED.search(text) for text in forms(message.id) if "%(" in text or "%s" in text), message.id


def test_french_is_set_with_its_own_signs():
    """Guillemets, apostrophes and non-breaking spaces, as a printer would."""
    french = next(po for po in CATALOGUES if po.parent.parent.name == "fr")
    wrong = [
        text
        for message in messages(french)
        for text in forms(message.string)
        if re.search(r"[a-zé]'[a-zéèêh]|[^\s\u00a0\u202f/:&\d(«]?[ ][:;!?»](\s|$)|« (?=\S)|\"", without_markup(text))
    ]
    assert wrong == []


def without_markup(text: str) -> str:
    return re.sub(r"<[^>]+>|%\(\w+\)s|https?://\S+", "x", text)
