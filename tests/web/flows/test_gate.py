"""The gate's flows: verdicts, what is kept, counts in any order, slips, visits, badges."""

import datetime as dt
import itertools
import uuid
from decimal import Decimal

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from bihuan.rules.access import Role
from bihuan.rules.passage import Direction, GateReason, Hold, Verdict
from bihuan.web.flows import gate, incidents, survey
from bihuan.web.flows.accounts import Refused
from bihuan.web.flows.gatebook import (
    as_list,
    badge_code,
    holds,
    open_book,
    visit_code,
)
from bihuan.web.ledgers.gate import codes
from bihuan.web.ledgers.gate.entry import Scan
from bihuan.web.ledgers.gate.models import (
    Action,
    LeaveSlip,
    Passing,
    PassingKind,
    SlipState,
    Standing,
    Visit,
    VisitState,
)
from bihuan.web.ledgers.incidents.models import Incident
from bihuan.web.notices.models import Notice
from bihuan.web.org import audit
from bihuan.web.org.models import AuditLine, Person
from bihuan.web.org.scope import Actor
from site_world import DAY, MORNING, Cast, build

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def cast() -> Cast:
    return build()


def who(cast: Cast, name: str, role: Role) -> Actor:
    return Actor(cast.accounts[name].pk, cast.people[name].pk, role)


def guard(cast: Cast) -> Actor:
    return who(cast, "guard", Role.GATE_GUARD)


def scan(**fields: object) -> Scan:
    return Scan(**{"entry": uuid.uuid4(), **fields})  # type: ignore[arg-type]


def day_code(cast: Cast, name: str, day: dt.date = DAY) -> str:
    person = cast.people[name]
    return codes.make(codes.Whose.PERSON, person.pk, person.school_id or 0, day)


def scanned(cast: Cast, name: str, **fields: object) -> gate.Answer:
    fields = {"code": day_code(cast, name), **fields}
    return gate.pass_gate(guard(cast), cast.units["gate_a"], scan(**fields), MORNING)


def test_a_day_code_passes_and_is_kept(cast: Cast) -> None:
    told = scanned(cast, "pupil_a1_1", lane=2)
    assert told.passage.verdict is Verdict.PASS
    assert (told.name, told.place) == ("学生A101", "高三(1)班")
    row = Passing.objects.get()
    assert (row.kind, row.action, row.state) == ("person", "passed", "done")
    assert (row.lane, row.count, row.person) == (2, 1, cast.people["pupil_a1_1"])
    assert AuditLine.objects.filter(deed="gate.pass").count() == 1
    assert list(audit.verify()) == []


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (lambda text: text.lower(), Verdict.PASS),
        (lambda text: f" {text}\n", Verdict.PASS),
        (lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"), Verdict.RETAKE),
        (lambda text: text.replace("BH1", "BH2"), Verdict.RETAKE),
        (lambda _text: "https://example.org/", Verdict.RETAKE),
        (lambda _text: "1" * 4000, Verdict.RETAKE),
        (lambda _text: "BH1:P:ä:ö:0:20260309:AAAA", Verdict.RETAKE),
    ],
)
def test_only_our_own_codes_are_read(
    cast: Cast, change: object, verdict: Verdict
) -> None:
    text = change(day_code(cast, "pupil_a1_1"))  # type: ignore[operator]
    assert scanned(cast, "pupil_a1_1", code=text).passage.verdict is verdict
    assert Passing.objects.count() == (verdict is Verdict.PASS)


def test_yesterdays_code_has_expired(cast: Cast) -> None:
    old = day_code(cast, "pupil_a1_1", DAY - dt.timedelta(days=1))
    told = scanned(cast, "pupil_a1_1", code=old)
    assert told.passage.reason is GateReason.EXPIRED


def test_a_code_of_another_school_is_not_listed(cast: Cast) -> None:
    told = scanned(cast, "pupil_b1_1")
    assert (told.passage.reason, told.name) == (GateReason.NOT_LISTED, "")
    assert not Passing.objects.exists()


def test_a_code_holds_no_name_and_no_id_number(cast: Cast) -> None:
    person = cast.people["pupil_a1_1"]
    Person.objects.filter(pk=person.pk).update(id_number="410183200903120011")
    text = day_code(cast, "pupil_a1_1")
    assert person.name not in text
    assert person.code not in text
    assert "410183" not in text


