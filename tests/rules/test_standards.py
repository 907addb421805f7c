"""A plan held against the rows of its date: each standard kept and broken."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from bihuan.base.ids import PersonId, SchoolCode
from bihuan.base.problems import Problem, Weight, kinds
from bihuan.base.units import (
    Days,
    Hours,
    Metres,
    MilligramPerLitre,
    Minutes,
    Share,
)
from bihuan.plan.check.look import Look
from bihuan.plan.measures import StagedOpening, Suspension
from bihuan.plan.people import Person
from bihuan.plan.plan import Plan
from bihuan.plan.words import Counted, DocumentStatus, Post, Unit, Who
from bihuan.rules.book import SourceClass, load
from bihuan.rules.standards import STANDARDS, judge
from bihuan.rules.standards.openings import opening as day_of
from world import QIZHONG, YIGAO, small_plan

BOOK = load()
APRIL = date(2020, 4, 7)
JUNE = date(2020, 6, 1)
AUTUMN = date(2020, 9, 10)
LATER = date(2022, 9, 5)
Edit = Callable[[Plan], Plan]


@cache
def keeping() -> Plan:
    """The boarding school of the small plan, keeping every row of 7 April 2020."""
    plan = small_plan().of(YIGAO)
    plan = each("documents", kind="opening", issued=date(2020, 3, 20))(plan)
    # One duty each tells the fever line, the samples and the network, so that an edit shows.
    rows = [d for d in plan.duties if d.code not in {"Z04", "Z11", "Z18"}]
    rows.append(
        replace(rows[2], code="Z90", name="食堂留样", standard="留样48小时，校长陪餐")
    )
    rows.append(
        replace(rows[2], code="Z91", name="四级联防联控网络", standard="可接通")
    )
    return rows_of(plan, "duties", rows)


def rows_of(plan: Plan, table: str, rows: list[Any]) -> Plan:
    changed: dict[str, Any] = {table: tuple(rows)}
    return replace(plan, **changed)


def edited(table: str, known: Callable[[Any], bool], new: dict[str, Any]) -> Edit:
    def edit(plan: Plan) -> Plan:
        rows = [replace(r, **new) if known(r) else r for r in getattr(plan, table)]
        assert rows != list(getattr(plan, table))
        return rows_of(plan, table, rows)

    return edit


def each(table: str, *, kind: str, **new: Any) -> Edit:
    """Change the rows of a kind."""
    return edited(table, lambda row: row.kind == kind, new)


def named(table: str, code: str, **new: Any) -> Edit:
    """Change the row of a code, or the supply of a name."""
    return edited(table, lambda r: code in (getattr(r, "item", ""), getattr(r, "code", "")), new)  # fmt: skip


def without(table: str, *kind: str) -> Edit:
    """Take rows away: those of a kind, code or post; all where none is named."""

    def edit(plan: Plan) -> Plan:
        rows = [
            row
            for row in getattr(plan, table)
            if kind
            and not {getattr(row, n, None) for n in ("kind", "code", "post")}
            & set(kind)
        ]
        assert len(rows) < len(getattr(plan, table))
        return rows_of(plan, table, rows)

    return edit


def both(*edits: Edit) -> Edit:
    def edit(plan: Plan) -> Plan:
        for one in edits:
            plan = one(plan)
        return plan

    return edit


def found(plan: Plan, on: date = APRIL) -> list[Problem]:
    return list(judge(plan, BOOK, on))


def codes(plan: Plan, on: date = APRIL) -> set[str]:
    return {problem.code for problem in found(plan, on)}


TESTED_LATE = {"tested": date(2020, 3, 30)}
SIX_BEDS = named("zones", "D3", beds=6)

BREAKS: tuple[tuple[str, date, Edit], ...] = (
    ("S101", APRIL, named("measures", "M17", opens=date(2020, 4, 8))),
    ("S102", APRIL, named("measures", "M18", opens=date(2020, 4, 12))),
    ("S104", APRIL, each("documents", kind="opening", issued=date(2020, 3, 29))),
    ("S104", APRIL, each("documents", kind="opening", status=DocumentStatus.SIGNED)),
    ("S104", APRIL, without("documents", "opening")),
    ("S155", APRIL, each("documents", kind="online", status=DocumentStatus.PENDING)),
    ("S156", APRIL, without("duties", "Z91")),
    ("S157", APRIL, edited("liaison", lambda r: r.partner == "hospital", TESTED_LATE)),
    ("S108", APRIL, each("measures", kind="return_survey", hold=Days(13))),
    ("S108", APRIL, without("measures", "return_survey")),
    ("S110", APRIL, named("measures", "M01", at=time(8, 1))),
    ("S111", AUTUMN, named("measures", "M02", at=time(14, 31))),
    ("S112", AUTUMN, without("measures", "M03")),
    ("S112", AUTUMN, named("measures", "M03", who=Who.DAY_STUDENTS)),
    ("S113", APRIL, both(without("measures", "M02"), without("measures", "M04"))),
    ("S164", APRIL, named("duties", "Z24", standard="37.5℃复测")),
    ("S115", APRIL, without("measures", "gate_check")),
    ("S116", JUNE, named("measures", "M11", times=2)),
    ("S166", APRIL, named("measures", "M11", times=1)),
    ("S166", APRIL, without("measures", "ventilation")),
    ("S117", JUNE, named("measures", "M11", minutes=Minutes(29))),
    ("S167", APRIL, named("measures", "M11", minutes=Minutes(29))),
    ("S168", APRIL, named("measures", "M12", strength=MilligramPerLitre(499))),
    ("S168", APRIL, without("measures", "cleaning")),
    ("S119", JUNE, named("measures", "M16", distance=Metres(0.9))),
    ("S119", JUNE, without("measures", "seat_spacing")),
    ("S120", APRIL, named("duties", "Z90", standard="留样24小时，陪餐")),
    ("S121", APRIL, without("duties", "Z90")),
    ("S172", APRIL, named("measures", "M05", delay=Minutes(11))),
    ("S123", APRIL, named("measures", "M09", rule="C1a", count=6)),
    ("S180", APRIL, named("zones", "ISO", rooms=1)),
    ("S181", APRIL, named("zones", "ISO", apart=False)),
    ("S182", APRIL, named("zones", "ISO", toilet=False)),
    ("S183", APRIL, without("zones", "OBS")),
    ("S134", JUNE, named("zones", "D3", beds=7)),
    ("S135", APRIL, without("people", "doctor")),
    ("S136", APRIL, without("people", "guard")),
    ("S137", APRIL, named("supplies", "84消毒液", stock=41)),
    ("S137", APRIL, named("supplies", "洗手液", expires=date(2020, 4, 6))),
    ("S190", APRIL, named("zones", "ISO", apart=None)),
    ("S190", APRIL, named("zones", "ISO", toilet=None)),
    ("S190", APRIL, edited("liaison", lambda r: r.partner == "health", {"tested": None})),
    ("S190", APRIL, each("documents", kind="opening", issued=None)),
    ("S190", APRIL, named("duties", "Z24", standard="逐人测温")),
    ("S190", APRIL, named("duties", "Z90", standard="陪餐")),
    ("S190", APRIL, named("duties", "Z90", standard="留样48小时")),
    ("S190", APRIL, named("supplies", "84消毒液", rate=0)),
    ("S191", APRIL, named("measures", "M09", rule="Z99")),
    ("S192", APRIL, named("measures", "M09", rule="C14a")),
)  # fmt: skip


def test_plan_that_keeps_every_row_has_no_problem() -> None:
    assert found(keeping()) == []


@pytest.mark.parametrize(("code", "on", "edit"), BREAKS)
def test_broken_row_is_told(code: str, on: date, edit: Edit) -> None:
    plan = SIX_BEDS(keeping())
    assert code not in codes(plan, on)
    assert code in codes(edit(plan), on)


def test_every_standard_is_broken_by_some_edit() -> None:
    told = {code for code, _, _ in BREAKS}
    for one in STANDARDS:
        if one.keys != ("opens_together",):  # below
            assert {one.broken.code, one.advised.code} & told, one.keys


def test_every_kind_of_the_standards_is_error_or_its_softer_twin() -> None:
    for one in STANDARDS:
        assert one.broken.weight is Weight.ERROR
        assert one.advised.weight is Weight.WARNING
        assert int(one.advised.code[1:]) == int(one.broken.code[1:]) + 50
    assert kinds()["S190"].weight is Weight.WARNING


DAYS = st.dates(date(2009, 1, 1), date(2026, 12, 31))


@given(DAYS, st.sampled_from(["410183", "440106", "370100", "310000"]))
@settings(deadline=None, max_examples=60)
def test_practices_and_targets_are_never_errors(day: date, region: str) -> None:
    plan = replace(bare(), district=replace(bare().district, region=region))
    rows = {rule.code: rule for rule in BOOK.on(day, region=region).rules}
    for problem in judge(plan, BOOK, day):
        words = dict(problem.words)
        rule = rows[words["rule"]]
        assert rule.document in BOOK.by_code
        assert words["document"] == BOOK.by_code[rule.document].title
        assert words["source"] == rule.source_class.label
        if problem.weight is Weight.ERROR:
            assert rule.source_class in (SourceClass.LAW, SourceClass.PLAN)
            assert rule.how_sure.startswith("R")
        assert rule.code in problem.said
        assert f"《{words['document']}》" in problem.said
        assert "{" not in problem.said + problem.mend


@cache
def bare() -> Plan:
    """A plan that keeps as little as it can."""
    plan = small_plan()
    for table in ("measures", "duties", "documents", "liaison"):
        plan = rows_of(plan, table, [])
    return without("people", *Post)(plan)


def test_rows_of_may_are_not_applied_before_or_after() -> None:
    wide = without("measures", "seat_spacing")(keeping())  # D3 has rooms of eight
    assert {"S134", "S119"} <= codes(wide, JUNE)
    assert not {"S134", "S119", "S184", "S169"} & codes(wide, APRIL)
    assert not {"S134", "S119", "S184", "S169"} & codes(wide, AUTUMN)


def test_noon_and_evening_checks_are_asked_from_their_date() -> None:
    plan = without("measures", "M02", "M03")(keeping())
    assert not {"S111", "S112"} & codes(plan, date(2020, 7, 27))
    assert {"S111", "S112"} <= codes(plan, date(2020, 7, 28))


def test_day_school_needs_no_evening_check() -> None:
    assert "S112" not in codes(small_plan().of(QIZHONG), AUTUMN)


def test_strongest_broken_row_tells() -> None:
    spaced = SIX_BEDS(keeping())
    once = named("measures", "M11", times=1)(spaced)
    (problem,) = (p for p in found(once, JUNE) if p.code in ("S116", "S166"))
    assert problem.code == "S116"
    assert dict(problem.words)["rule"] == "N6c"


def test_grades_of_a_level_open_in_step() -> None:
    plan = small_plan()
    third = replace(plan.schools[1], code=SchoolCode("BAZHONG"), name="八中")
    grade = next(g for g in plan.grades if g.level == 9)
    klass = next(k for k in plan.classes if k.grade == grade.code)
    plan = rows_of(plan, "schools", [*plan.schools, third])
    plan = rows_of(plan, "grades", [*plan.grades, replace(grade, school=third.code)])
    plan = rows_of(plan, "classes", [*plan.classes, replace(klass, school=third.code)])
    theirs = next(
        m for m in plan.measures if isinstance(m, StagedOpening) and "G9" in m.scope
    )
    same = replace(theirs, school=third.code)
    assert "S103" not in codes(rows_of(plan, "measures", [*plan.measures, same]))
    opening = replace(same, opens=theirs.opens + timedelta(days=7))
    later = rows_of(plan, "measures", [*plan.measures, opening])
    (problem,) = (p for p in found(later) if p.code == "S103")
    assert dict(problem.words)["school"] == "八中"


def with_guards(number: int, students: int) -> Plan:
    plan = without("people", "guard")(keeping())
    guard = next(p for p in keeping().people if p.post is Post.GUARD)
    guards: list[Person] = [replace(guard, id=PersonId(f"B{n}")) for n in range(number)]
    plan = rows_of(plan, "people", [*plan.people, *guards])
    klass = replace(plan.classes[0], students=students, boarders=0)
    return rows_of(plan, "classes", [klass])


@pytest.mark.parametrize(
    ("students", "on", "need"),
    [
        (50, LATER, 1),
        (999, LATER, 0),
        (1000, LATER, 3),
        (1499, LATER, 3),
        (1500, LATER, 4),
        (3100, LATER, 7),
        (3100, APRIL, 3),
    ],
)
def test_guards_by_size_and_edition(students: int, on: date, need: int) -> None:
    assert "S136" not in codes(with_guards(need, students), on)
    if need:
        assert "S136" in codes(with_guards(need - 1, students), on)


@pytest.mark.parametrize(
    ("students", "doctors", "enough"),
    [
        (144, 1, True),
        (144, 0, False),
        (1199, 1, True),
        (1200, 1, False),
        (1200, 2, True),
    ],
)
def test_one_doctor_for_six_hundred(
    students: int, doctors: int, *, enough: bool
) -> None:
    plan = with_guards(9, students)
    rest = [p for p in plan.people if p.post is not Post.DOCTOR]
    own = [p for p in plan.people if p.post is Post.DOCTOR][:doctors]
    plan = rows_of(plan, "people", [*rest, *own])
    assert ("S135" in codes(plan)) is not enough


LAX = Suspension(
    school=YIGAO,
    code="M09",
    unit=Unit.CLASS,
    count=5,
    window=Days(1),
    delay=Hours(2),
    days=Days(4),
    rule="C1a",
)


@pytest.mark.parametrize(
    ("new", "field"),
    [
        ({}, None),
        ({"count": 4, "window": Days(2), "days": Days(7)}, None),
        ({"count": 6}, "count"),
        ({"count": None}, "count"),
        ({"days": Days(3)}, "days"),
        ({"unit": Unit.GRADE}, "unit"),
        ({"counted": Counted.CONFIRMED}, "counted"),
        ({"rule": "C1b", "share": Share(0.3)}, None),
        ({"rule": "C1b", "share": Share(0.31)}, "share"),
        ({"rule": "C6a", "count": 2, "window": Days(10), "days": Days(7)}, None),
        ({"rule": "C6a", "count": 2, "window": Days(9), "days": Days(7)}, "window"),
    ],
)
def test_suspension_is_held_against_the_row_it_names(
    new: dict[str, Any], field: str | None
) -> None:
    plan = keeping()
    measure = replace(LAX, **new)
    rows = [measure if m.code == "M09" else m for m in plan.measures]
    plan = rows_of(plan, "measures", rows)
    row = rows.index(measure)
    told = [p for p in found(plan) if p.code in ("S123", "S173")]
    places = [plan.where("measures", row, field)] if field else []
    assert [p.where for p in told] == places


def test_undecided_names_row_document_and_what_to_fill_in() -> None:
    plan = named("zones", "ISO", apart=None)(keeping())
    (problem,) = (p for p in found(plan) if p.code == "S190")
    assert "隔离室是否相对独立未填，无法判断" in problem.said
    assert "I1" in problem.said
    assert BOOK.by_code["isolation-2020-07"].title in problem.said


def test_district_of_another_province_has_other_orders() -> None:
    plan = named("measures", "M17", opens=date(2020, 4, 8))(keeping())
    elsewhere = replace(plan, district=replace(plan.district, region="370100"))
    assert "S101" in codes(plan)
    found_there = codes(elsewhere)
    assert "S101" not in found_there
    assert "S151" in found_there  # Henan's day is a practice there


def test_schools_of_counts_only_are_not_judged() -> None:
    plan = rows_of(small_plan(), "classes", [])
    assert found(plan) == []


def test_a_standard_without_a_row_in_force_says_nothing() -> None:
    empty = replace(BOOK, rules=())
    assert judge(bare(), empty, APRIL) == ()


def test_opening_of_the_whole_school_holds_for_each_grade() -> None:
    plan = keeping()
    grade = plan.grades[0]
    whole = StagedOpening(school=YIGAO, code="X", opens=date(2020, 4, 20))
    plan = rows_of(plan, "measures", [whole])
    assert day_of(Look(plan), grade)[0] == date(2020, 4, 20)
