"""FET timetables: the counts are FET's own, for real files and for odd ones."""

import csv
import time as clock
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from bihuan.base.problems import errors
from bihuan.plan.load import fet
from bihuan.plan.load.fet import counts, read_fet, rows, sets
from bihuan.plan.load.fet.hours import clock_times
from bihuan.plan.plan import Plan
from bihuan.plan.reading import Reading
from bihuan.plan.words import PeriodKind
from fetfile import (
    Activity,
    FetFile,
    Group,
    InRoom,
    Start,
    Year,
    count_slowly,
    fet_files,
)

REAL = Path(__file__).parents[3] / "shared" / "data" / "timetables"
real = pytest.mark.skipif(not REAL.is_dir(), reason=f"{REAL} is not there")
PLACED = (
    "subgroup_slots_filled",
    "teacher_slots_filled",
    "activities_with_students",
    "teacher_subgroup_pairs",
    "teacher_subgroup_hours",
    "subgroup_pairs_sharing_activity",
    "subgroup_pair_hours",
    "subgroup_slots_with_room",
)


def read(folder: Path, file: FetFile | str) -> Reading:
    """What the reader makes of a file."""
    path = folder / "school.fet"
    xml = file if isinstance(file, str) else file.xml()
    path.write_text(xml, encoding="utf-8")
    return read_fet(path)


def plan_of(folder: Path, file: FetFile) -> Plan:
    plan = read(folder, file).plan
    assert plan is not None
    return plan


def codes(reading: Reading) -> list[str]:
    return [problem.code for problem in reading.problems]


# --- counts


@given(file=fet_files())
@settings(
    deadline=None,
    max_examples=120,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_counts_are_those_of_the_xml_set_by_set(tmp_path: Path, file: FetFile) -> None:
    assert counts(plan_of(tmp_path, file)) == count_slowly(file.xml())


def fets_own_answers() -> list[dict[str, str]]:
    table = REAL / "counts.csv"
    if not table.is_file():
        return []
    with table.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@real
def test_counts_are_those_of_fets_own_output() -> None:
    answers = fets_own_answers()
    assert answers
    for answer in answers:
        name = answer.pop("file")
        plan = read_fet(REAL / f"{name}.fet").plan
        assert plan is not None
        assert counts(plan) == {column: int(n) for column, n in answer.items()}


@real
@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("hk_secondary_unsolved", (816, 55, 44, 873, 6)),
        ("hk_secondary_solved", (816, 55, 44, 873, 6)),
        ("morocco_highschool_2018_solved", (990, 54, 43, 784, 6)),
        ("belize_college_2013_solved", (875, 46, 7, 989, 5)),
    ],
)
def test_a_real_school_has_the_sizes_it_is_known_by(
    name: str, sizes: tuple[int, ...]
) -> None:
    plan = read_fet(REAL / f"{name}.fet").plan
    assert plan is not None
    lists = (plan.people, plan.zones, plan.lessons)
    cycle = plan.district.cycle_days
    assert (plan.schools[0].students, *map(len, lists), cycle) == sizes
    assert sum(row.students for row in plan.classes if not row.within) == sizes[0]


@real
def test_an_unsolved_timetable_counts_zero_and_says_so() -> None:
    reading = read_fet(REAL / "hk_secondary_unsolved.fet")
    assert reading.plan is not None
    found = counts(reading.plan)
    assert (found["subgroups"], found["teachers"]) == (134, 55)
    assert [found[name] for name in PLACED] == [0] * len(PLACED)
    assert "F112" in codes(reading)


