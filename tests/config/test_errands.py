"""The table of errands names functions that exist, and take an errand."""

import ast
import inspect
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from config.errands import ERRANDS


@pytest.mark.parametrize("what", sorted(ERRANDS))
def test_each_errand_names_a_function_that_takes_it(what):
    function = import_string(ERRANDS[what])
    assert len(inspect.signature(function).parameters) == 1


def test_every_errand_that_is_promised_has_its_function():
    promised = {
        keyword.value.value
        for app in ("people", "records", "quotes", "billing", "desk")
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("promise")
        for keyword in call.keywords
        if keyword.arg == "what" and isinstance(keyword.value, ast.Constant)
    }
    assert promised
    assert promised <= ERRANDS.keys()
