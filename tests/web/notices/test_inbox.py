"""Who is told, what is kept, what a newer state replaces."""

import datetime as dt

import pytest

from bihuan.base.wording import speak
from bihuan.rules.access import Role
from bihuan.web.notices import inbox
from bihuan.web.notices.kinds import NotAllowed
from bihuan.web.notices.models import GroupNotice, Notice
from bihuan.web.org.models import Account, Assignment, Person, Unit, UnitKind
from bihuan.web.org.units import add_unit
from site_world import DAY, MORNING, Cast, build

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def cast() -> Cast:
    return build(students=2)


def late(cast: Cast, *names: str, count: int = 2, now: dt.datetime = MORNING) -> int:
    return inbox.tell(
        "check_late",
        [cast.people[name] for name in names],
        unit=cast.units["school_a"],
        count=count,
        due=MORNING + HOUR,
        link="/board/",
        now=now,
    )


def account(cast: Cast, name: str) -> int:
    return cast.accounts[name].pk


def test_whoever_is_told_finds_it_in_his_inbox(cast: Cast) -> None:
    assert late(cast, "principal", "doctor") == 2
    assert inbox.unread(account(cast, "principal")) == 1
    assert inbox.unread(account(cast, "teacher")) == 0
    (row,) = inbox.notices(account(cast, "doctor"))
    assert inbox.say(row) == (
        "晨检催报",
        "示例A中学还有2个班没交晨检，08:20前交",
    )
    assert (row.link, row.red, row.at) == ("/board/", False, MORNING)


def test_persons_are_told_by_number_too(cast: Cast) -> None:
    person = cast.people["principal"].pk
    school = cast.units["school_a"]
    assert inbox.tell("plan_sign", [person, person], unit=school, now=MORNING) == 1


def test_who_has_no_account_or_left_is_not_told(cast: Cast) -> None:
    Account.objects.filter(person=cast.people["doctor"]).update(is_active=False)
    assert late(cast, "doctor", "pupil_a1_1") == 0


def test_a_newer_state_takes_the_place_of_an_unread_one(cast: Cast) -> None:
    late(cast, "principal", count=5)
    late(cast, "principal", count=2, now=MORNING + HOUR)
    (row,) = inbox.notices(account(cast, "principal"))
    assert (row.params["count"], row.at) == (2, MORNING + HOUR)


def test_what_was_read_stays_as_it_was_read(cast: Cast) -> None:
    late(cast, "principal", count=5)
    rows = inbox.notices(account(cast, "principal"))
    assert inbox.read(rows, MORNING) == 1
    late(cast, "principal", count=2, now=MORNING + HOUR)
    assert inbox.read(rows, MORNING + HOUR) == 1
    read = {row.params["count"]: row.read_at for row in rows}
    assert read == {5: MORNING, 2: MORNING + HOUR}


def test_another_schools_state_does_not_replace_it(cast: Cast) -> None:
    for school in ("school_a", "school_b"):
        inbox.tell(
            "incident_open",
            [cast.people["bureau"]],
            unit=cast.units[school],
            count=1,
            now=MORNING,
        )
    assert inbox.unread(account(cast, "bureau")) == 2


def test_what_may_not_be_said_is_not_kept(cast: Cast) -> None:
    to, school = [cast.people["principal"]], cast.units["school_a"]
    with pytest.raises(NotAllowed):
        inbox.tell("check_late", to, unit=school, now=MORNING)
    with pytest.raises(NotAllowed):
        inbox.tell("plan_sign", to, unit=school, now=MORNING, link="https://x.cn/")
    with pytest.raises(NotAllowed):
        inbox.tell("alarm", to, unit=school, now=MORNING, count="王小明")  # type: ignore[arg-type]  # the mistake
    with pytest.raises(inbox.NoKind):
        inbox.tell("made_up", to, unit=school, now=MORNING)
    assert not Notice.objects.exists()


