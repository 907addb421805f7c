"""The example district: its weak spots are found, the workbook is what is made."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import make_xinmi
import xinmi_spots
import xinmi_world
from bihuan.base.ids import SchoolCode
from bihuan.base.problems import Problem, Weight, errors
from bihuan.plan.check import check
from bihuan.plan.plan import Plan
from bihuan.plan.read import read
from bihuan.plan.reading import Reading
from bihuan.plan.words import DocumentStatus, Role, Stage, ZoneKind
from bihuan.rules import book
from bihuan.rules.standards import judge

WORKBOOK = xinmi_world.OUT
README = WORKBOOK.parent / "README.md"
SEVEN = tuple(campus.code for campus in xinmi_world.SEVEN)
COUNTS_ONLY = "P312"


@cache
def workbook() -> Reading:
    """The workbook as it is read, once for all tests."""
    return read(WORKBOOK)


def plan() -> Plan:
    """The plan that the workbook holds."""
    read_plan = workbook().plan
    assert read_plan is not None
    return read_plan


def judged(of: Plan) -> tuple[Problem, ...]:
    """All that the command tells of a plan."""
    return (*check(of), *judge(of, book.load(), of.district.drawn_up))


@cache
def found() -> Counter[tuple[str, str]]:
    """How often each school has each code, in the workbook."""
    return Counter((school_at(problem), problem.code) for problem in judged(plan()))


@cache
def schools_by_row() -> dict[tuple[str, str], str]:
    """The school of each row of the workbook, by sheet and row number."""
    found: dict[tuple[str, str], str] = {}
    for (table, n), cells in plan().places.items():
        row = getattr(plan(), table)[n] if table != "district" else None
        school = getattr(row, "code" if table == "schools" else "school", "")
        found[cells[""].sheet, digits(cells[""].cell)] = str(school)
    return found


def digits(cell: str) -> str:
    """The row number of a cell."""
    return re.sub(r"\D", "", cell)


def school_at(problem: Problem) -> str:
    """The school of the row that a problem points at."""
    return schools_by_row()[problem.where.sheet, digits(problem.where.cell)]


def listed() -> list[tuple[str, str, str]]:
    """The README's table: school, weak spot, code."""
    names = {campus.name: campus.code for campus in xinmi_world.SEVEN}
    rows = re.findall(
        r"^\| (\S+) \| ([^|]+) \| [^|]+ \| ([PS]\d{3}) \|$",
        README.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    return [(names[school], said, code) for school, said, code in rows]


def test_the_workbook_reads_without_a_problem() -> None:
    assert workbook().problems == ()


def test_the_workbook_is_what_the_program_makes() -> None:
    assert plan() == make_xinmi.plan()


def test_the_readme_lists_the_spots_that_are_planted() -> None:
    planted = [(spot.school, spot.said, spot.code) for spot in xinmi_spots.SPOTS]

    assert listed() == planted
    assert len(planted) >= 14


@pytest.mark.parametrize(
    ("school", "code"), [(spot.school, spot.code) for spot in xinmi_spots.SPOTS]
)
def test_a_planted_weak_spot_is_found(school: str, code: str) -> None:
    assert found()[school, code]


def test_nothing_else_is_found() -> None:
    planted = {(spot.school, spot.code) for spot in xinmi_spots.SPOTS}
    counted = {(small.code, COUNTS_ONLY) for small in xinmi_world.SMALL}

    assert set(found()) == planted | counted


def test_both_weights_are_planted() -> None:
    assert {problem.weight for problem in judged(plan())} == set(Weight)


def test_the_first_school_has_no_error() -> None:
    wrong = {school_at(problem) for problem in errors(judged(plan()))}

    assert wrong == set(SEVEN) - {"SYGZ"}


def test_the_plan_was_sound_before_the_spots_were_planted() -> None:
    assert {problem.code for problem in judged(make_xinmi.sound())} == {COUNTS_ONLY}


def test_sizes_are_those_of_the_seven_schools() -> None:
    for code in SEVEN:
        school = plan().by_code[SchoolCode(code)]
        own = [row for row in plan().classes if row.school == code]
        rooms = [
            row
            for row in plan().zones
            if row.school == code and row.kind is ZoneKind.DORM_ROOM
        ]
        assert 2000 <= school.students <= 4200
        assert school.students == sum(row.students for row in own)
        assert 50 <= school.students / len(own) <= 58
        assert {row.beds for row in rooms} <= {6, 8}
        assert 0.5 < school.boarders / school.students < 1


def test_the_other_schools_are_six_junior_eight_primary_one_centre() -> None:
    others = Counter(row.stage for row in plan().schools if row.code not in SEVEN)

    assert others == {Stage.JUNIOR: 6, Stage.PRIMARY: 8, Stage.TOWNSHIP_CENTRE: 1}


def test_lessons_fill_the_week_of_every_class() -> None:
    sound = make_xinmi.sound()
    week = Counter[tuple[str, str]]()
    for row in sound.teaching:
        week[row.school, row.klass] += row.lessons
    periods = {
        code: sum(len(p.days) for p in sound.periods if p.school == code and p.number)
        for code in SEVEN
    }

    assert week == {
        (row.school, row.code): periods[row.school] for row in sound.classes
    }


def test_a_teacher_has_ten_to_sixteen_lessons_and_one_for_his_own_class() -> None:
    load = Counter[tuple[str, str]]()
    for row in plan().teaching:
        if row.subject != "班会":
            load[row.school, row.teacher] += row.lessons

    assert min(load.values()) >= 10
    assert max(load.values()) <= 16


def test_nobody_in_it_is_real() -> None:
    assert not any(row.name for row in plan().people)
    assert not any(row.role is Role.STUDENT for row in plan().people)
    assert all(re.fullmatch(r"0371-0000\d{4}", row.phone) for row in plan().liaison)
    assert {row.contact for row in plan().liaison} == {"值班室"}


def test_the_bureaus_own_documents_wait() -> None:
    own = [row for row in plan().documents if row.issuer == "新密市教体局"]

    assert len(own) == 5
    assert {row.status for row in own} == {DocumentStatus.PENDING}


def test_the_workbook_stays_small() -> None:
    assert Path(WORKBOOK).stat().st_size < 420_000