def test_every_health_reason_looks_like_paper(cast: Cast) -> None:
    person = cast.people["pupil_a1_1"]
    incidents.open_incident(
        who(cast, "doctor", Role.SCHOOL_DOCTOR),
        person=person,
        celsius=38.2,
        now=MORNING,
    )
    told = scanned(cast, "pupil_a1_1")
    assert told.passage.reason is GateReason.PAPERS
    row = Passing.objects.get()
    assert (row.action, row.state, row.count) == ("held", "waiting", 0)
    assert holds(cast.units["school_a"], DAY)[person.pk] == {Hold.INCIDENT}
    notice = Notice.objects.get(kind="gate_hold")
    assert notice.account == cast.accounts["teacher"]
    line = AuditLine.objects.get(deed="gate.pass")
    assert "incident" not in str(line.body)


def test_who_waits_is_fetched_or_passes(cast: Cast) -> None:
    person = cast.people["pupil_a1_1"]
    opened = incidents.open_incident(
        who(cast, "doctor", Role.SCHOOL_DOCTOR), person=person, now=MORNING
    )
    scanned(cast, "pupil_a1_1")
    scanned(cast, "pupil_a1_1")
    waiting = Passing.objects.filter(state=Standing.WAITING.value)
    assert waiting.count() == 1
    Incident.objects.filter(pk=opened.pk).update(state="closed", diagnosis="excluded")
    scanned(cast, "pupil_a1_1")
    assert not waiting.exists()


def test_take_ends_the_wait_once(cast: Cast) -> None:
    incidents.open_incident(
        who(cast, "doctor", Role.SCHOOL_DOCTOR),
        person=cast.people["pupil_a1_1"],
        now=MORNING,
    )
    row = scanned(cast, "pupil_a1_1").row
    assert row is not None
    gate.take(guard(cast), row, MORNING, away=True)
    gate.take(guard(cast), row, MORNING)
    row.refresh_from_db()
    assert (row.state, row.action) == ("done", "turned_away")
    assert AuditLine.objects.filter(deed="gate.take").count() == 1


def test_a_resent_entry_changes_nothing(cast: Cast) -> None:
    one = scan(code=day_code(cast, "pupil_a1_1"))
    for _time in range(3):
        told = gate.pass_gate(guard(cast), cast.units["gate_a"], one, MORNING)
        assert (told.passage.verdict, told.name) == (Verdict.PASS, "学生A101")
    assert Passing.objects.count() == AuditLine.objects.count() == 1


def test_offline_the_deed_is_kept_and_the_teacher_told(cast: Cast) -> None:
    incidents.open_incident(
        who(cast, "doctor", Role.SCHOOL_DOCTOR),
        person=cast.people["pupil_a1_1"],
        now=MORNING - HOUR,
    )
    scanned(cast, "pupil_a1_1", shown="", made_at=MORNING - 10 * MINUTE)
    row = Passing.objects.get()
    assert (row.action, row.made_at) == ("passed", MORNING - 10 * MINUTE)
    assert Notice.objects.filter(kind="gate_differs").count() == 1


def test_a_live_phone_cannot_overrule_the_server(cast: Cast) -> None:
    incidents.open_incident(
        who(cast, "doctor", Role.SCHOOL_DOCTOR),
        person=cast.people["pupil_a1_1"],
        now=MORNING,
    )
    scanned(cast, "pupil_a1_1", shown="", made_at=MORNING)
    assert Passing.objects.get().action == "held"


def test_a_clock_that_is_wrong_is_held_within_reason(cast: Cast) -> None:
    scanned(cast, "pupil_a1_1", shown="", made_at=MORNING + 5 * HOUR)
    assert Passing.objects.get().made_at == MORNING


# ---- boarders, slips ------------------------------------------------------------------


def ask(cast: Cast, name: str = "pupil_a1_1", hours: int = 3) -> LeaveSlip:
    leave = gate.Leave(
        person=cast.people[name],
        reason="sick",
        starts=MORNING,
        ends=MORNING + hours * HOUR,
    )
    return gate.slip(who(cast, "teacher", Role.CLASS_TEACHER), leave, MORNING)