def test_no_pupils_name_is_kept_or_said(cast: Cast) -> None:
    """Whatever a flow tells of a class, no name of its pupils is in row or sentence."""
    names = Person.objects.filter(role="student").values_list("name", flat=True)
    klass = cast.units["class_a1"]
    Unit.objects.filter(pk=klass.pk).update(name=names[0])  # a clerk's slip of columns
    klass.refresh_from_db()
    for kind in ("absence_trace", "alarm_class"):
        inbox.tell(
            kind,
            [cast.people["doctor"]],
            unit=cast.units["school_a"],
            klass=klass,
            count=3,
            now=MORNING,
        )
    rows = list(inbox.notices(account(cast, "doctor")))
    told = [" ".join(inbox.say(row)) for row in rows] + [str(r.params) for r in rows]
    assert len(told) == 4
    assert not [name for name in names for text in told if name in text]
    assert "班级有3名缺课学生" in "".join(told)


def test_a_row_of_a_kind_that_is_gone_can_still_be_opened(cast: Cast) -> None:
    late(cast, "principal")
    Notice.objects.update(kind="of_an_older_release")
    (row,) = inbox.notices(account(cast, "principal"))
    assert inbox.say(row) == ("通知", "打开看")


def test_it_is_said_in_the_readers_language(cast: Cast) -> None:
    late(cast, "principal")
    (row,) = inbox.notices(account(cast, "principal"))
    with speak("en"):
        assert "{" not in "".join(inbox.say(row))


@pytest.mark.parametrize(
    ("role", "at", "told"),
    [
        (Role.CLASS_TEACHER, "class_a1", ["teacher"]),
        (Role.GRADE_HEAD, "class_a1", ["grade"]),
        (Role.PRINCIPAL, "class_a1", ["principal"]),
        (Role.PRINCIPAL, "school_b", ["principal_b"]),
        (Role.BUREAU_OFFICE, "class_b1", ["bureau"]),
        (Role.DORM_MANAGER, "room_a", ["dorm"]),
        (Role.DORM_MANAGER, "school_a", []),
    ],
)
def test_whom_a_role_means(cast: Cast, role: Role, at: str, told: list[str]) -> None:
    found = inbox.holders(role, cast.units[at], DAY)
    assert found == [cast.people[name].pk for name in told]


def test_roles_end_and_stand_ins_are_told(cast: Cast) -> None:
    klass, teacher = cast.units["class_a1"], cast.people["teacher"]
    held = Assignment.objects.get(person=teacher)
    held.until = DAY
    held.save()
    Assignment.objects.create(
        person=cast.people["teacher2"],
        role=Role.CLASS_TEACHER.value,
        unit=klass,
        since=DAY,
        acting_for=held,
        deputy=True,
    )
    roles = (Role.CLASS_TEACHER, Role.GRADE_HEAD)
    both = sorted([cast.people["teacher2"].pk, cast.people["grade"].pk])
    assert inbox.holders(roles, klass, DAY) == both
    own = inbox.holders(roles, klass, DAY, deputies=False)
    assert own == [cast.people["grade"].pk]


def test_an_exercise_is_told_to_its_player_and_counted_apart(cast: Cast) -> None:
    root = add_unit(None, UnitKind.BUREAU, "B", "示例市教体局（演练）", exercise=True)
    school = add_unit(root, UnitKind.SCHOOL, "A", "示例A中学（演练）")
    twin = Person.objects.create(
        unit=school,
        school=school,
        role="staff",
        name="演",
        twin_of=cast.people["doctor"],
    )
    assert inbox.tell("incident_open", [twin], unit=school, count=1, now=MORNING) == 1
    doctor = account(cast, "doctor")
    assert inbox.unread(doctor) == 0
    assert inbox.unread(doctor, exercise=True) == 1
    assert not inbox.notices(doctor).exists()


def test_a_group_without_a_bot_is_told_nothing(cast: Cast) -> None:
    school = cast.units["school_a"]
    inbox.tell("plan_out", [], unit=school, group=school, now=MORNING)
    assert not GroupNotice.objects.exists()


def test_nobody_has_no_unread() -> None:
    assert inbox.unread(None) == 0


def test_old_notices_are_forgotten(cast: Cast) -> None:
    late(cast, "principal", "doctor")
    inbox.read(inbox.notices(account(cast, "principal")), MORNING)
    assert inbox.forget(MORNING + inbox.READ_KEPT) == 0
    assert inbox.forget(MORNING + inbox.READ_KEPT + HOUR) == 1
    assert inbox.forget(MORNING + inbox.UNREAD_KEPT + HOUR) == 1
