"""Numbers moved? Then say so: `python tools/baseline.py`, and a line under Results."""

import json

import pytest

import baseline

FROZEN = json.loads(baseline.PAGE.read_text("utf-8"))


@pytest.mark.slow
def test_the_engines_numbers_stand_where_they_stood() -> None:
    assert baseline.numbers() == FROZEN
