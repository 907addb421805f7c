"""A bare timetable is filled, everything that fills it is stated, a full plan stays."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from bihuan.base.ids import ClassCode, ZoneCode
from bihuan.plan.contacts import SETTINGS, contacts
from bihuan.plan.defaults import DEFAULTS, complete, is_bare
from bihuan.plan.load.fet import counts, read_fet
from bihuan.plan.plan import TABLES, Plan
from bihuan.plan.words import PeriodKind, Post, Role, Setting, ZoneKind
from fetfile import Activity, FetFile, Group, Start, Year, fet_files
from world import small_plan

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data" / "timetables"
FILES = (
    "belize_college_2013_solved",
    "hk_secondary_solved",
    "hk_secondary_unsolved",
    "morocco_highschool_2018_solved",
)
real = pytest.mark.skipif(not REAL.is_dir(), reason=f"{REAL} is not there")

SCHOOL = FetFile(
    days=("一", "二"),
    hours=("H1", "H2", "H3"),
    years=(Year("高一", (Group("1班", ("甲", "乙")), Group("2班"))),),
    teachers=("张", "王"),
    activities=(
        Activity(1, ("1班",), ("张",), duration=2),
        Activity(2, ("2班",), ("张",)),
        Activity(3, ("2班",), ("王",)),
    ),
    starts=(Start(1, "一", "H1"), Start(2, "二", "H1"), Start(3, "二", "H2")),
)


def bare(folder: Path, file: FetFile = SCHOOL) -> Plan:
    path = folder / "school.fet"
    path.write_text(file.xml(), encoding="utf-8")
    plan = read_fet(path).plan
    assert plan is not None
    return plan


def test_a_plan_that_says_more_than_a_timetable_stays_as_it_is() -> None:
    assert complete(small_plan()) == (small_plan(), ())


@given(dropped=st.sets(st.sampled_from(TABLES)))
@settings(deadline=None, max_examples=60)
def test_what_a_fuller_plan_lacks_is_not_filled(dropped: set[str]) -> None:
    plan = small_plan()
    for table in dropped - {"zones"}:
        plan = replace(plan, **{table: ()})  # type: ignore[arg-type]
    assert complete(plan) == (plan, ())


@given(file=fet_files())
@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_filled_plan_is_complete_and_meets_as_before(
    tmp_path: Path, file: FetFile
) -> None:
    plan = bare(tmp_path, file)
    filled, said = complete(plan)
    assert complete(filled) == (filled, ())
    assert bool(said) == is_bare(plan, plan.schools[0].code)
    assert counts(filled) == counts(plan)


def test_the_classes_get_rooms_students_and_a_teacher_of_their_own(
    tmp_path: Path,
) -> None:
    plan, _said = complete(bare(tmp_path))
    rows = {row.code: row for row in plan.classes}
    assert {code: row.students for code, row in rows.items()} == {
        "1班": 45,
        "甲": 23,
        "乙": 22,
        "2班": 45,
    }
    assert (rows[ClassCode("1班")].homeroom, rows[ClassCode("2班")].homeroom) == (
        "张",
        "王",
    )
    assert {person.post for person in plan.people} == {Post.CLASS_TEACHER}
    rooms = {zone.code: zone for zone in plan.zones}
    own = rows[ClassCode("1班")].room
    assert rows[ClassCode("甲")].room == own != rows[ClassCode("2班")].room
    assert rooms[own].area == pytest.approx(63.0)
    assert rooms[own].volume == pytest.approx(63.0 * 3.3)
    assert plan.schools[0].students == 90


def test_the_day_has_arrival_breaks_lunch_and_dismissal(tmp_path: Path) -> None:
    plan, _said = complete(bare(tmp_path))
    day = [(row.kind, f"{row.start:%H:%M}", f"{row.end:%H:%M}") for row in plan.periods]
    assert day == [
        (PeriodKind.ARRIVAL, "07:20", "07:50"),
        (PeriodKind.LESSON, "08:00", "08:45"),
        (PeriodKind.BREAK, "08:45", "08:55"),
        (PeriodKind.LESSON, "08:55", "09:40"),
        (PeriodKind.LUNCH, "10:30", "11:10"),
        (PeriodKind.LESSON, "14:00", "14:45"),
        (PeriodKind.DISMISSAL, "14:45", "15:05"),
    ]


def test_the_schools_own_times_are_kept_and_not_called_a_default(
    tmp_path: Path,
) -> None:
    file = replace(SCHOOL, hours=("08:00-08:40", "08:50-09:30", "14:00-14:40"))
    starts = (Start(1, "一", "08:00-08:40"), Start(2, "二", "14:00-14:40"))
    plan, said = complete(bare(tmp_path, replace(file, starts=starts)))
    lessons = [row for row in plan.periods if row.kind is PeriodKind.LESSON]
    assert [f"{row.end:%H:%M}" for row in lessons] == ["08:40", "09:30", "14:40"]
    assert not any("一节课" in line for line in said)


def test_a_school_without_a_gap_at_noon_eats_at_home(tmp_path: Path) -> None:
    hours = ("10:00-11:00", "11:00-12:00", "12:00-13:00", "13:00-14:00", "14:00-15:00")
    file = replace(SCHOOL, hours=hours, starts=(Start(1, "一", hours[0]),))
    plan, _said = complete(bare(tmp_path, file))
    assert all(row.kind is not PeriodKind.LUNCH for row in plan.periods)
    assert all(zone.kind is not ZoneKind.CANTEEN_HALL for zone in plan.zones)
    assert {row.hall for row in plan.classes} == {ZoneCode("")}


def test_every_default_is_listed_in_the_documents() -> None:
    text = (ROOT / "docs" / "defaults.md").read_text(encoding="utf-8")
    listed = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in text.splitlines()
        if line.startswith("| ") and not line.startswith(("| key", "| ---"))
    ]
    assert listed == [
        (
            row.key,
            row.name,
            f"{row.value:g}" if isinstance(row.value, float) else row.value,
            row.unit,
            row.why,
        )
        for row in DEFAULTS
    ]


def test_what_was_filled_is_said_in_the_tables_order(tmp_path: Path) -> None:
    _plan, said = complete(bare(tmp_path))
    assert said
    assert list(said) == [str(row) for row in DEFAULTS if str(row) in said]
    assert any("45 人" in line for line in said)


@real
@pytest.mark.parametrize("name", FILES)
def test_a_real_timetable_becomes_a_school_where_people_meet(name: str) -> None:
    read = read_fet(REAL / f"{name}.fet").plan
    assert read is not None
    plan, _said = complete(read)
    met = contacts(plan, plan.schools[0].code)
    roles = [person.role for person in met.people]
    assert roles.count(Role.STUDENT) == plan.schools[0].students
    assert roles.count(Role.TEACHER) == len(plan.people)
    there = {SETTINGS[n] for n in np.unique(met.setting[met.session_group])}
    always = {Setting.GATE, Setting.STAIR, Setting.STAFF_ROOM, Setting.HOUSEHOLD}
    lessons = {Setting.CLASSROOM, Setting.SEAT}
    assert always <= there
    assert (lessons <= there) == ("unsolved" not in name)
    assert not there & {Setting.DORM_ROOM, Setting.DORM_FLOOR, Setting.BUS}
