"""A sheet of any length is written row by row: its size is on the disk, not in memory."""

import itertools
import tempfile
import tracemalloc

import pytest

import site_world
from bihuan.rules.access import Detail
from bihuan.web.ledgers.core.sheet import Head, columns_of, write_sheet
from ledger_world.desk import enter
from ledger_world.ledger import LEDGER
from site_world import DAY, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MIB = 2**20


def held(rows: int, cast: Cast) -> int:
    """Most bytes held while a sheet of so many rows is written."""
    told = enter(cast.client("teacher"), cast, 1 + rows % 2, batch=f"B{rows}")
    head = Head(unit="示例A中学", day=DAY, mark="测试")
    many = itertools.repeat((told, Detail.NAMED), rows)
    with tempfile.TemporaryFile() as file:
        tracemalloc.start()
        count = write_sheet(file, LEDGER, head, columns_of(LEDGER, Detail.NAMED), many)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert count == rows
    return most


def test_memory_does_not_grow_with_the_sheet() -> None:
    cast = site_world.build()
    short = held(1_001, cast)
    assert held(6_000, cast) < short + 4 * MIB
