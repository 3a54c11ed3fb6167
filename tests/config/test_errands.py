"""The table of errands names functions that exist, and take an errand."""

import inspect

import pytest
from django.utils.module_loading import import_string

from config.errands import ERRANDS


@pytest.mark.parametrize("what", sorted(ERRANDS))
def test_each_errand_names_a_function_that_takes_it(what):
    function = import_string(ERRANDS[what])
    assert len(inspect.signature(function).parameters) == 1
