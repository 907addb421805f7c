"""An incident as its page shows it: clocks side by side, the one next step, who is called."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils.timezone import localtime

from bihuan.base.wording import N_, _
from bihuan.plan.words import Partner, Role as PersonRole
from bihuan.rules.access import Role
from bihuan.rules.contacts_of import ContactList, Known, SourceState
from bihuan.rules.incident_clock import Clock, Fast, Phase, Step, clocks, next_step
from bihuan.web.flows.incidents import listed, policy
from bihuan.web.ledgers.incidents.models import Alarm, AlarmState, Call, Incident
from bihuan.web.ledgers.incidents.rolls import LOOK_BACK
from bihuan.web.ledgers.liaison.models import Agency, ContactState
from bihuan.web.org.models import Assignment, Person

IN_ORDER: Final = (Step.FOUND, Step.MASKED, Step.ROOM, Step.REMEASURED, Step.GUARDIAN)
"""Steps that come first and one by one; the others follow by their limits."""
TITLES: Final[Mapping[Step, str]] = {
    Step.MASKED: N_("戴口罩，带离人群"),
    Step.ROOM: N_("送进隔离室"),
    Step.REMEASURED: N_("复测体温"),
    Step.GUARDIAN: N_("打电话给家长"),
    Step.HEAD: N_("告诉校医和校长"),
    Step.REPORTED: N_("报教育局和疾控"),
    Step.TRANSPORT: N_("定去向，送医或接回"),
    Step.CONTACTS: N_("核对接触者"),
    Step.DISINFECTED: N_("到过的地方终末消毒"),
    Step.CLASS: N_("处置班级"),
    Step.DIAGNOSED: N_("问到诊断"),
    Step.CLOSED: N_("关闭这件"),
}
"""What the next step asks for."""
DONE: Final[Mapping[Step, str]] = {
    Step.MASKED: N_("已戴口罩离班"),
    Step.ROOM: N_("已入隔离室"),
    Step.REMEASURED: N_("记下复测体温"),
    Step.GUARDIAN: N_("记下这个电话"),
    Step.HEAD: N_("校医、校长都知道了"),
    Step.REPORTED: N_("写情况专报"),
    Step.TRANSPORT: N_("记下去向"),
    Step.CONTACTS: N_("核对剩下{n}人"),
    Step.DISINFECTED: N_("终末消毒做完了"),
    Step.CLASS: N_("班级已通风消毒"),
    Step.DIAGNOSED: N_("记下诊断"),
    Step.CLOSED: N_("关闭这件"),
}
"""What the button of a step says."""
ENDS: Final[Mapping[Fast, str]] = {
    Fast.ISOLATE: N_("入室，限{n}分"),
    Fast.SCREEN: N_("名单，限{n}分"),
    Fast.TREAT: N_("送医，限{n}分"),
}
SOURCES: Final[Mapping[Known, tuple[str, str]]] = {
    Known.UNKNOWN: ("unknown", N_("名单没到")),
    Known.WAITING: ("stale", N_("等{n}人回话")),
    Known.COMPLETE: ("pass", N_("已齐")),
}
MARKS: Final[Mapping[Phase, str]] = {
    Phase.TODO: "wait",
    Phase.RUNNING: "wait",
    Phase.SOON: "stale",
    Phase.DONE: "pass",
    Phase.LATE: "fail",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Face:
    """A clock as a card: `before` and `after` stand around the minutes."""

    name: str
    kind: str
    """done, soon, late or empty; a clock that stopped too late is late."""
    mark: str
    before: str
    minutes: int | None
    after: str
    said: str
    used: int
    limit: int | None
    bar: str
    running: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Called:
    """Somebody who is or was to be called: how often, with what answer."""

    person: Person | None
    name: str
    said: str
    mark: str
    phone: str
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A source of contacts in words."""

    code: str
    mark: str
    said: str
    state: str
    came: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """All that the page of an incident shows, besides names."""

    faces: tuple[Face, ...]
    next: Clock | None
    title: str
    button: str
    basis: str
    contacts: ContactList
    sources: tuple[Source, ...]
    done: tuple[Clock, ...]
    reporting: str
    days: int
    """Days before being found for which contacts are listed."""

    @property
    def checked(self) -> int:
        """Contacts who were asked."""
        return sum(one.checked for one in self.contacts.contacts)

    @property
    def named(self) -> int:
        """Contacts on the list."""
        return len(self.contacts.contacts)