def large(years: int, groups: int, persons: int) -> FetFile:
    """Years whose students are named one by one, each in a class and in courses."""
    listing, activities, starts = [], [], []
    for y in range(years):
        students = [f"S{y}-{n}" for n in range(persons)]
        classes = [
            Group(f"C{y}-{g}", tuple(students[g::10])) for g in range(min(10, groups))
        ]
        courses = [
            Group(f"K{y}-{g}", tuple(students[g % 7 :: 11 + g % 13]))
            for g in range(groups - len(classes))
        ]
        listing.append(Year(f"Y{y}", (*classes, *courses)))
    names = [group.name for year in listing for group in year.groups]
    for n in range(5_000):
        activities.append(Activity(n, (names[n * 7 % len(names)],), (f"T{n % 200}",)))
        starts.append(Start(n, f"D{n % 5}", f"H{n // 5 % 10}"))
    return FetFile(
        days=[f"D{n}" for n in range(5)],
        hours=[f"H{n}" for n in range(10)],
        years=listing,
        teachers=[f"T{n}" for n in range(200)],
        activities=activities,
        starts=starts,
    )


def test_five_thousand_activities_and_four_thousand_repeated_sets_take_seconds(
    tmp_path: Path,
) -> None:
    file = large(years=8, groups=100, persons=400)
    assert sum(len(g.subgroups) for y in file.years for g in y.groups) > 4_000
    path = tmp_path / "large.fet"
    path.write_text(file.xml(), encoding="utf-8")
    began = clock.process_time()
    plan = read_fet(path).plan
    assert plan is not None
    found = counts(plan)
    assert clock.process_time() - began < 5.0
    assert (found["subgroups"], found["activities_with_students"]) == (3_200, 5_000)


# --- sets of students

TWO_DAYS = ("D1", "D2")
TWO_HOURS = ("H1", "H2")


def school(*years: Year, **more: object) -> FetFile:
    return FetFile(days=TWO_DAYS, hours=TWO_HOURS, years=years, **more)  # type: ignore[arg-type]


def test_the_same_set_under_two_years_is_one(tmp_path: Path) -> None:
    both = Group("选修", ("甲", "乙"))
    file = school(Year("高一", (both,)), Year("高二", (both,)), numbers={"选修": 40})
    plan = plan_of(tmp_path, file)
    assert counts(plan)["subgroups"] == 2
    assert plan.schools[0].students == 40


def test_a_group_listed_again_without_subgroups_is_the_same_group(
    tmp_path: Path,
) -> None:
    file = school(Year("Y1", (Group("G", ("a", "b")),)), Year("Y2", (Group("G"),)))
    assert counts(plan_of(tmp_path, file))["subgroups"] == 2


def test_groups_that_split_a_year_are_its_classes(tmp_path: Path) -> None:
    everybody = tuple("abcd")
    year = Year(
        "高一",
        (
            Group("全年级", everybody),
            Group("合唱", ("a", "c")),
            Group("1班", ("a", "b")),
            Group("2班", ("c", "d")),
        ),
    )
    plan = plan_of(tmp_path, school(year, numbers={"高一": 60}))
    assert {row.code: row.within for row in plan.classes if row.within} == {
        "a": "1班",
        "b": "1班",
        "c": "2班",
        "d": "2班",
    }
    assert {row.code: row.students for row in plan.classes if not row.within} == {
        "1班": 30,
        "2班": 30,
    }


def test_a_class_in_no_group_that_splits_the_year_stands_alone() -> None:
    assert sets.family(0b1111, [0b0011, 0b0110]) == [0b0011]
    assert sets.family(0b1111, [0b0111, 0b0011, 0b1100]) == [0b0011, 0b1100]
    assert sets.family(0b1111, [0b1111, 0b0011]) == [0b1111]


@given(
    total=st.integers(0, 500),
    stated=st.lists(st.integers(0, 60), min_size=1, max_size=12),
)
@settings(deadline=None)
def test_shares_add_up_to_what_the_level_above_states(
    total: int, stated: list[int]
) -> None:
    shares = sets.apportion(total, stated)
    assert sum(shares) == (total or sum(stated))
    assert min(shares) >= 0


