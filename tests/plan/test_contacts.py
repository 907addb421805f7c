"""Who meets whom: invariants, and an oracle that follows every person every minute."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import time
from functools import cache
from itertools import pairwise
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from bihuan.base.ids import ClassCode, PersonId, SchoolCode, ZoneCode
from bihuan.base.units import Minutes
from bihuan.plan import measures as m
from bihuan.plan.contacts import SETTINGS, Contacts, contacts
from bihuan.plan.days import week_kinds
from bihuan.plan.lessons import timetable
from bihuan.plan.people import Class, Person
from bihuan.plan.plan import Plan
from bihuan.plan.populate import populate
from bihuan.plan.timetable import Lesson, Period
from bihuan.plan.words import PeriodKind, Role, Setting, Who
from world import QIZHONG, YIGAO, small_plan

BATCHES = {"M13": (3, 10.0), "M14": (3, 12.0), "M15": (2, 5.0)}
"""Batches and minutes of arrival, dining and breaks at 一高."""
OUT = sum(p.school == YIGAO and not p.lives_in for p in small_plan().people)
"""Staff of 一高 who live out; they come with the first batch."""
STAGGERED = frozenset({"M13", "M14", "M15"})
OVERLAYS = {
    Setting.SEAT: (Setting.CLASSROOM, Setting.STUDY),
    Setting.TABLE: (Setting.CANTEEN_HALL,),
}
MEALS = (PeriodKind.BREAKFAST, PeriodKind.LUNCH, PeriodKind.SUPPER)


@cache
def cast_plan() -> Plan:
    """The small plan with batches that these tests count by."""
    plan = small_plan()
    rows = []
    for row in plan.measures:
        if isinstance(row, m.StaggeredArrival | m.StaggeredDining | m.StaggeredBreaks):
            batches, minutes = BATCHES[row.code]
            row = replace(row, batches=batches, minutes=Minutes(minutes))  # noqa: PLW2901
        rows.append(row)
    return replace(plan, measures=tuple(rows))


@cache
def of(school: SchoolCode, without: frozenset[str] = frozenset()) -> Contacts:
    """Contacts of the small plan."""
    return contacts(cast_plan(), school, without=without)


def groups(met: Contacts, setting: Setting) -> list[int]:
    """Groups of a setting."""
    return np.flatnonzero(met.setting == SETTINGS.index(setting)).tolist()


def sessions(
    met: Contacts, setting: Setting, day: int
) -> list[tuple[int, float, float]]:
    """Group, start, hours of a setting's sessions on a kind of day."""
    wanted = np.isin(met.session_group, groups(met, setting)) & (met.session_day == day)
    return [
        (
            int(met.session_group[n]),
            float(met.session_start[n]),
            float(met.session_hours[n]),
        )
        for n in np.flatnonzero(wanted)
    ]


def changed(plan: Plan, **tables: tuple[object, ...]) -> Plan:
    return replace(plan, **tables)  # type: ignore[arg-type]  # a test's shorthand


@dataclass(frozen=True, kw_only=True)
class Moved:
    """How the small plan is changed: classes, periods, lessons, measures."""

    students: int
    boarders: int
    shift: tuple[int, ...]
    """Minutes by which periods end later, in turn."""
    batches: int
    minutes: float
    cycle: int
    seconds: float
    """Service time at the gate."""
    clash: bool
    """One teacher gives all lessons."""

    def plan(self) -> Plan:
        plan = cast_plan()
        teachers = plan.lessons[0].teachers
        return replace(
            plan,
            district=replace(plan.district, cycle_days=self.cycle),
            classes=tuple(
                replace(
                    row,
                    students=self.students,
                    boarders=min(self.students, self.boarders),
                )
                for row in plan.classes
            ),
            periods=tuple(
                _shifted(row, self.shift[n % len(self.shift)])
                for n, row in enumerate(plan.periods)
            ),
            lessons=tuple(
                replace(row, teachers=teachers) if self.clash else row
                for row in plan.lessons
            ),
            measures=tuple(self.measure(row) for row in plan.measures),
        )

    def measure(self, row: m.Measure) -> m.Measure:
        if isinstance(row, m.GateCheck):
            return replace(row, seconds=self.seconds)
        if isinstance(row, m.StaggeredArrival | m.StaggeredDining | m.StaggeredBreaks):
            return replace(row, batches=self.batches, minutes=Minutes(self.minutes))
        return row