def board(incident: Incident, now: dt.datetime) -> Board:
    """Put together what the page of an incident shows."""
    shown = clocks_of(incident, now)
    following = next_of(shown, reports=must_report(incident))
    contacts = listed(incident)
    left = sum(not one.checked for one in contacts.contacts)
    return Board(
        faces=tuple(_faces(shown)),
        next=following,
        title=_title(following, left, bool(contacts.contacts)),
        button=_button(following, left, bool(contacts.contacts)),
        basis=_basis(following),
        contacts=contacts,
        sources=tuple(sorted(map(_source, contacts.sources), key=_open_first)),
        days=LOOK_BACK,
        done=tuple(c for c in shown if c.done and c.step is not Step.FOUND),
        reporting=_reporting(incident),
    )


def clocks_of(incident: Incident, now: dt.datetime) -> tuple[Clock, ...]:
    """Every step of an incident with its clock."""
    done = {Step(row.step): row.at for row in incident.steps.all()}
    return clocks(done, incident.opened_at, now, policy(incident))


def next_of(shown: Iterable[Clock], *, reports: bool) -> Clock | None:
    """The one thing to do: the first steps in their order, then by limit, the end last."""
    todo = [c for c in shown if c.step is not Step.REPORTED or reports]
    return next_step(sorted(todo, key=_urgency))


def _urgency(clock: Clock) -> tuple[int, float, int]:
    place = list(Step).index(clock.step)
    if clock.step in IN_ORDER:
        return 0, 0.0, place
    last = clock.step in (Step.DIAGNOSED, Step.CLOSED)
    limit = float("inf") if clock.limit is None else clock.limit.minutes
    return 2 if last else 1, limit, place


def must_report(incident: Incident) -> bool:
    """Whether somebody above has to be told: the law, or an open alarm that counts him."""
    return incident.notifiable or any(
        incident.person_id in persons
        for persons in Alarm.objects.filter(school=incident.school_id)
        .exclude(state=AlarmState.CLOSED.value)
        .exclude(report_by=None)
        .values_list("persons", flat=True)
    )


def _reporting(incident: Incident) -> str:
    if must_report(incident):
        return _("已到报疾控的条件")
    return _("还没到报疾控的条件")


def _faces(shown: Iterable[Clock]) -> Iterator[Face]:
    by_step = {clock.step: clock for clock in shown}
    tightest = _tightest(by_step)
    for fast in Fast:
        yield _face(fast, by_step[fast.step], amber=fast is tightest)


def _tightest(by_step: Mapping[Step, Clock]) -> Fast | None:
    """Only one card is amber: the one that runs out first."""
    short = [fast for fast in Fast if by_step[fast.step].phase is Phase.SOON]
    return min(short, key=lambda fast: by_step[fast.step].left or 0.0, default=None)


def _face(fast: Fast, clock: Clock, *, amber: bool) -> Face:
    limit = None if clock.limit is None else round(clock.limit.minutes)
    words, minutes = _told(clock)
    before, _place, after = words.partition("\0")
    kinds = {
        Phase.DONE: "done",
        Phase.LATE: "late",
        Phase.SOON: "soon" if amber else "",
    }
    kind = kinds.get(clock.phase, "")
    mark = "wait" if clock.phase is Phase.SOON and not amber else MARKS[clock.phase]
    return Face(
        name=_(fast.label),
        kind=kind,
        mark=mark,
        before=before,
        minutes=minutes,
        after=after,
        said=_(ENDS[fast], n=limit) if limit is not None else _("没有定时限"),
        used=int(clock.used),
        limit=limit,
        bar={"done": "g", "soon": "a", "late": "r"}.get(kind, ""),
        running=not clock.done,
    )


UNITS: Final = ((100, 1), (48 * 60, 60), (float("inf"), 24 * 60))
"""Up to how many minutes a card counts in a unit, and the unit's minutes."""
USED: Final = (N_("用{n}分"), N_("用{n}小时"), N_("用{n}天"))
OVER: Final = (N_("超{n}分"), N_("超{n}小时"), N_("超{n}天"))
"""What a card says in minutes, hours, days; `incident.js` counts the same way."""


def _told(clock: Clock) -> tuple[str, int]:
    """What was used when done, left or over while it runs; the number comes apart."""
    if clock.done or clock.left is None:
        return _counted(USED, clock.used)
    if clock.left < 0:
        return _counted(OVER, -clock.left)
    return _("剩{n}分", n="\0"), int(clock.left)