def test_a_boarder_leaves_by_an_approved_slip_and_comes_back(cast: Cast) -> None:
    assert scanned(cast, "pupil_a1_1", direction=Direction.OUT).passage.reason is (
        GateReason.LEAVE
    )
    row = ask(cast)
    out = scanned(cast, "pupil_a1_1", direction=Direction.OUT)
    assert out.passage.reason is GateReason.LEAVE
    gate.answer_slip(who(cast, "grade", Role.GRADE_HEAD), row, MORNING, yes=True)
    out = scanned(cast, "pupil_a1_1", direction=Direction.OUT)
    assert out.passage.verdict is Verdict.PASS
    row.refresh_from_db()
    assert row.state == SlipState.USED.value
    assert scanned(cast, "pupil_a1_1").passage.verdict is Verdict.PASS
    row.refresh_from_db()
    assert row.state == SlipState.BACK.value
    out = scanned(cast, "pupil_a1_1", direction=Direction.OUT)
    assert out.passage.reason is GateReason.LEAVE


def test_nobody_approves_his_own_slip(cast: Cast) -> None:
    row = ask(cast)
    with pytest.raises(Refused):
        gate.answer_slip(
            who(cast, "teacher", Role.CLASS_TEACHER), row, MORNING, yes=True
        )
    row.refresh_from_db()
    assert row.state == SlipState.ASKED.value


def test_grade_head_and_principal_are_told_of_a_slip(cast: Cast) -> None:
    ask(cast)
    told = set(
        Notice.objects.filter(kind="leave_sign").values_list("account", flat=True)
    )
    assert told == {cast.accounts["grade"].pk, cast.accounts["principal"].pk}


def test_staff_come_and_go(cast: Cast) -> None:
    out = scanned(cast, "teacher", direction=Direction.OUT)
    assert out.passage.verdict is Verdict.PASS


# ---- counts ----------------------------------------------------------------------------


def test_the_same_way_twice_counts_once(cast: Cast) -> None:
    day_pupil = "pupil_a1_5"
    ways = (Direction.IN, Direction.IN, Direction.OUT, Direction.IN)
    for minute, way in enumerate(ways):
        at = MORNING + (minute - 9) * MINUTE
        scanned(cast, day_pupil, direction=way, made_at=at, shown="")
    counts = list(Passing.objects.order_by("pk").values_list("count", flat=True))
    assert counts == [1, 0, 1, 1]


def counted(cast: Cast, count: int, at: dt.datetime = MORNING) -> Passing:
    return gate.head_count(
        guard(cast),
        cast.units["gate_a"],
        scan(made_at=at),
        MORNING,
        klass=cast.units["class_a1"],
        count=count,
    )


def total() -> int:
    rows = Passing.objects.exclude(state="replaced").filter(direction="in")
    return sum(rows.values_list("count", flat=True))


def test_counted_with_the_class_and_then_scanned_counts_once(cast: Cast) -> None:
    scanned(cast, "pupil_a1_1", made_at=MORNING - 5 * MINUTE)
    counted(cast, 3)
    scanned(cast, "pupil_a1_2")
    assert total() == 4


def test_a_class_that_lacks_one_counts_him_when_he_comes(cast: Cast) -> None:
    counted(cast, 3, MORNING - 5 * MINUTE)
    scanned(cast, "pupil_a1_4", made_at=MORNING - MINUTE)
    scanned(cast, "pupil_a1_3", made_at=MORNING)
    assert total() == 4


def test_a_later_headcount_takes_the_place_of_the_one_before(cast: Cast) -> None:
    counted(cast, 4, MORNING)
    counted(cast, 2, MORNING - 5 * MINUTE)
    assert total() == 4
    with pytest.raises(Refused):
        counted(cast, 5)


EVENTS = (
    ("scan", "pupil_a1_1", 1),
    ("scan", "pupil_a1_2", 4),
    ("scan", "pupil_a1_5", 5),
    ("scan", "pupil_a1_1", 6),
    ("class", 2, 3),
    ("class", 3, 2),
)


@pytest.mark.parametrize("order", list(itertools.permutations(range(6)))[::97])
def test_counts_do_not_depend_on_the_order_of_arrival(
    cast: Cast, order: tuple[int, ...]
) -> None:
    for number in order:
        kind, what, minute = EVENTS[number]
        at = MORNING - (10 - minute) * MINUTE
        if kind == "scan":
            scanned(cast, str(what), made_at=at, shown="")
        else:
            counted(cast, int(what), at)
    rows = Passing.objects.exclude(state="replaced").order_by("made_at")
    assert list(rows.values_list("count", flat=True)) == [1, 2, 1, 1, 0]


