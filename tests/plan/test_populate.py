"""A school's roster where the plan only counts."""

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import permutations

from hypothesis import given, settings, strategies as st

from bihuan.base.ids import ClassCode, PersonId, SchoolCode, ZoneCode
from bihuan.plan.names import in_order
from bihuan.plan.people import Class, Person
from bihuan.plan.plan import Plan
from bihuan.plan.populate import populate
from bihuan.plan.roster.made import STAFF_MIX
from bihuan.plan.roster.siblings import SIBLINGS
from bihuan.plan.roster.splits import homes, own_students, rolls
from bihuan.plan.words import Post, Role, ZoneKind
from world import QIZHONG, YIGAO, small_plan


def students(people: tuple[Person, ...]) -> list[Person]:
    return [person for person in people if person.role is Role.STUDENT]


def with_class(plan: Plan, code: str, **changes: object) -> Plan:
    """The plan with one class of 一高 changed."""
    rows = tuple(
        replace(row, **changes)  # type: ignore[arg-type]  # a test's shorthand
        if row.school == YIGAO and row.code == code
        else row
        for row in plan.classes
    )
    return replace(plan, classes=rows)


def pupil(number: int, **more: object) -> Person:
    row = Person(
        school=YIGAO,
        id=PersonId(f"P{number}"),
        role=Role.STUDENT,
        klass=ClassCode("G10C1"),
    )
    return replace(row, **more)  # type: ignore[arg-type]  # a test's shorthand


def grown(
    students_: int, boarders: int, beds: int, rooms: int, staff: int = 60
) -> Plan:
    """The small plan with other classes, other dormitory rooms and no listed person."""
    plan = small_plan()
    return replace(
        plan,
        people=(),
        classes=tuple(
            replace(row, students=students_, boarders=min(boarders, students_))
            for row in plan.classes
        ),
        zones=tuple(
            replace(zone, beds=beds, rooms=rooms)
            if zone.kind is ZoneKind.DORM_ROOM
            else zone
            for zone in plan.zones
        ),
        schools=tuple(replace(school, staff=staff) for school in plan.schools),
    )


sizes = st.builds(
    grown,
    students_=st.integers(1, 40),
    boarders=st.integers(0, 40),
    beds=st.integers(1, 8),
    rooms=st.integers(1, 6),
    staff=st.integers(0, 90),
)


@given(plan=sizes, seed=st.integers(0, 2**40))
@settings(deadline=None, max_examples=40)
def test_the_roster_has_what_the_plan_counts(plan: Plan, seed: int) -> None:
    people = populate(plan, YIGAO, seed=seed)
    assert len({person.id for person in people}) == len(people)
    assert sum(p.role is not Role.STUDENT for p in people) == plan.by_code[YIGAO].staff
    for row in plan.classes:
        if row.school == YIGAO:
            mine = [p for p in students(people) if p.klass == row.code]
            assert len(mine) == row.students
            assert sum(p.lives_in for p in mine) == row.boarders
            assert sorted(p.seat for p in mine) == list(range(1, row.students + 1))


@given(plan=sizes)
@settings(deadline=None, max_examples=40)
def test_every_boarder_has_an_own_bed_and_nobody_else_has(plan: Plan) -> None:
    people = populate(plan, YIGAO)
    beds = [(p.room, p.bed) for p in people if p.bed]
    assert len(set(beds)) == len(beds)
    for person in students(people):
        assert bool(person.room and person.bed) is person.lives_in


@given(plan=sizes)
@settings(deadline=None, max_examples=40)
def test_nobody_is_left_without_a_table(plan: Plan) -> None:
    people = populate(plan, YIGAO)
    tables = Counter((p.hall, p.table) for p in people)
    assert all(p.hall and p.table for p in people)
    assert max(tables.values(), default=0) <= 8


@given(order=st.permutations(range(6)), seed=st.integers(0, 5))
@settings(deadline=None, max_examples=15)
def test_the_order_of_rows_does_not_matter(order: list[int], seed: int) -> None:
    plan = small_plan()
    mine = [row for row in plan.classes if row.school == YIGAO]
    others = [row for row in plan.classes if row.school != YIGAO]
    mixed = replace(
        plan,
        classes=(*others, *(mine[n] for n in order)),
        people=plan.people[::-1],
        zones=plan.zones[::-1],
        grades=plan.grades[::-1],
    )
    assert populate(mixed, YIGAO, seed=seed) == populate(plan, YIGAO, seed=seed)


