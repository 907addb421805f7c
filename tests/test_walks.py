"""The walks name what is there."""

import importlib
import re
from pathlib import Path

import pytest

WALKS = Path(__file__).parent.parent / "docs/walks.md"
NAMES = sorted(set(re.findall(r"`(bihuan(?:\.\w+)+)`", WALKS.read_text("utf-8"))))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_the_walks_is_there(name: str) -> None:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        module, _dot, thing = name.rpartition(".")
        assert hasattr(importlib.import_module(module), thing), name
