"""What if: levers of the plan, the same random numbers on both sides, within the second."""

from pathlib import Path

import pytest

from bihuan.base.ids import SchoolCode
from bihuan.plan.defaults import complete
from bihuan.plan.plan import Plan
from bihuan.plan.read import read
from bihuan.web.whatif.compute import Bench
from bihuan.web.whatif.levers import BEDS, OutOfRange, levers, pulled

EXAMPLE = Path(__file__).parents[3] / "examples" / "xinmi"
CODE = SchoolCode("SYGZ")
SECOND = 1.0


@pytest.fixture(scope="module")
def plan() -> Plan:
    found = read(EXAMPLE).plan
    assert found is not None
    return complete(found)[0].of(CODE)


@pytest.fixture(scope="module")
def bench(plan: Plan) -> Bench:
    made = Bench(plan, CODE)
    made.answer({"ventilation.times": 5.0})
    return made


def test_every_lever_stands_within_its_bounds(plan: Plan) -> None:
    found = levers(plan, CODE)
    assert len(found) > 12
    for lever in found:
        assert lever.low <= lever.value <= lever.high, lever.key


def test_measures_that_differ_have_levers_of_their_own(plan: Plan) -> None:
    keys = {lever.key for lever in levers(plan, CODE)}
    mine = {key for key in keys if key.startswith("symptom_check.fever_sensitivity")}
    assert len(mine) == 2
    assert all("@" in key for key in mine)


@pytest.mark.parametrize("key", ["ventilation.times", BEDS])
def test_a_pulled_lever_stands_where_it_was_pulled_to(plan: Plan, key: str) -> None:
    changed = pulled(plan, CODE, {key: 6.0})
    assert {one.key: one.value for one in levers(changed, CODE)}[key] == 6.0
    before = {one.key: one.value for one in levers(plan, CODE)}
    after = {one.key: one.value for one in levers(changed, CODE)}
    assert {k for k in before if before[k] != after[k]} <= {key}


@pytest.mark.parametrize(
    ("key", "value"), [("ventilation.times", 99.0), ("nothing.at_all", 1.0)]
)
def test_what_is_no_lever_or_out_of_range_is_refused(
    plan: Plan, key: str, value: float
) -> None:
    with pytest.raises(OutOfRange):
        pulled(plan, CODE, {key: value})


def test_no_change_changes_nothing(bench: Bench) -> None:
    found = bench.answer({})
    assert found["before"] == found["after"]
    assert all(row["change"] == [0.0, *row["change"][1:]] for row in found["rows"])
    assert all(row["hollow"] for row in found["rows"])


def test_an_answer_comes_within_the_second_with_intervals(bench: Bench) -> None:
    changes = {
        "ventilation.times": 6.0,
        "mask.wearing": 0.5,
        "contact_listing.recall": 0.97,
    }
    found = bench.answer(changes)
    assert found["seconds"] <= SECOND
    assert {row["key"] for row in found["alone"]} == set(changes)
    assert found["later"] == 0
    for row in found["rows"]:
        for name in ("before", "after", "change"):
            value, low, high = row[name]
            assert low <= value <= high, (row["name"], name)
    assert sum(found["after"]["bins"]) == 50


def test_less_air_and_fewer_masks_are_worse(bench: Bench) -> None:
    found = bench.answer({"ventilation.times": 0.0, "mask.wearing": 0.0})
    first = found["rows"][0]
    assert first["change"][1] > 0.0
    assert not first["hollow"]
    assert found["labour"]["ventilation.times"] < 0.0