def test_numbers_that_agree_stay_as_they_are(tmp_path: Path) -> None:
    year = Year("Y", (Group("A"), Group("B")))
    file = school(year, numbers={"Y": 70, "A": 30, "B": 40})
    reading = read(tmp_path, file)
    assert reading.plan is not None
    assert [row.students for row in reading.plan.classes] == [30, 40]
    assert "F117" not in codes(reading)


def test_numbers_that_disagree_follow_the_year_and_are_told(tmp_path: Path) -> None:
    year = Year("Y", (Group("A"), Group("B")))
    reading = read(tmp_path, school(year, numbers={"Y": 60, "A": 40, "B": 40}))
    assert reading.plan is not None
    assert [row.students for row in reading.plan.classes] == [30, 30]
    assert "F117" in codes(reading)


# --- lessons and rooms


def test_half_days_become_days_whose_hours_go_on(tmp_path: Path) -> None:
    file = FetFile(
        days=("一上", "一下", "二上", "二下"),
        hours=("H1", "H2", "H3"),
        years=(Year("Y"),),
        activities=(Activity(1, ("Y",)), Activity(2, ("Y",))),
        starts=(Start(1, "一下", "H2"), Start(2, "二上", "H3")),
        mode="Mornings_Afternoons",
    )
    plan = plan_of(tmp_path, file)
    assert plan.district.cycle_days == 2
    assert [(row.day, row.period) for row in plan.lessons] == [(1, 5), (2, 3)]
    assert len([row for row in plan.periods if row.kind is PeriodKind.LESSON]) == 6


def test_a_virtual_room_is_its_real_rooms(tmp_path: Path) -> None:
    file = school(
        Year("Y"),
        rooms=("R1", "R2", "R3"),
        virtual=(("V", ("R1", "R3")),),
        activities=(Activity(1, ("Y",)), Activity(2, ("Y",))),
        starts=(Start(1, "D1", "H1"), Start(2, "D1", "H2")),
        in_rooms=(InRoom(1, "V", ("R1", "R2")), InRoom(2, "V")),
    )
    plan = plan_of(tmp_path, file)
    assert [row.rooms for row in plan.lessons] == [("R1", "R2"), ("R1",)]
    assert [row.code for row in plan.zones] == ["R1", "R2", "R3"]


def test_a_home_room_serves_where_no_room_is_given(tmp_path: Path) -> None:
    file = school(
        Year("Y", (Group("A", ("a", "b")), Group("B"))),
        rooms=("R1", "R2"),
        activities=(Activity(1, ("A",)), Activity(2, ("A", "B")), Activity(3, ("A",))),
        in_rooms=(InRoom(3, "R2"),),
        homes=(("A", "R1"),),
    )
    plan = plan_of(tmp_path, file)
    assert [row.rooms for row in plan.lessons] == [("R1",), (), ("R2",)]
    assert {row.code: row.room for row in plan.classes} == {
        "A": "R1",
        "a": "R1",
        "b": "R1",
        "B": "",
    }


def test_capacity_thirty_thousand_means_unknown(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, school(Year("Y"), rooms=("R",)))
    assert plan.zones[0].seats is None


def test_a_name_with_blanks_around_it_is_found(tmp_path: Path) -> None:
    file = school(Year(" Y "), activities=(Activity(1, ("Y",)),))
    reading = read(tmp_path, file)
    assert reading.plan is not None
    assert reading.plan.lessons[0].classes == (" Y ",)
    assert "F114" not in codes(reading)


@pytest.mark.parametrize(
    ("names", "starts", "ends"),
    [
        (("08:15~08:30", "08:30~09:10"), ("08:15", "08:30"), ("08:30", "09:10")),
        (
            ("8.00", "8.50", "9.55"),
            ("08:00", "08:50", "09:55"),
            ("08:50", "09:40", "10:45"),
        ),
        (("11:35", "01:15p"), ("11:35", "13:15"), None),
        (("11:00", "12:00", "1:00"), ("11:00", "12:00", "13:00"), None),
        (("8h30 - 9h30",), ("08:30",), ("09:30",)),
    ],
)
def test_names_of_hours_tell_the_time(
    names: tuple[str, ...], starts: tuple[str, ...], ends: tuple[str, ...] | None
) -> None:
    times = clock_times(names)
    assert times is not None
    assert [f"{a:%H:%M}" for a, _ in times] == list(starts)
    if ends:
        assert [f"{b:%H:%M}" for _, b in times] == list(ends)