def entry(kind: str, person: int | None, count: int, way: str, minute: int) -> Passing:
    at = MORNING + minute * MINUTE
    return Passing(
        pk=minute, entry=uuid.UUID(int=minute), kind=kind, person_id=person, count=count,
        direction=way, at=at,
    )  # fmt: skip


@hypothesis_settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 6), st.sampled_from(["in", "out"])), max_size=25),
    st.integers(0, 4),
    st.integers(0, 25),
)
def test_never_more_than_there_are(
    scans: list[tuple[int, str]], count: int, when: int
) -> None:
    """Persons in, less persons out, are never more than the persons there are."""
    rows = [
        entry("person", person, 1, way, number * 2)
        for number, (person, way) in enumerate(scans, start=1)
    ]
    boards = {1, 2, 3, 4}
    through = {
        r.person_id for r in rows if r.at <= MORNING + when * 2 * MINUTE
    } & boards
    count = min(count, len(boards - through))
    rows.append(entry("class", None, count, "in", when * 2 + 1))
    rows.sort(key=lambda row: row.at)
    found = gate.counted(rows, boards)
    persons = {row.person_id for row in rows if row.person_id}
    inward = sum(found[row.pk] for row in rows if row.direction == "in")
    outward = sum(found[row.pk] for row in rows if row.direction == "out")
    assert inward - outward <= len(persons | boards)
    assert all(
        n in {0, 1} for row, n in ((r, found[r.pk]) for r in rows) if row.person_id
    )


# ---- temperature -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "again", "after"),
    [
        ("37.2", None, (Action.REMEASURED, Standing.DONE, 0)),
        ("37.3", None, (Action.REMEASURED, Standing.WAITING, 0)),
        ("38.5", "37.0", (Action.REMEASURED, Standing.DONE, 0)),
        ("37.3", "37.3", (Action.ISOLATED, Standing.DONE, 1)),
    ],
)
def test_a_raised_temperature_is_measured_again_then_isolated(
    cast: Cast, first: str, again: str | None, after: tuple[Action, Standing, int]
) -> None:
    action, state, opened = after
    scanned(
        cast,
        "pupil_a1_1",
        celsius=Decimal(first),
        again=Decimal(again) if again else None,
    )
    row = Passing.objects.get()
    assert (row.action, row.state) == (action.value, state.value)
    assert Incident.objects.count() == opened
    assert (row.incident is not None) == bool(opened)


def test_a_visitor_with_a_fever_is_turned_away(cast: Cast) -> None:
    row = invited(cast)
    scanned(
        cast,
        "guard",
        code="",
        visit=row.pk,
        celsius=Decimal("38.0"),
        again=Decimal("38.1"),
    )
    assert Passing.objects.get().action == Action.TURNED_AWAY.value
    assert not Incident.objects.exists()


# ---- visits ------------------------------------------------------------------------------


def invited(cast: Cast, host: str = "logistics", **fields: object) -> Visit:
    told = gate.Visiting(
        **{
            "host": cast.people[host],
            "name": "示例来访人",
            "reason": "送教材",
            "starts": MORNING - MINUTE,
            "ends": MORNING + HOUR,
            **fields,
        }  # type: ignore[arg-type]
    )
    actor = who(cast, "logistics", Role.LOGISTICS)
    return gate.visit(actor, cast.units["school_a"], told, MORNING)


def test_a_visitor_comes_by_his_hosts_word(cast: Cast) -> None:
    row = invited(cast, count=3)
    assert row.state == VisitState.APPROVED.value
    told = scanned(cast, "guard", code=visit_code(row))
    assert (told.passage.verdict, told.name) == (Verdict.PASS, "示例来访人")
    passing = Passing.objects.get()
    assert (passing.kind, passing.count, passing.host) == (
        PassingKind.VISITOR.value,
        3,
        cast.people["logistics"],
    )
    row.refresh_from_db()
    assert row.state == VisitState.USED.value


def test_a_visit_nobody_has_agreed_to_waits(cast: Cast) -> None:
    row = invited(cast, host="principal")
    assert row.state == VisitState.ASKED.value
    told = scanned(cast, "guard", code=visit_code(row))
    assert told.passage.reason is GateReason.PAPERS
    assert Notice.objects.get(kind="visit_asked").account == cast.accounts["principal"]
    with pytest.raises(Refused):
        gate.answer_visit(
            who(cast, "logistics", Role.LOGISTICS), row, MORNING, yes=True
        )
    gate.answer_visit(who(cast, "principal", Role.PRINCIPAL), row, MORNING, yes=True)
    assert scanned(cast, "guard", code=visit_code(row)).passage.verdict is Verdict.PASS


