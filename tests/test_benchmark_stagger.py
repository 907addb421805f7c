"""The benchmark of the staggered return at a tiny size; no timing."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import validate

import make_county
import planted
import stagger
import stagger_cases
from bihuan.base.ids import SchoolCode
from bihuan.plan.check import check
from bihuan.plan.words import CapacityKind, Stage
from bihuan.stagger.answer import Calendar, Opening, Status

ROOT = Path(__file__).parents[1]
SCHEMA = json.loads((ROOT / "docs/schema/bench-stagger.json").read_text("utf-8"))


def test_a_run_of_nothing_is_valid_and_says_that_nothing_was_measured() -> None:
    told = stagger.run(full=False, only={"nothing"})
    validate(told, SCHEMA)
    assert {row["met"] for row in told["targets"]} == {None}
    assert "not run" in stagger.tables(told)


def test_conflicts_are_counted_with_their_twins() -> None:
    rows = stagger_cases.conflict(number=2, count=1, seconds=60.0)
    told = stagger.run(full=False, only={"nothing"}) | {"conflicts": rows}
    told["targets"] = list(stagger.targets(told))
    validate(told, SCHEMA)
    assert [row["same"] for row in rows] == [True]
    assert [row["twin_false"] for row in rows] == [False]
    assert "| ready | 1 | 2 | 1 | 1 |" in stagger.tables(told)


def test_what_is_kept_is_not_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stagger, "KEPT", tmp_path)
    case = {"case": "county", "seed": 1, "seconds": 0.1, "method": "greedy"}
    first = stagger.ask(case, keep=True)
    monkeypatch.setattr(subprocess, "run", None)
    assert stagger.ask(case, keep=True) == first
    told = stagger.run(full=False, only={"nothing"}) | {"counties": [first]}
    validate(told, SCHEMA)


def test_gaps_are_against_the_best_bound_of_any_method() -> None:
    rows: list[stagger.Row] = [
        {"seed": 1, "objective": 110.0, "bound": 90.0},
        {"seed": 1, "objective": None, "bound": 100.0},
        {"seed": 2, "objective": 500.0, "bound": 400.0},
    ]
    assert stagger.gap(rows[0], rows) == pytest.approx(0.1)
    assert stagger.gap(rows[1], rows) is None


def test_a_county_is_as_large_as_it_says_and_passes_the_plan_s_checks() -> None:
    plan = make_county.county(3)
    assert len(plan.schools) == 157
    assert len(plan.areas) == 16
    assert sum(row.students for row in plan.grades) == pytest.approx(112_800, abs=300)
    high = {Stage.SENIOR, Stage.VOCATIONAL}
    assert sum(row.stage in high for row in plan.schools) == 7
    assert {problem.code for problem in check(plan)} == {"P312"}
    assert make_county.county(3) == plan


def test_a_tighter_county_has_less_of_everything() -> None:
    def amounts(tightness: float) -> list[int]:
        made = make_county.county(3, tightness=tightness)
        return [row.amount for row in made.capacities]

    pairs = list(zip(amounts(1.2), amounts(1.0), strict=True))
    assert all(less <= more for less, more in pairs)
    assert sum(less < more for less, more in pairs) > len(pairs) / 2


def test_a_city_has_less_than_its_counties_ask_for() -> None:
    shared = make_county.city(1, counties=2)
    day = make_county.SECONDARY
    own = sum(make_county._sampled(plan, day) for plan in shared.counties)
    assert dict(shared.sampling)[day] == pytest.approx(0.93 * own, abs=1)
    assert shared.counties[0] != shared.counties[1]


def test_days_over_the_pool_are_counted_by_hand() -> None:
    day = make_county.SECONDARY
    pool = dict.fromkeys((day - stagger_cases.ONE * n for n in range(4)), 100)
    row = Opening(school=SchoolCode("A"), grades=(), date=day, students=200)
    fits = Calendar(status=Status.FOUND, openings=(row,))
    over = Calendar(status=Status.FOUND, openings=(replace(row, students=201),))
    assert stagger_cases.over_pool([fits], pool) == 0
    assert stagger_cases.over_pool([over], pool) == 2


def test_every_kind_of_conflict_is_planted_from_one_to_four_groups() -> None:
    cases = [planted.planted(1, n) for n in range(len(planted.KINDS))]
    assert {len(case.rows) for case in cases} == {1, 2, 3, 4}
    assert {case.whole for case in cases} == {True, False}
    assert all(case.plan != case.twin for case in cases)


def test_shocks_take_away_what_they_say() -> None:
    plan = make_county.county(1)
    down = stagger_cases.SHOCKS["laboratory at half"](
        plan, Calendar(status=Status.UNDECIDED)
    )
    rows = [r for r in down.capacities if r.kind is CapacityKind.SAMPLING]
    assert min(row.amount for row in rows) < min(
        row.amount for row in plan.capacities if row.kind is CapacityKind.SAMPLING
    )