@pytest.mark.parametrize(
    "names", [("H1", "H2"), ("08:00", "2"), ("25:00",), ("9:00 pm", "8:00 pm")]
)
def test_names_of_hours_that_tell_no_time(names: tuple[str, ...]) -> None:
    assert clock_times(names) is None


def test_an_hour_between_lessons_in_which_nobody_is_taught_is_none(
    tmp_path: Path,
) -> None:
    hours = (
        "9:00-9:40",
        "9:40-10:00",
        "10:00-11:00",
        "11:00-12:00",
        "12:00-13:00",
        "13:00-14:00",
    )
    file = FetFile(
        days=TWO_DAYS,
        hours=hours,
        years=(Year("Y"),),
        activities=tuple(Activity(n, ("Y",)) for n in range(3)),
        starts=(
            Start(0, "D1", hours[0]),
            Start(1, "D1", hours[2]),
            Start(2, "D2", hours[4]),
        ),
    )
    kinds = [(row.kind, row.number) for row in plan_of(tmp_path, file).periods]
    assert kinds == [
        (PeriodKind.LESSON, 1),
        (PeriodKind.BREAK, 0),
        (PeriodKind.LESSON, 3),
        (PeriodKind.LUNCH, 0),
        (PeriodKind.LESSON, 5),
        (PeriodKind.LESSON, 6),
    ]


# --- problems

PLAIN = school(Year("Y"), teachers=("T",), activities=(Activity(1, ("Y",), ("T",)),))


@pytest.mark.parametrize(
    ("code", "file"),
    [
        ("F111", FetFile(days=TWO_DAYS, hours=TWO_HOURS)),
        ("F112", PLAIN),
        (
            "F113",
            school(
                Year("Y"),
                activities=(Activity(1, ("Y",)), Activity(2, ("Y",))),
                starts=(Start(1, "D1", "H1"),),
            ),
        ),
        ("F114", school(Year("Y"), activities=(Activity(1, ("Z",)),))),
        ("F114", school(Year("Y"), starts=(Start(1, "D9", "H1"),))),
        ("F115", school(Year("Y"), activities=(Activity(1, ("Y",), ("T",)),))),
        (
            "F115",
            school(Year("Y"), activities=(Activity(1),), in_rooms=(InRoom(1, "R"),)),
        ),
        ("F116", school(Year("Y"), teachers=("T", "T"))),
        ("F116", school(Year("Y"), activities=(Activity(1), Activity(1)))),
        ("F117", school(Year("Y"))),
        ("F118", school(Year("Y"), activities=(Activity(1, duration=0),))),
        (
            "F119",
            school(
                Year("Y"),
                activities=(Activity(1, ("Y",), duration=2),),
                starts=(Start(1, "D1", "H2"),),
            ),
        ),
        (
            "F120",
            FetFile(days=("D",), hours=("H",), mode="Mornings_Afternoons"),
        ),
        ("F121", PLAIN),
    ],
)
def test_what_is_odd_is_told_and_does_not_stop_reading(
    tmp_path: Path, code: str, file: FetFile
) -> None:
    reading = read(tmp_path, file)
    assert reading.plan is not None
    assert code in codes(reading)
    assert not list(errors(reading.problems))
    assert all(p.where.file == "school.fet" and p.where.cell for p in reading.problems)


def test_a_name_that_is_not_there_is_told_at_its_line_once(tmp_path: Path) -> None:
    file = school(Year("Y"), activities=(Activity(1, ("Z",)), Activity(2, ("Z",))))
    told = [p for p in read(tmp_path, file).problems if p.code == "F114"]
    lines = file.xml().splitlines()
    first = next(n for n, line in enumerate(lines, 1) if "<Activity>" in line)
    assert [problem.where.cell for problem in told] == [str(first)]