def _counted(words: tuple[str, ...], minutes: float) -> tuple[str, int]:
    place = next(i for i, (most, _size) in enumerate(UNITS) if minutes < most)
    return _(words[place], n="\0"), int(minutes // UNITS[place][1])


def _title(following: Clock | None, left: int, listed_any: bool) -> str:  # noqa: FBT001
    if following is None:
        return _("都做完了")
    if following.step is Step.CONTACTS and listed_any:
        return _("核对剩下{n}名接触者", n=left) if left else _("等没到的名单")
    return _(TITLES[following.step])


def _button(following: Clock | None, left: int, listed_any: bool) -> str:  # noqa: FBT001
    if following is None:
        return ""
    if following.step is Step.CONTACTS:
        if not listed_any:
            return _("列出接触者")
        return _("核对剩下{n}人", n=left) if left else _("补上名单")
    return _(DONE[following.step])


def _basis(following: Clock | None) -> str:
    """Where the limit of the next step comes from."""
    if following is None or following.limit is None:
        return ""
    if following.limit.by_plan:
        return _("时限按本校预案{code}", code=following.limit.reference)
    return _("时限按规则{code}", code=following.limit.reference)


def _source(state: SourceState) -> Source:
    mark, words = SOURCES[state.known]
    waiting = 0 if state.named is None else state.named - state.checked
    label, named = _(state.source.label), state.named
    return Source(
        code=state.source.value,
        mark=mark,
        said=label
        if named is None
        else _("{what}{n}/{of}", what=label, n=state.checked, of=named),
        state=_(words, n=waiting),
        came=state.known is not Known.UNKNOWN,
    )


def _open_first(source: Source) -> int:
    return ("unknown", "stale", "pass").index(source.mark)


def moment(at: dt.datetime, incident: Incident) -> str:
    """A time of the day; in an exercise minutes since it began."""
    if incident.school.exercise:
        minutes = int((at - incident.opened_at).total_seconds() // 60)
        return _("第{n}分", n=minutes)
    return f"{localtime(at):%H:%M}"


def called(incident: Incident, day: dt.date) -> tuple[Called, ...]:
    """Who is called: not answered first, then not tried, then reached."""
    calls = list(incident.calls.all())
    rows = [
        _called(incident, calls, person, name, person.phone)
        for person, name in _people(incident, day)
    ]
    rows += [
        _called(incident, calls, None, row.organisation, row.phone)
        for row in _agencies(incident)
    ]
    known = {row.key for row in rows}
    others = dict.fromkeys(call.whom for call in calls if call.person_id is None)
    rows += [
        _called(incident, calls, None, whom, "")
        for whom in others
        if f"w{whom}" not in known
    ]
    return tuple(sorted(rows, key=lambda row: _FIRST.index(row.mark)))


_FIRST: Final = ("fail", "wait", "pass")


def _people(incident: Incident, day: dt.date) -> Iterator[tuple[Person, str]]:
    """Guardians, the class teacher, the head, the bus driver: each with what he is."""
    guardians = incident.person.guardians.filter(until=None).select_related("guardian")
    for row in guardians:
        relation = row.relation or _("家长")
        yield row.guardian, f"{row.guardian.name}（{relation}）"
    held = Assignment.objects.filter(
        Q(unit=incident.unit_id, role=Role.CLASS_TEACHER.value)
        | Q(unit=incident.school_id, role=Role.PRINCIPAL.value),
        Q(until=None) | Q(until__gt=day),
        since__lte=day,
    ).select_related("person")
    for post in held.order_by("-role", "pk"):
        yield post.person, f"{_(Role(post.role).label)} {post.person.name}"
    if incident.person.bus:
        drivers = Person.objects.filter(
            school=incident.school_id, bus=incident.person.bus,
            role=PersonRole.DRIVER.value, left_on=None,
        )  # fmt: skip
        for driver in drivers:
            yield driver, f"{_(PersonRole.DRIVER.label)} {driver.name}"


def _agencies(incident: Incident) -> Iterable[Agency]:
    """The hospital, and who is reported to once something has to be."""
    wanted = [Partner.HOSPITAL.value]
    if must_report(incident):
        wanted.append(Partner.HEALTH.value)
    return Agency.objects.filter(
        unit=incident.school_id, partner__in=wanted, state=ContactState.IN_FORCE.value
    )


def _called(
    incident: Incident, calls: list[Call], person: Person | None, name: str, phone: str
) -> Called:
    mine = [
        call
        for call in calls
        if (call.person_id == person.pk if person else call.whom == name[:40])
    ]
    said, mark = _call_said(incident, mine)
    key = f"p{person.pk}" if person else f"w{name[:40]}"
    return Called(person=person, name=name, said=said, mark=mark, phone=phone, key=key)


def _call_said(incident: Incident, calls: list[Call]) -> tuple[str, str]:
    """What became of the calls to somebody, and the mark."""
    if not calls:
        return _("还没打"), "wait"
    last = calls[-1]
    if last.answered:
        said = _("{t}接通", t=moment(last.at, incident))
        return (f"{said}，{last.note}" if last.note else said), "pass"
    return _("{n}次没接", n=len(calls)), "fail"
