"""Saving a plan: what is written is read back, and a file appears whole or not at all."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from bihuan.plan.load.cells import canonical, canonical_code, is_nothing, members
from bihuan.plan.load.headers import (
    SHEET,
    Column,
    Sheet,
    defaults,
    hints,
    kind_of,
    ordered,
)
from bihuan.plan.plan import TABLES, Plan
from bihuan.plan.read import read
from bihuan.plan.save import save
from bihuan.plan.words import Word

HOSTILE = (
    "=1+1", "+86", "-5", "@SUM(A1)", '=HYPERLINK("http://x")', "http://example.org",
    "示例：一高", "Example", "#REF!", "_x0041_", "_x005F_x000D_", "'quoted", '"', "a: b # c",
    "- x", "{a}", "[b]", "!tag", "&anchor", "*alias", "%", "null", "~", "yes", "0x1F",
    "1e3", "07:20", "2020-04-07", "00123", "1.10", "a\nb", "a\tb", "二〇二〇\u3000年",
    "\u202eabc", "😀", "<b>&amp;</b>", "]]>", "{came}", "１２", "a, b；c、d", "e\u0301", "0", "否",
)  # fmt: skip
ANY_TEXT = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12))


def texts() -> st.SearchStrategy[str]:
    """Texts as a reader makes them; none is what a reference to nothing may be."""
    return ANY_TEXT.map(canonical).filter(
        lambda text: not is_nothing(text) and not text.startswith("~")
    )


def codes() -> st.SearchStrategy[str]:
    """Codes as a reader makes them, without a separator."""
    return (
        ANY_TEXT.map(lambda text: canonical_code(text).translate(_SEPARATORS))
        .map(canonical_code)
        .filter(lambda text: not is_nothing(text) and text not in ("0", "否"))
    )


_SEPARATORS = {ord(mark): "" for mark in "、,;/\\ \t\n"}
Known = Mapping[str, Sequence[str]]


def one(cls: type, column: Column, known: Known) -> st.SearchStrategy[Any]:
    """Values of one field, by its annotation and what its column says."""
    held = hints(cls)[column.name]
    if column.refers:
        values = _references(column, known)
    elif issubclass(held.of, Word):
        values = st.sampled_from(members(held.of))
    else:
        values = _plain(held.of, held.unit, column)
    usual = defaults(cls)
    if held.many:
        return st.lists(values, max_size=3).map(tuple)
    blank = [st.just(usual[column.name])] if column.name in usual else []
    return st.one_of(values, *blank)


def _references(column: Column, known: Known) -> st.SearchStrategy[str]:
    there = [code for table in column.refers for code in known.get(table, ())]
    missing = st.from_regex(r"~[a-z]{1,4}", fullmatch=True)
    return st.one_of(st.sampled_from(there), missing) if there else missing


def _plain(of: type, unit: str, column: Column) -> st.SearchStrategy[Any]:
    high = 1.0 if unit == "Share" else column.high
    low = 0.0 if unit == "Share" else column.low
    simple: dict[type, Callable[[], st.SearchStrategy[Any]]] = {
        str: lambda: codes() if unit or column.name in ("towns", "days") else texts(),
        int: lambda: st.integers(int(low), int(high or 10**9)),
        float: lambda: st.floats(low, high, allow_nan=False, allow_infinity=False),
        dt.date: st.dates,
        dt.time: lambda: st.times().map(lambda time: time.replace(microsecond=0)),
        bool: st.booleans,
    }
    return simple[of]()


def rows(sheet: Sheet, known: Known) -> st.SearchStrategy[Any]:
    """Rows of a table."""
    return st.one_of([_row(sheet, cls, known) for cls in sheet.types])


def _row(sheet: Sheet, cls: type, known: Known) -> st.SearchStrategy[Any]:
    fields = {
        name: one(cls, sheet.column(name, kind_of(cls)), known) for name in hints(cls)
    }
    if "school" in fields and "school" not in defaults(cls):
        fields["school"] = st.sampled_from(known["schools"])
    return st.builds(cls, **fields)


def _coded(draw: st.DrawFn, table: str, known: Known) -> list[Any]:
    """Rows for every code, in every school: a reference to one is never a name."""
    field = "id" if table == "people" else "code"
    in_school = table in ("grades", "classes", "zones", "people")
    return [
        replace(draw(rows(SHEET[table], known)), **{field: code}, **school)
        for code in known[table]
        for school in ([{"school": s} for s in known["schools"]] if in_school else [{}])
    ]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans with every table and every kind of measure; references may lead nowhere."""
    few = st.lists(codes(), min_size=1, max_size=2, unique=True)
    coded = ("schools", "areas", "documents", "grades", "classes", "zones", "people")
    known = {table: tuple(draw(few)) for table in coded}
    tables: dict[str, Any] = {}
    for table in TABLES:
        tables[table] = tuple(
            _coded(draw, table, known)
            if table in known
            else draw(st.lists(rows(SHEET[table], known), max_size=3))
        )
    (district,) = draw(st.lists(rows(SHEET["district"], known), min_size=1, max_size=1))
    return Plan(district=district, **tables)


FORMS = (("plan.xlsx", "zh-Hans"), ("plan.xlsx", "en"), ("plan", "zh-Hans"))


@pytest.mark.parametrize(("form", "lang"), FORMS)
@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(plan=plans())
def test_saved_plan_is_read_back_the_same(
    form: str, lang: str, plan: Plan, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("saved") / form
    save(plan, path, lang=lang)
    reading = read(path)
    assert reading.problems == ()
    assert reading.plan is not None
    for table in ordered():
        assert getattr(reading.plan, table) == getattr(plan, table)