moves = st.builds(
    Moved,
    students=st.integers(1, 30),
    boarders=st.integers(0, 30),
    shift=st.tuples(*[st.integers(-40, 40)] * 6),
    batches=st.integers(1, 4),
    minutes=st.floats(0.0, 25.0),
    cycle=st.integers(4, 7),
    seconds=st.sampled_from((1.0, 60.0, 300.0)),
    clash=st.booleans(),
)


def _shifted(row: Period, minutes: int) -> Period:
    """A period that ends later or earlier."""
    end = (row.end.hour * 60 + row.end.minute + minutes) % 1440
    return replace(row, end=time(end // 60, end % 60))


@given(moved=moves, school=st.sampled_from((YIGAO, QIZHONG)))
@settings(deadline=None, max_examples=20)
def test_what_must_always_hold(moved: Moved, school: SchoolCode) -> None:
    met = contacts(moved.plan(), school)
    sizes = np.diff(met.first)
    assert (sizes >= 2).all()
    assert met.member.min(initial=0) >= 0
    assert met.member.max(initial=0) < met.persons
    for group in range(len(sizes)):
        assert all(a < b for a, b in pairwise(met.members(group).tolist()))
    assert (met.session_hours > 0).all()
    assert (met.session_start >= 0).all()
    assert (met.session_start + met.session_hours <= 24).all()
    assert (met.session_day >= 0).all()
    assert (met.session_day <= met.cycle + 1).all()
    assert set(met.session_group.tolist()) == set(range(len(sizes)))
    _nobody_is_in_two_places(met)


def _nobody_is_in_two_places(met: Contacts) -> None:
    """Sessions of a person do not overlap, a seat lies in a class, a table in a hall."""
    base: dict[tuple[int, int], list[tuple[float, float, Setting]]] = defaultdict(list)
    above: dict[tuple[int, int], list[tuple[float, float, Setting]]] = defaultdict(list)
    for n, group in enumerate(met.session_group.tolist()):
        setting = SETTINGS[met.setting[group]]
        start = float(met.session_start[n])
        row = start, start + float(met.session_hours[n]), setting
        target = above if setting in OVERLAYS else base
        for person in met.members(group).tolist():
            target[person, int(met.session_day[n])].append(row)
    for rows in base.values():
        for (_, end, one), (start, _, two) in pairwise(sorted(rows)):
            assert end <= start + 1e-9, (one, two)
    for key, rows in above.items():
        for start, end, setting in rows:
            inside = sum(
                max(0.0, min(end, high) - max(start, low))
                for low, high, other in base[key]
                if other in OVERLAYS[setting]
            )
            assert inside == pytest.approx(end - start)


# --- the oracle: one person, one minute at a time ----------------------------------


BATCH_AT_MEALS = {"G10": 0, "G11": 1, "G12": 2}
"""Six equal classes in three batches."""
BATCH_ON_STAIR = {"G10": 0, "G11": 1, "G12": 1}
"""Three equal classes on a stair in two batches: the middle one goes with the last."""


def _covers(row: Period, person: Person) -> bool:
    student = person.role is Role.STUDENT
    return {
        Who.ALL: True,
        Who.STUDENTS: student,
        Who.BOARDERS: student and person.lives_in,
        Who.DAY_STUDENTS: student and not person.lives_in,
        Who.STAFF: not student,
    }[row.who]


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _during(row: Period) -> list[int]:
    start, end = _minutes(row.start), _minutes(row.end)
    if start < end:
        return list(range(start, end))
    return [*range(start, 1440), *range(end)]


Place = tuple[Setting, object]


def _where(
    plan: Plan, person: Person, row: Period, minute: int, *, staggered: bool
) -> list[Place]:
    """Where a student of 一高 is in a minute of a period."""
    klass = next(
        (c for c in plan.classes if c.school == YIGAO and c.code == person.klass), None
    )
    assert klass is not None
    length = len(_during(row))
    since = minute - _minutes(row.start)
    block = klass.code, (person.seat - 1) // 6 // 3, (person.seat - 1) % 6 // 2
    if row.kind is PeriodKind.LESSON:
        return [(Setting.CLASSROOM, (klass.code, row.number)), (Setting.SEAT, block)]
    if row.kind is PeriodKind.STUDY:
        return [(Setting.STUDY, klass.code), (Setting.SEAT, block)]
    if row.kind in MEALS:
        gap = min(12, (length - 20) / 2) if staggered else 0
        if 0 <= since - BATCH_AT_MEALS[klass.grade] * gap < 20:
            return [
                (Setting.CANTEEN_HALL, person.hall),
                (Setting.TABLE, (person.hall, person.table)),
            ]
    if row.kind in (PeriodKind.BREAK, PeriodKind.EXERCISE, PeriodKind.DISMISSAL):
        gap = 5 if staggered else 0
        if 0 <= since - BATCH_ON_STAIR[klass.grade] * gap < 3:
            return [(Setting.STAIR, klass.stair)]
    if row.kind in (PeriodKind.SLEEP, PeriodKind.NOON_REST):
        return [(Setting.DORM_ROOM, (person.room, person.bed.partition("-")[0]))]
    if row.kind is PeriodKind.WASH:
        return [(Setting.DORM_FLOOR, person.room)]
    return []


def followed(
    plan: Plan, people: tuple[Person, ...], day: int, *, staggered: bool
) -> Counter[tuple[Setting, int]]:
    """Minutes x others of each student of 一高 on a school day, minute by minute.

    Left out: teachers, the gate, home.
    """
    spent: Counter[tuple[Setting, int]] = Counter()
    rows = [r for r in plan.periods if r.school == YIGAO and str(day + 1) in r.days]
    during = [(row, set(_during(row))) for row in rows]
    for minute in range(1440):
        places: dict[Place, list[int]] = defaultdict(list)
        for number, person in enumerate(people):
            if person.role is not Role.STUDENT:
                continue
            for row, minutes in during:
                if minute in minutes and _covers(row, person):
                    for place in _where(plan, person, row, minute, staggered=staggered):
                        places[place].append(number)
        for (setting, _place), there in places.items():
            for number in there:
                spent[setting, number] += len(there) - 1
    return +spent


def counted(met: Contacts, day: int) -> Counter[tuple[Setting, int]]:
    """The same from groups and sessions, students among themselves."""
    spent: Counter[tuple[Setting, int]] = Counter()
    for n in np.flatnonzero(met.session_day == day):
        group = int(met.session_group[n])
        students = [
            person
            for person in met.members(group).tolist()
            if person < len(met.people) and met.people[person].role is Role.STUDENT
        ]
        minutes = round(60 * float(met.session_hours[n]))
        for person in students:
            spent[SETTINGS[met.setting[group]], person] += minutes * (len(students) - 1)
    for setting, person in list(spent):
        if setting in (Setting.GATE, Setting.HOUSEHOLD, Setting.STAFF_ROOM):
            del spent[setting, person]
    return +spent


@pytest.mark.parametrize(
    ("without", "staggered"), [(frozenset(), True), (STAGGERED, False)]
)
def test_minutes_are_those_of_who_follows_everybody(
    without: frozenset[str], *, staggered: bool
) -> None:
    day = 3
    met = of(YIGAO, without)
    expected = followed(cast_plan(), met.people, day, staggered=staggered)
    assert counted(met, day) == expected
    assert {setting for setting, _person in expected} == {
        Setting.CLASSROOM,
        Setting.STUDY,
        Setting.SEAT,
        Setting.DORM_ROOM,
        Setting.DORM_FLOOR,
        Setting.TABLE,
        Setting.CANTEEN_HALL,
        Setting.STAIR,
    }


# --- setting by setting ------------------------------------------------------------


def test_a_teacher_is_in_the_lessons_given() -> None:
    met = of(QIZHONG)
    plan = cast_plan()
    number = {person.id: n for n, person in enumerate(met.people)}
    given_ = Counter(
        (row.day - 1, row.teachers[0]) for row in plan.lessons if row.school == QIZHONG
    )
    for (day, teacher), lessons in given_.items():
        mine = [
            hours
            for group, _start, hours in sessions(met, Setting.CLASSROOM, day)
            if number[teacher] in met.members(group)
        ]
        assert len(mine) == lessons


def test_one_lesson_many_times_is_one_group() -> None:
    met = of(YIGAO)
    # six classes with nine teachers each
    assert len(groups(met, Setting.CLASSROOM)) == 6 * 9
    assert len(sessions(met, Setting.CLASSROOM, 0)) == 6 * 8


def test_a_boarder_is_at_the_gate_on_no_ordinary_day() -> None:
    met = of(YIGAO)
    at_gate = {
        person for group in groups(met, Setting.GATE) for person in met.members(group)
    }
    for person in at_gate:
        assert not met.people[person].lives_in
    day = [n for n, p in enumerate(met.people) if not p.lives_in]
    assert at_gate == set(day)


def test_batches_part_the_hall_and_the_gate() -> None:
    """With an hour for lunch and twenty minutes from batch to batch."""
    plan = changed(
        cast_plan(),
        periods=tuple(
            replace(row, end=time(13, 10), who=Who.ALL)
            if row.kind is PeriodKind.LUNCH
            else row
            for row in cast_plan().periods
            if row.kind is not PeriodKind.NOON_REST
        ),
        measures=tuple(
            replace(row, minutes=Minutes(20.0))
            if isinstance(row, m.StaggeredDining)
            else row
            for row in cast_plan().measures
        ),
    )
    met = contacts(plan, YIGAO)
    lunch = [r for r in sessions(met, Setting.CANTEEN_HALL, 0) if 12 <= r[1] < 13]
    assert [round(60 * (start - 12)) for _group, start, _hours in lunch] == [10, 30, 50]
    eaters = [person for group, *_rest in lunch for person in met.members(group)]
    assert sorted(eaters) == list(range(len(met.people)))
    arrive = sessions(met, Setting.GATE, 0)
    assert [round(60 * (start - 6)) for _group, start, _hours in arrive] == [50, 60, 70]
    met_there = [person for group, *_rest in arrive for person in met.members(group)]
    assert len(met_there) == len(set(met_there))


@pytest.mark.parametrize(
    ("code", "setting", "at", "before", "after"),
    [
        ("M13", Setting.GATE, (6, 8), [24, 24, 24 + OUT], [72 + OUT]),
        ("M14", Setting.CANTEEN_HALL, (12, 13), [48, 48, 96, 96], [144]),
        ("M15", Setting.STAIR, (8, 8.8), [24, 24, 48, 48], [72, 72]),
    ],
)
def test_without_a_staggering_its_groups_are_one(
    code: str,
    setting: Setting,
    at: tuple[float, float],
    before: list[int],
    after: list[int],
) -> None:
    kept, gone = of(YIGAO), of(YIGAO, frozenset({code}))

    def sizes(met: Contacts) -> list[int]:
        return sorted(
            len(met.members(group))
            for group, start, _hours in sessions(met, setting, 0)
            if at[0] <= start < at[1]
        )

    assert sizes(kept) == before
    assert sizes(gone) == after
    for other in SETTINGS:
        if other not in (setting, Setting.TABLE, Setting.STAFF_ROOM):
            assert len(groups(kept, other)) == len(groups(gone, other))


def met_set(met: Contacts, group: int) -> set[int]:
    return set(met.members(group).tolist())


def test_batches_too_close_for_their_stay_meet_the_next_one() -> None:
    """Twelve minutes apart and twenty at table: eight minutes with the batch before."""
    plan = cast_plan()
    longer = tuple(
        replace(row, end=time(13, 0)) if row.kind is PeriodKind.LUNCH else row
        for row in plan.periods
    )
    met = contacts(changed(plan, periods=longer), YIGAO)
    sizes = [
        (round(60 * start), round(60 * hours), len(met.members(group)))
        for group, start, hours in sessions(met, Setting.CANTEEN_HALL, 0)
        if 12 <= start < 13
    ]
    assert sizes == [
        (730, 12, 48),
        (742, 8, 96),
        (750, 4, 48),
        (754, 8, 96),
        (762, 12, 48),
    ]


def test_a_slow_gate_makes_a_queue_that_begins_earlier() -> None:
    """75 persons at three lanes, 300 s each: 125 minutes of work in a window of 30."""
    plan = cast_plan()
    slow = tuple(
        replace(row, seconds=300.0) if isinstance(row, m.GateCheck) else row
        for row in plan.measures
    )
    met = contacts(changed(plan, measures=slow), YIGAO, without=frozenset({"M13"}))
    (group, start, hours) = sessions(met, Setting.GATE, 0)[0]
    persons = len(met.members(group))
    wait = (persons * 300 / 60 / 3 - 30) / 2
    assert hours == pytest.approx(wait / 60)
    assert start + hours == pytest.approx(7 + 20 / 60)


def test_measures_hold_as_dated() -> None:
    plan = cast_plan()
    late = tuple(
        replace(row, start=plan.district.opens.replace(day=20))
        if isinstance(row, m.StaggeredDining)
        else row
        for row in plan.measures
    )
    plan = changed(plan, measures=late)
    lunch = [
        len(sessions(contacts(plan, YIGAO, day=day), Setting.CANTEEN_HALL, 0))
        for day in (12, 13)
    ]
    assert lunch == [3, 13]  # one for each meal, or four or five stretches


def test_a_scope_leaves_other_grades_with_the_first_batch() -> None:
    plan = cast_plan()
    some = tuple(
        replace(row, scope=("G12",), batches=2)
        if isinstance(row, m.StaggeredDining)
        else row
        for row in plan.measures
    )
    met = contacts(changed(plan, measures=some), YIGAO)
    lunch = [
        len(met.members(group))
        for group, start, _hours in sessions(met, Setting.CANTEEN_HALL, 0)
        if 12 <= start < 13
    ]
    assert max(lunch) == 144  # two batches twelve minutes apart share eight
    assert min(lunch) == 24


def test_boarders_who_stay_eat_wash_and_sleep() -> None:
    met = of(YIGAO)
    stay = {
        setting: sessions(met, setting, met.cycle)
        for setting in SETTINGS
        if sessions(met, setting, met.cycle)
    }
    assert set(stay) == {
        Setting.DORM_ROOM,
        Setting.DORM_FLOOR,
        Setting.TABLE,
        Setting.CANTEEN_HALL,
        Setting.HOUSEHOLD,
    }
    for setting, rows in stay.items():
        for group, _start, _hours in rows:
            those = [n for n in met.members(group).tolist() if n < len(met.people)]
            boards = setting is not Setting.HOUSEHOLD
            assert all(met.people[n].lives_in is boards for n in those)


def test_homes_of_four_hours_on_school_days_and_eight_else() -> None:
    met = of(YIGAO)
    hours: dict[tuple[int, int], float] = defaultdict(float)
    for day in range(met.cycle + 2):
        for group, _start, length in sessions(met, Setting.HOUSEHOLD, day):
            for person in met.members(group).tolist():
                hours[day, person] += length
    for n, person in enumerate(met.people):
        if person.role is Role.STUDENT:
            board = person.lives_in
            assert hours[0, n] == pytest.approx(0 if board else 4)
            assert hours[met.cycle, n] == pytest.approx(0 if board else 8)
            assert hours[met.cycle + 1, n] == pytest.approx(8)
        else:
            assert not hours[met.cycle + 1, n]
    assert met.family == 2 * sum(1 for _ in _homes(met))


def _homes(met: Contacts) -> list[set[int]]:
    """Households on a home day, siblings in one."""
    return [
        met_set(met, group)
        for group, *_rest in sessions(met, Setting.HOUSEHOLD, met.cycle + 1)
    ]


def test_siblings_share_one_home() -> None:
    plan = cast_plan()
    twins = tuple(
        Person(
            school=YIGAO,
            id=PersonId(f"P{n}"),
            role=Role.STUDENT,
            klass=ClassCode(f"G1{n}C1"),
            siblings=(PersonId("P0"),) if n else (),
        )
        for n in (0, 1)
    )
    met = contacts(changed(plan, people=(*plan.people, *twins)), YIGAO)
    one, two = (n for n, p in enumerate(met.people) if p.id in ("P0", "P1"))
    home = next(home for home in _homes(met) if one in home)
    assert two in home
    assert len(home) == 4


def test_staff_have_two_hours_in_their_room() -> None:
    for school in (YIGAO, QIZHONG):
        met = of(school)
        hours: dict[int, float] = defaultdict(float)
        for group, _start, length in sessions(met, Setting.STAFF_ROOM, 2):
            assert len(met.members(group)) <= 12
            for person in met.members(group).tolist():
                assert met.people[person].role is not Role.STUDENT
                hours[person] += length
        assert list(hours.values()) == pytest.approx([2.0] * len(hours))
        assert len(hours) > 20


def test_a_bus_runs_before_the_gate_and_after_school() -> None:
    plan = cast_plan()
    riders = tuple(
        Person(
            school=QIZHONG,
            id=PersonId(f"P{n}"),
            role=Role.STUDENT,
            klass=ClassCode(f"G{n}C1"),
            bus=ZoneCode("BUS1"),
        )
        for n in (7, 8, 9)
    )
    met = contacts(changed(plan, people=(*plan.people, *riders)), QIZHONG)
    trips = sessions(met, Setting.BUS, 0)
    assert [(round(60 * s), round(60 * h)) for _g, s, h in trips] == [
        (400, 30),
        (1020, 30),
    ]
    for group, *_rest in trips:
        assert {met.people[n].id for n in met.members(group)} == {"P7", "P8", "P9"}


# --- lessons of any shape ----------------------------------------------------------


def lesson(*codes: str, teachers: tuple[str, ...] = (), **more: object) -> Lesson:
    row = Lesson(
        school=QIZHONG,
        day=1,
        period=1,
        classes=tuple(ClassCode(code) for code in codes),
        teachers=tuple(PersonId(teacher) for teacher in teachers),
    )
    return replace(row, **more)  # type: ignore[arg-type]  # a test's shorthand


def taught(*lessons: Lesson, more: tuple[Class, ...] = ()) -> Contacts:
    """七中 with these lessons only."""
    plan = cast_plan()
    return contacts(
        replace(plan, lessons=lessons, classes=(*plan.classes, *more)), QIZHONG
    )


def part(code: str, students: int, within: str) -> Class:
    row = next(
        r for r in cast_plan().classes if r.school == QIZHONG and r.code == within
    )
    return replace(
        row,
        code=ClassCode(code),
        within=ClassCode(within),
        students=students,
        room=ZoneCode(""),
    )


def test_two_classes_and_two_teachers_are_one_group() -> None:
    met = taught(
        lesson("G9C1", "G9C2", teachers=("T1", "T2"), rooms=(ZoneCode("LAB"),))
    )
    rows = [
        r for r in sessions(met, Setting.CLASSROOM, 0) if len(met.members(r[0])) > 30
    ]
    assert [(len(met.members(g)), s) for g, s, _h in rows] == [(50, 8.0)]
    zone = int(met.zone[rows[0][0]])
    assert cast_plan().zones[zone].code == "LAB"


def test_parts_learn_apart_and_study_with_their_class() -> None:
    met = taught(
        lesson("A", teachers=("T1",)),
        lesson("B", teachers=("T2",)),
        lesson("G7C1", teachers=("T3",), period=2, rooms=(ZoneCode("R701"),)),
        more=(part("A", 14, "G7C1"), part("B", 10, "G7C1")),
    )
    sizes = Counter(
        (len(met.members(group)), round(60 * start))
        for group, start, _hours in sessions(met, Setting.CLASSROOM, 0)
        if any(met.people[n].klass in ("A", "B") for n in met.members(group))
    )
    assert sizes == {(15, 480): 1, (11, 480): 1, (25, 535): 1}
    seats = {
        round(60 * start)
        for group, start, _hours in sessions(met, Setting.SEAT, 0)
        if any(met.people[n].klass in ("A", "B") for n in met.members(group))
    }
    assert seats == {535}


def test_a_lesson_of_two_periods_has_two_sessions() -> None:
    met = taught(lesson("G7C1", teachers=("T1",), duration=2))
    starts = [
        round(60 * start)
        for group, start, _hours in sessions(met, Setting.CLASSROOM, 0)
        if any(met.people[n].klass == "G7C1" for n in met.members(group))
    ]
    assert starts == [480, 535]


def test_a_teacher_who_is_wanted_twice_goes_where_first_named() -> None:
    met = taught(lesson("G7C1", teachers=("T1",)), lesson("G8C1", teachers=("T1",)))
    sizes = [
        len(met.members(group))
        for group, start, _hours in sessions(met, Setting.CLASSROOM, 0)
        if start == 8.0
    ]
    assert sorted(sizes)[:2] == [24, 25] or sorted(sizes) == [24, 25]


def test_a_lesson_in_a_laboratory_has_no_neighbours_at_desks() -> None:
    met = taught(lesson("G7C1", teachers=("T1",), rooms=(ZoneCode("LAB"),)))
    at_desks = [
        group
        for group, start, _hours in sessions(met, Setting.SEAT, 0)
        if start == 8.0 and met.people[met.members(group)[0]].klass == "G7C1"
    ]
    assert at_desks == []


def test_an_unplaced_lesson_brings_nobody_together() -> None:
    met = taught(lesson("G7C1", teachers=("T1",), day=0))
    assert not any(
        met.people[n].klass == "G7C1"
        for group in groups(met, Setting.CLASSROOM)
        for n in met.members(group)
    )


# --- tallies, time -----------------------------------------------------------------


def test_the_tally_of_a_week_counts_pairs_and_others() -> None:
    met = of(QIZHONG)
    week = week_kinds(cast_plan(), QIZHONG)
    rows = {row.setting: row for row in met.minutes_per_week(week)}
    hall = rows[Setting.CANTEEN_HALL]
    assert (hall.groups, hall.persons) == (1, 96)
    assert hall.minutes == pytest.approx(100)
    assert hall.pair_minutes == pytest.approx(96 * 95 / 2 * 100)
    assert hall.contacts == pytest.approx(95)
    table = rows[Setting.TABLE]
    assert table.groups == 24
    assert table.contacts == pytest.approx(3)
    assert rows[Setting.DORM_ROOM] == replace(
        rows[Setting.DORM_ROOM],
        groups=0,
        persons=0,
        minutes=0,
        pair_minutes=0,
        contacts=0,
    )


def test_others_are_counted_once_however_often_they_are_met() -> None:
    met = of(YIGAO)
    rows = {row.setting: row for row in met.minutes_per_week((0, 1, 2, 3, 4))}
    others: dict[int, set[int]] = defaultdict(set)
    for group in groups(met, Setting.CLASSROOM):
        for person in met.members(group).tolist():
            others[person] |= met_set(met, group) - {person}
    mean = sum(map(len, others.values())) / len(others)
    assert rows[Setting.CLASSROOM].contacts == pytest.approx(mean)
    assert rows[Setting.CLASSROOM].persons == len(others)


def test_groups_of_a_person_are_those_that_have_it() -> None:
    met = of(YIGAO)
    for person in (0, 60, len(met.people) - 1, met.persons - 1):
        expected = [g for g in range(len(met.setting)) if person in met.members(g)]
        assert met.groups_of(person).tolist() == expected


def test_contacts_are_the_same_for_the_same_seed() -> None:
    again = contacts(cast_plan(), YIGAO)
    met = of(YIGAO)
    for name in ("setting", "zone", "first", "member", "session_group", "session_day"):
        assert np.array_equal(getattr(again, name), getattr(met, name))
    assert np.array_equal(again.session_start, met.session_start)
    assert np.array_equal(again.session_hours, met.session_hours)


def test_roster_and_timetable_may_be_handed_in() -> None:
    plan = cast_plan()
    people = populate(plan, YIGAO)
    lessons = timetable(plan, YIGAO, people)
    met = contacts(plan, YIGAO, people=people, lessons=lessons)
    assert np.array_equal(met.member, of(YIGAO).member)


@pytest.mark.slow
def test_a_hundred_classes_take_a_second() -> None:
    plan = cast_plan()
    row = plan.classes[0]
    classes = tuple(
        replace(row, code=ClassCode(f"C{n}"), students=55, boarders=40)
        for n in range(100)
    )
    plan = changed(plan, classes=classes, teaching=())
    people = populate(plan, YIGAO)
    lessons = timetable(plan, YIGAO, people)
    begun = process_time()
    contacts(plan, YIGAO, people=people, lessons=lessons)
    assert process_time() - begun < 1.0
