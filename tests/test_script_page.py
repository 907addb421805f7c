"""docs/drill.md has the keys, words and states of the source; every field has a key."""

from dataclasses import fields

import pytest

import script
from bihuan.drill import columns, logcolumns
from bihuan.drill.marks import ClockEvent, Entry, Log, State, Truth
from bihuan.drill.script import (
    Basis,
    Expected,
    Inject,
    Jump,
    Measure,
    Objective,
    Scene,
    Source,
    Standard,
    When,
)
from bihuan.plan.load.headers import Sheet

TEXT = script.PAGE.read_text("utf-8")


def test_page_is_what_the_source_knows() -> None:
    assert script.written(TEXT) == TEXT


def test_text_around_the_tables_stays() -> None:
    page = f"before\n{script.START}old{script.END}after\n"
    new = script.written(page)
    assert new.startswith(f"before\n{script.START}")
    assert new.endswith(f"{script.END}after\n")


@pytest.mark.parametrize("state", State)
def test_every_state_is_told(state: State) -> None:
    assert f"| `{state}` |" in TEXT


LISTS = {"basis", "objectives", "standards", "injects", "jumps", "stop_rules"}
RENAMED = {
    "standard": "within",
    "objective": "serves",
    "id": "action",
    "measure": "recall",
}
"""Fields of an expected action by their keys."""


def _keys(sheet: Sheet) -> set[str]:
    return {column.name for column in sheet.columns}


def _fields(*types: type) -> set[str]:
    return {f.name for cls in types for f in fields(cls)}


def test_every_field_of_a_script_has_a_key() -> None:
    assert _fields(Scene) == _keys(columns.SCENE) | LISTS
    assert _fields(Basis) == _keys(columns.BASIS)
    assert _fields(Objective) == _keys(columns.OBJECTIVES)
    assert _fields(Standard) == _keys(columns.STANDARDS)
    assert _fields(Jump) == _keys(columns.JUMPS)
    own = _fields(Inject) - {"when", "source", "expected"}
    assert own | _fields(When, Source) == _keys(columns.INJECTS)
    action = {RENAMED.get(name, name) for name in _fields(Expected)}
    assert action | _fields(Measure) == _keys(columns.EXPECTED)


def test_every_field_of_a_log_has_a_key() -> None:
    kept = {"scene", "school", "source", "played"}
    assert _fields(Log) - {"clock", "entries", "truth"} == kept
    assert kept <= _keys(logcolumns.HEAD)
    assert _fields(ClockEvent) == _keys(logcolumns.CLOCK)
    done = _keys(logcolumns.ACTIONS) | _keys(logcolumns.RELEASES) | {"untimed"}
    assert _fields(Entry) <= done
    assert _fields(Truth) == {"index", "contacts", "secondary", "drawn"}


def test_headers_mean_one_column_each() -> None:
    for sheet in (*columns.SHEETS, *logcolumns.LOG_SHEETS):
        names = [name for column in sheet.columns for name in (column.zh, column.en)]
        assert len(names) == len(set(names)), sheet.table
        spelled = [s for column in sheet.columns for s in column.known_as]
        assert len(spelled) == len(set(spelled)), sheet.table