def test_the_same_seed_gives_the_same_roster_and_another_seed_another() -> None:
    plan = small_plan()
    assert populate(plan, YIGAO, seed=3) == populate(plan, YIGAO, seed=3)
    assert populate(plan, YIGAO, seed=3) != populate(plan, YIGAO, seed=4)


def test_another_school_is_not_touched() -> None:
    plan = small_plan()
    assert populate(plan.of(QIZHONG), QIZHONG) == populate(plan, QIZHONG)
    changed = with_class(plan, "G10C1", students=50)
    assert populate(changed, QIZHONG) == populate(plan, QIZHONG)


def test_what_the_plan_says_of_a_person_is_kept() -> None:
    told = pupil(1, seat=7, lives_in=True, room=ZoneCode("D2"), bed="3-1", table="T9")
    silent = pupil(2, lives_in=True)
    plan = small_plan()
    plan = replace(plan, people=(*plan.people, told, silent))
    by_id = {person.id: person for person in populate(plan, YIGAO)}
    assert by_id[told.id] == replace(told, hall=ZoneCode("HALL"))
    filled = by_id[silent.id]
    assert filled.seat
    assert filled.table
    assert filled.room == "D1"
    assert sum(p.klass == "G10C1" for p in by_id.values()) == 24
    assert sum(p.klass == "G10C1" and p.lives_in for p in by_id.values()) == 12


def test_class_mates_sleep_together_while_there_are_rooms_enough() -> None:
    rooms = defaultdict(set)
    for person in students(populate(small_plan(), YIGAO)):
        if person.lives_in:
            rooms[person.room, person.bed.partition("-")[0]].add(person.klass)
    assert all(len(classes) == 1 for classes in rooms.values())


def test_with_fewer_rooms_at_least_the_grade_sleeps_together() -> None:
    """Ten boarders a class in rooms of four: two classes fill five rooms, not six."""
    plan = grown(24, 10, beds=4, rooms=5)
    rooms = defaultdict(set)
    for person in students(populate(plan, YIGAO)):
        if person.lives_in:
            rooms[person.room, person.bed.partition("-")[0]].add(person.klass[:3])
    assert len(rooms) == 15
    assert all(len(grades) == 1 for grades in rooms.values())


def test_with_too_few_beds_all_rooms_get_one_more() -> None:
    plan = grown(24, 12, beds=4, rooms=5)  # 60 beds for 72 boarders
    rooms = Counter(
        (p.room, p.bed.partition("-")[0])
        for p in populate(plan, YIGAO)
        if p.role is Role.STUDENT and p.lives_in
    )
    assert sum(rooms.values()) == 72
    assert max(rooms.values()) == 5


def test_boarders_of_a_school_without_rooms_still_share_rooms() -> None:
    plan = replace(small_plan(), zones=())
    boarders = [p for p in students(populate(plan, YIGAO)) if p.lives_in]
    rooms = Counter(p.bed.partition("-")[0] for p in boarders)
    assert len(boarders) == 72
    assert max(rooms.values()) == 8


def test_class_mates_eat_together() -> None:
    tables = defaultdict(set)
    for person in populate(small_plan(), YIGAO):
        tables[person.table].add(person.klass)
    assert all(len(classes) == 1 for classes in tables.values())


def test_more_eaters_than_seats_sit_down_in_turns() -> None:
    plan = small_plan()
    halls = tuple(
        replace(z, seats=40, tables=10) if z.kind is ZoneKind.CANTEEN_HALL else z
        for z in plan.zones
    )
    labels = {p.table for p in populate(replace(plan, zones=halls), YIGAO)}
    assert {"1", "10", "1-2", "10-3"} <= labels
    assert "11" not in labels