def test_a_visitor_too_early_is_told_so(cast: Cast) -> None:
    row = invited(cast, starts=MORNING + HOUR, ends=MORNING + 2 * HOUR)
    told = scanned(cast, "guard", code=visit_code(row))
    assert told.passage.reason is GateReason.NOT_NOW


# ---- badges and the list of the day --------------------------------------------------------


def test_a_badge_that_is_printed_anew_ends_the_old_one(cast: Cast) -> None:
    person, klass = cast.people["pupil_a1_1"], cast.units["class_a1"]
    actor = who(cast, "teacher", Role.CLASS_TEACHER)
    until = DAY + dt.timedelta(days=100)
    (badge,) = gate.make_badges(actor, klass, [person], until, MORNING)
    site = cast.units["school_a"].pk
    old = badge_code(badge, site)
    assert scanned(cast, "pupil_a1_1", code=old).passage.verdict is Verdict.PASS
    (badge,) = gate.make_badges(actor, klass, [person], until, MORNING)
    assert scanned(cast, "pupil_a1_1", code=old).passage.reason is GateReason.EXPIRED
    fresh = badge_code(badge, site)
    assert scanned(cast, "pupil_a1_1", code=fresh).passage.verdict is Verdict.PASS


def answer_in(
    listed: dict[str, object], text: str, way: int, now: dt.datetime
) -> object:
    """What a phone makes of the list, as static/js/gate.js does."""
    place = listed["codes"][codes.digest(text)]  # type: ignore[index]
    row = listed["rows"][place]  # type: ignore[index]
    line = listed["lines"][row[4 + way]]  # type: ignore[index]
    minute = now.hour * 60 + now.minute
    return [code for start, code in line if start <= minute][-1]


def test_the_list_answers_as_the_server_does(cast: Cast) -> None:
    incidents.open_incident(
        who(cast, "doctor", Role.SCHOOL_DOCTOR),
        person=cast.people["pupil_a1_2"],
        now=MORNING,
    )
    gate.answer_slip(who(cast, "grade", Role.GRADE_HEAD), ask(cast), MORNING, yes=True)
    invited(cast)
    book = open_book(cast.units["school_a"], MORNING)
    listed = as_list(book, MORNING)
    for minutes in range(0, 1440, 17):
        at = MORNING.replace(hour=0, minute=0) + minutes * MINUTE
        for name in ("pupil_a1_1", "pupil_a1_2", "pupil_a1_5", "teacher"):
            for number, way in enumerate(Direction):
                told = book.person(book.people[cast.people[name].pk], way, at)
                said = answer_in(listed, day_code(cast, name), number, at)
                assert said == str(told.reason or ""), (name, way, at)


def test_the_list_tells_nothing_of_health_and_holds_no_code(cast: Cast) -> None:
    incidents.open_incident(
        who(cast, "doctor", Role.SCHOOL_DOCTOR),
        person=cast.people["pupil_a1_2"],
        celsius=38.8,
        now=MORNING,
    )
    text = str(as_list(open_book(cast.units["school_a"], MORNING), MORNING))
    for word in ("incident", "38.8", "fever", "observation", "BH1", "学生B101"):
        assert word not in text
    assert "papers" in text


def test_the_survey_keeps_out_until_it_is_clear(cast: Cast) -> None:
    teacher = who(cast, "teacher", Role.CLASS_TEACHER)
    of = survey.open_round(
        who(cast, "principal", Role.PRINCIPAL),
        cast.units["school_a"],
        name="开学",
        since=DAY - dt.timedelta(days=14),
        returns_on=DAY,
        due=MORNING + HOUR,
        now=MORNING,
    )
    assert scanned(cast, "pupil_a1_1").passage.reason is GateReason.PAPERS
    pupils = [cast.people[f"pupil_a1_{n}"] for n in range(1, 7)]
    survey.answer_rest(teacher, of, pupils, entry=uuid.uuid4(), now=MORNING)
    assert scanned(cast, "pupil_a1_1").passage.verdict is Verdict.PASS