@pytest.mark.parametrize(
    ("code", "xml"),
    [
        ("F102", PLAIN.xml()[:-60]),
        ("F102", "PK\x03\x04"),
        ("F102", ""),
        ("F102", '<?xml version="1.0" encoding="no-such"?><fet/>'),
        ("F102", '<?xml version="1.0" encoding="gb2312"?><fet/>'),
        (
            "F103",
            '<!DOCTYPE f [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><fet><Mode>&b;</Mode></fet>',
        ),
        (
            "F103",
            '<!DOCTYPE f [<!ENTITY a SYSTEM "file:///etc/passwd">]><fet>&a;</fet>',
        ),
        ("F104", "<plan><Days_List/></plan>"),
        ("F105", "<fet>" + "<a>" * 40 + "</a>" * 40 + "</fet>"),
        ("F110", "<fet><Days_List/><Hours_List/></fet>"),
    ],
)
def test_a_file_that_is_no_timetable_is_refused(
    tmp_path: Path, code: str, xml: str
) -> None:
    reading = read(tmp_path, xml)
    assert reading.plan is None
    assert set(codes(reading)) == {code}
    assert all("{" not in str(problem) for problem in reading.problems)


def test_a_broken_file_is_told_at_its_line(tmp_path: Path) -> None:
    xml = PLAIN.xml().replace("</Hour>", "</Our>", 1)
    line = next(n for n, text in enumerate(xml.splitlines(), 1) if "</Our>" in text)
    assert [p.where.cell for p in read(tmp_path, xml).problems] == [str(line)]


def test_a_file_too_large_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MAX_MEGABYTES", 1)
    monkeypatch.setattr(rows, "MAX_ELEMENTS", 5)
    assert codes(read(tmp_path, PLAIN)) == ["F106"]
    (tmp_path / "big.fet").write_bytes(b" " * 2_000_000)
    assert codes(read_fet(tmp_path / "big.fet")) == ["F101"]


def test_more_sets_of_students_than_memory_holds_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fet, "MAX_SIZE", 11)
    assert read(tmp_path, school(Year("Y", (Group("A"), Group("B"))))).plan
    parts = ("a", "b", "c")
    refused = read(tmp_path, school(Year("Y", (Group("A", parts),))))
    assert codes(refused) == ["F107"]


def test_what_is_odd_a_thousand_times_is_listed_a_hundred_times(tmp_path: Path) -> None:
    rows = tuple(Activity(n, (f"Z{n}",)) for n in range(1_000))
    reading = read(tmp_path, school(Year("Y"), activities=rows))
    assert codes(reading).count("F114") == 100
    more = next(p for p in reading.problems if p.code == "F122")
    assert dict(more.words) == {"allowed": "F114", "came": "900"}


def test_a_number_beyond_all_bounds_is_no_number(tmp_path: Path) -> None:
    nines = "9" * 5_000
    xml = PLAIN.xml().replace("<Duration>1<", f"<Duration>{nines}<")
    xml = xml.replace("<Number_of_Students>0<", f"<Number_of_Students>{nines}<")
    reading = read(tmp_path, xml)
    assert reading.plan is not None
    assert reading.plan.schools[0].students == 0
    assert reading.plan.lessons[0].duration == 1
    assert {"F117", "F118"} <= set(codes(reading))


def test_early_files_say_fet_and_yes(tmp_path: Path) -> None:
    file = school(
        Year("Y"),
        activities=(
            Activity(1, ("Y",), active="yes"),
            Activity(2, ("Y",), active="no"),
        ),
    )
    xml = file.xml().replace("<fet version", "<!DOCTYPE FET><FET version")
    plan = read(tmp_path, xml.replace("</fet>", "</FET>")).plan
    assert plan is not None
    assert len(plan.lessons) == 1