def test_halls_are_filled_by_their_seats() -> None:
    plan = small_plan()
    hall = next(z for z in plan.zones if z.school == YIGAO and z.code == "HALL")
    second = replace(hall, code=ZoneCode("HALL2"), seats=100)
    classes = tuple(replace(row, hall=ZoneCode("")) for row in plan.classes)
    plan = replace(plan, zones=(*plan.zones, second), classes=classes)
    eaters = Counter(p.hall for p in students(populate(plan, YIGAO)))
    assert eaters == {"HALL": 96, "HALL2": 48}


def test_counted_staff_are_shared_out_by_post() -> None:
    plan = grown(24, 12, 6, 4, staff=200)
    people = populate(plan, YIGAO)
    posts = Counter(p.post for p in people if p.role is not Role.STUDENT)
    assert posts == {post: round(200 * share) for post, share in STAFF_MIX.items()}
    day = Counter(p.post for p in populate(plan, QIZHONG) if p.role is not Role.STUDENT)
    assert day[Post.DORM_MANAGER] > 0  # the class counts of this plan have boarders
    bare = grown(24, 0, 6, 4, staff=200)
    assert all(p.post is not Post.DORM_MANAGER for p in populate(bare, QIZHONG))


def test_siblings_are_few_mutual_and_in_different_classes() -> None:
    plan = grown(40, 0, 6, 4)
    by_id = {person.id: person for person in populate(plan, YIGAO)}
    with_siblings = [p for p in by_id.values() if p.siblings]
    assert len(with_siblings) == 2 * (int(SIBLINGS * 240) // 2)
    for person in with_siblings:
        other = by_id[person.siblings[0]]
        assert other.siblings == (person.id,)
        assert other.klass != person.klass


def test_numbers_in_codes_are_counted_as_numbers() -> None:
    codes = ["G2C10", "G10C1", "G2C9", "G2", "A"]
    for some in permutations(codes):
        assert sorted(some, key=in_order) == ["A", "G2", "G2C9", "G2C10", "G10C1"]


def part(code: str, students_: int, within: str = "") -> Class:
    row = next(row for row in small_plan().classes if row.school == YIGAO)
    return replace(
        row,
        code=ClassCode(code),
        within=ClassCode(within),
        students=students_,
        boarders=0,
    )


def split_school(*classes: Class) -> tuple[tuple[Person, ...], tuple[Class, ...]]:
    plan = replace(small_plan(), classes=classes, people=())
    return populate(plan, YIGAO), classes


def test_parts_that_fit_hold_the_students_of_their_class() -> None:
    people, classes = split_school(
        part("A", 24), part("A1", 10, "A"), part("A2", 8, "A")
    )
    assert own_students(classes) == {"A": 6, "A1": 10, "A2": 8}
    assert Counter(p.klass for p in students(people)) == {"A": 6, "A1": 10, "A2": 8}
    assert sorted(p.seat for p in students(people)) == list(range(1, 25))
    roll = rolls(classes, people)
    assert len(roll[ClassCode("A")]) == 24
    assert set(roll[ClassCode("A1")]) < set(roll[ClassCode("A")])


def test_a_class_that_is_split_twice_deals_its_students_to_both() -> None:
    people, classes = split_school(
        part("A", 24),
        *(part(f"E{n}", 12, "A") for n in (1, 2)),
        *(part(f"S{n}", 8, "A") for n in (1, 2, 3)),
    )
    assert Counter(p.klass for p in students(people)) == {"A": 24}
    roll = rolls(classes, people)
    for parts in ("E1 E2", "S1 S2 S3"):
        dealt = [n for code in parts.split() for n in roll[ClassCode(code)]]
        assert sorted(dealt) == list(roll[ClassCode("A")])


def test_parts_of_parts_sit_in_the_class_at_the_top() -> None:
    people, classes = split_school(
        part("A", 24), part("A1", 24, "A"), part("A11", 20, "A1")
    )
    assert homes(classes) == dict.fromkeys(("A", "A1", "A11"), "A")
    assert own_students(classes) == {"A": 0, "A1": 4, "A11": 20}
    assert len(rolls(classes, people)[ClassCode("A")]) == 24


def test_a_school_that_is_only_counted_has_its_staff_only() -> None:
    plan = small_plan()
    school = replace(plan.by_code[YIGAO], code=SchoolCode("NEW"), staff=12)
    people = populate(replace(plan, schools=(school,)), school.code)
    assert len(people) == 12
    assert not students(people)
