"""The board in words: the sentence that answers, what to do first, the schematic map."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any, Final

from django.db.models import Count, Max, Q, QuerySet
from django.urls import reverse

from bihuan.base.wording import N_, _
from bihuan.rules.access import Role
from bihuan.rules.escalation import next_rung
from bihuan.rules.precision import Precision
from bihuan.web.flows.alarms import PRECISION_DAYS
from bihuan.web.ledgers.core.rows import REPLACED
from bihuan.web.ledgers.incidents.models import Alarm, AlarmState, Incident, Standing
from bihuan.web.notices.models import Notice
from bihuan.web.org.models import Assignment, Unit
from bihuan.web.pages.alarm import MARKS, precision_said, what_said, where_said
from bihuan.web.pages.board_counts import Counts, Day, Line, ladder_on
from bihuan.web.pages.due import Due, due

ORDER: Final = ("fail", "unknown", "stale", "wait", "run")
CLIMB: Final[Mapping[str, str]] = {
    "duty": N_("值班的人"),
    "deputy": N_("B角"),
    "grade_head": N_("年级主任"),
    "head": N_("校长"),
    "bureau": N_("教育局"),
}
"""Rungs of the ladder as they are called."""
ALARMS: Final = 6
FIRST: Final = 12
"""Rows of “first these”; the rest is told as a number."""
WIDE: Final = 108
HIGH: Final = 72
KNOWN: Final = dt.timedelta(minutes=60)
"""A report that is due within this is spoken of already."""
LONG: Final = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class First:
    """Something to do first: what, until when, whom it waits for, where it goes next."""

    state: str
    unit: Unit
    what: str
    due: Due | None = None
    at: dt.datetime | None = None
    whom: str = ""
    step: str = ""
    urge: bool = False
    """Whether urging helps; else the link is the action."""
    url: str = ""
    action: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """An alarm with the row of the rule book that fired."""

    alarm: Alarm
    where: str
    what: str
    mark: str
    due: Due | None
    precision: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A town on the schematic map: a hexagon, what is done of what is due."""

    name: str
    done: int
    asked: int
    points: str
    x: float
    y: float
    bad: bool
    alarms: int


def sentence(counts: Counts, alarms: int | None, now: dt.datetime) -> str:
    """The sentence that answers: who is missing, what nobody has taken, how many are in."""
    lines = counts.lines
    late = [line for line in lines if line.report_late(now)]
    bad = []
    if late:
        bad.append(_("{n}所学校日报没报", n=len(late)))
    behind = [line for line in lines if line.checks_late(now)]
    if behind:
        n = sum(line.asked - line.came for line in behind)
        bad.append(_("{n}个班晨检没交", n=n))
    if alarms:
        bad.append(_("{n}条报警没人接", n=alarms))
    first = _("，").join(bad) + _("。") if bad else _("到时间的都报了。")
    return _("{first}{then}", first=first, then=_good(lines))


def _good(lines: Sequence[Line]) -> str:
    on_time = sum(line.report == "on_time" for line in lines)
    late = sum(line.report == "late" for line in lines)
    if on_time or late:
        return _("日报{n}所按时，{late}所补报。", n=on_time, late=late)
    came = sum(line.came for line in lines)
    asked = sum(line.asked for line in lines)
    return _("晨检交了{came}/{asked}个班。", came=came, asked=asked)


# ---- what to do first ---------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the rows of “first these” need besides the counts, each in one question."""

    people: Mapping[int, str]
    urged: Mapping[tuple[str, int], tuple[dt.datetime, bool]]
    alarms: Sequence[Alarm]
    traces: Mapping[int, tuple[int, dt.datetime]]
    incidents: Mapping[int, tuple[int, dt.datetime]]


def first_of(
    counts: Counts, known: Known, now: dt.datetime, *, may_urge: bool
) -> list[First]:
    """What to do first: red before unknown, the earliest limit first."""
    rows: list[First] = list(_alarms(counts, known, now))
    for line in counts.lines:
        rows += _of_line(line, counts, known, now, may_urge=may_urge)
    rows.sort(
        key=lambda row: (
            ORDER.index(row.state),
            row.at.timestamp() if row.at else float("inf"),
        )
    )
    return rows


def _alarms(counts: Counts, known: Known, now: dt.datetime) -> Iterator[First]:
    for alarm in known.alarms:
        if alarm.state != AlarmState.OPEN.value:
            continue
        yield First(
            state="fail", unit=alarm.school, at=alarm.raised_at,
            what=_("{unit}{what}，报警没人接", unit=_unit(alarm), what=what_said(alarm)),
            due=Due("late", _waited(now - alarm.raised_at)),
            whom=known.people.get(alarm.school_id, ""),
            step=_next(counts, alarm.school_id, alarm.raised_at, now, red=True),
            url=reverse("alarm", args=[alarm.pk]), action=_("看报警"),
        )  # fmt: skip


def _unit(alarm: Alarm) -> str:
    return f"{alarm.unit.name}" if alarm.unit_id != alarm.school_id else ""


def _of_line(
    line: Line, counts: Counts, known: Known, now: dt.datetime, *, may_urge: bool
) -> Iterator[First]:
    pk = line.unit.pk
    what = []
    if line.report_late(now):
        what.append(_("日报没报"))
    if line.checks_late(now):
        what.append(_("{n}个班晨检没交", n=line.asked - line.came))
    if what:
        at = line.report_by if line.report_late(now) else line.check_by
        kind = "report_due" if line.report_late(now) else "check_late"
        yield First(
            state="fail" if at else "unknown", unit=line.unit, what=_("；").join(what),
            at=at, due=due(at, now) if at else None, whom=known.people.get(pk, ""),
            step=_urged(
                known.urged.get((kind, pk)), _next(counts, pk, at, now) if at else "", now
            ), urge=may_urge,
        )  # fmt: skip
    soon = line.report_by
    if not line.reported and not line.report_late(now) and soon and soon - now < KNOWN:
        yield First(
            state="wait", unit=line.unit, at=soon, due=due(soon, now),
            what=_("日报等校长签") if line.report == "filled" else _("日报还没填"),
            whom=known.people.get(pk, ""), urge=may_urge,
            step=_urged(
                known.urged.get(("report_due", pk)), _next(counts, pk, soon, now), now
            ),
        )  # fmt: skip
    yield from _others(line, counts, known, now)


def _others(
    line: Line, counts: Counts, known: Known, now: dt.datetime
) -> Iterator[First]:
    pk = line.unit.pk
    for found, state, what, url, action in (
        (known.incidents.get(pk), "fail", _("{n}起异常处置超时"), "/incidents/",
         _("看处置")),
        (known.traces.get(pk), "unknown", _("{n}名缺课学生的情况没问到"),
         "/ledgers/absences/", _("看台账")),
    ):  # fmt: skip
        if found:
            n, at = found
            yield First(
                state=state, unit=line.unit, what=what.format(n=n), at=at,
                due=due(at, now), whom=known.people.get(pk, ""),
                step=_next(counts, pk, at, now, red=state == "fail"), url=url,
                action=action,
            )  # fmt: skip


def _urged(told: tuple[dt.datetime, bool] | None, climb: str, now: dt.datetime) -> str:
    """Whether it was urged and read, and to whom it goes next."""
    if told is None:
        said = _("还没催")
    else:
        when = f"{told[0].astimezone(now.tzinfo):%H:%M}"
        said = _("{t}催过，已读", t=when) if told[1] else _("{t}催过，没读", t=when)
    return _("，").join(part for part in (said, climb) if part)


def _next(
    counts: Counts, pk: int, at: dt.datetime, now: dt.datetime, *, red: bool = False
) -> str:
    """When the ladder goes up a rung, and to whom."""
    policy = counts.policies.get(pk)
    if policy is None:
        return ""
    rung = next_rung(at, now, ladder_on(now.date(), policy.region), red=red)
    if rung is None or not rung.rung.to:
        return ""
    who = _(CLIMB.get(rung.rung.to[-1], ""))
    t = f"{rung.at.astimezone(now.tzinfo):%H:%M}"
    return _("{t}转{who}", t=t, who=who) if who else ""


def known_of(
    counts: Counts,
    alarms: Sequence[Alarm],
    traces: Mapping[int, tuple[int, dt.datetime]],
    now: dt.datetime,
    *,
    incidents: bool,
) -> Known:
    """Ask for what the rows need: people, notices, incidents."""
    schools = [line.unit.pk for line in counts.lines]
    return Known(
        people=_people(schools, now.date()),
        urged=_notices(schools, now),
        alarms=alarms,
        traces=traces,
        incidents=_incidents(schools, now) if incidents else {},
    )


def _people(schools: Iterable[int], day: dt.date) -> dict[int, str]:
    """Whom each school's rows wait for: the headmaster, else the doctor, by post and name."""
    roles = (Role.SCHOOL_DOCTOR, Role.PRINCIPAL)
    rows = Assignment.objects.filter(
        Q(until=None) | Q(until__gt=day), unit__in=list(schools), since__lte=day,
        role__in=[role.value for role in roles], deputy=False,
    )  # fmt: skip
    found: dict[int, str] = {}
    for unit, role, name in sorted(
        rows.values_list("unit", "role", "person__name"),
        key=lambda row: row[1] == Role.PRINCIPAL.value,
    ):
        found[unit] = f"{_(Role(role).label)} {name}"
    return found


def _notices(
    schools: Iterable[int], now: dt.datetime
) -> dict[tuple[str, int], tuple[dt.datetime, bool]]:
    """Of today's urgings: when, and whether anybody has read it."""
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Notice.objects.filter(
        kind__in=["check_late", "report_due"], unit__in=list(schools), at__gte=start
    ).order_by()
    told = rows.values_list("kind", "unit").annotate(
        at=Max("at"), read=Count("read_at")
    )
    return {(kind, unit): (at, bool(read)) for kind, unit, at, read in told}


def _incidents(
    schools: Iterable[int], now: dt.datetime
) -> dict[int, tuple[int, dt.datetime]]:
    """Incidents in hand whose next limit has passed."""
    rows = Incident.objects.filter(
        school__in=list(schools), state=Standing.OPEN.value, due__lt=now
    ).order_by()
    return {
        pk: (n, at)
        for pk, n, at in rows.values_list("school").annotate(
            n=Count("pk"), at=Max("due")
        )
    }


# ---- alarms --------------------------------------------------------------------------


def cards(
    rows: "QuerySet[Alarm]", alarms: Sequence[Alarm], now: dt.datetime
) -> list[Card]:
    """Alarms as cards, with how often their rule was right."""
    since = now.date() - PRECISION_DAYS
    told = rows.filter(day__gte=since).exclude(state=REPLACED).order_by()
    right = {
        rule: Precision(raised=raised, decided=decided, true=true)
        for rule, raised, decided, true in told.values_list("rule").annotate(
            raised=Count("pk"),
            decided=Count("pk", filter=Q(true_alarm__isnull=False)),
            true=Count("pk", filter=Q(true_alarm=True)),
        )
    }
    none = Precision(raised=0, decided=0, true=0)
    return [
        Card(
            alarm=alarm, where=where_said(alarm), what=what_said(alarm),
            mark=MARKS.get(alarm.state, "na"),
            due=due(alarm.due, now) if alarm.due else None,
            precision=precision_said(right.get(alarm.rule, none)),
        )
        for alarm in alarms[:ALARMS]
    ]  # fmt: skip


# ---- the map ---------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Map:
    """The towns as cells, laid out by their names: no boundary is meant."""

    cells: Sequence[Cell]
    wide: float
    high: float


def map_of(lines: Iterable[Line], alarms: Iterable[Alarm], now: dt.datetime) -> Map:
    """Of each town how many of its schools have everything in; done or due is in words."""
    towns: dict[str, list[Line]] = {}
    for line in lines:
        towns.setdefault(line.unit.town or _("没填乡镇"), []).append(line)
    rung: dict[int, int] = {}
    for alarm in alarms:
        if alarm.state == AlarmState.OPEN.value:
            rung[alarm.school_id] = rung.get(alarm.school_id, 0) + 1
    across = max(1, ceil(sqrt(len(towns) * HIGH / WIDE * 1.6)))
    cells = [
        _cell(name, towns[name], divmod(number, across), rung, now)
        for number, name in enumerate(sorted(towns))
    ]
    down = ceil(len(cells) / across) if cells else 1
    return Map(
        cells=cells, wide=across * WIDE + WIDE / 2 + 4, high=down * HIGH * 0.78 + 24
    )


def _cell(
    name: str,
    lines: Sequence[Line],
    place: tuple[int, int],
    rung: Mapping[int, int],
    now: dt.datetime,
) -> Cell:
    row, column = place
    x = column * WIDE + WIDE / 2 + (WIDE / 2 if row % 2 else 0) + 2
    y = row * HIGH * 0.78 + HIGH / 2 + 2
    corners = (
        (0, -0.5),
        (0.5, -0.25),
        (0.5, 0.25),
        (0, 0.5),
        (-0.5, 0.25),
        (-0.5, -0.25),
    )
    return Cell(
        name=name,
        done=sum(_done(line, now) for line in lines),
        asked=len(lines),
        points=" ".join(f"{x + a * WIDE:.1f},{y + b * HIGH:.1f}" for a, b in corners),
        x=x,
        y=y,
        bad=any(line.checks_late(now) or line.report_late(now) for line in lines),
        alarms=sum(rung.get(line.unit.pk, 0) for line in lines),
    )


def _done(line: Line, now: dt.datetime) -> bool:
    """Whether a school has handed in all that was due."""
    wanted = line.report_by is not None and line.report_by < now
    return line.complete and (line.reported or not wanted)


# ---- the trend --------------------------------------------------------------------------


def trend_chart(days: Sequence[Day], line: float | None) -> dict[str, Any]:
    """Options of the chart of the last days; a missing day is a gap, never zero."""
    series = [
        {"name": _("病假"), "type": "line", "data": [d.sick for d in days],
         "symbolSize": 5, "connectNulls": False}
    ]  # fmt: skip
    if line is not None:
        series.append(
            {"name": _("体温≥{line}", line=line), "type": "line", "symbolSize": 5,
             "data": [d.fever for d in days], "connectNulls": False,
             "itemStyle": {"color": "var(--fail)"}, "lineStyle": {"type": "dashed"}}
        )  # fmt: skip
    return {
        "grid": {"left": 36, "right": 12, "top": 30, "bottom": 24},
        "legend": {},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category",
                  "data": [f"{d.day.month}-{d.day.day}" for d in days]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": series,
    }  # fmt: skip


def trend_words(days: Sequence[Day]) -> str:
    """The same in words."""
    told = [d for d in days if d.sick is not None]
    if not told:
        return _("近14天没有数据")
    gaps = len(days) - len(told)
    last = told[-1]
    return _(
        "近14天有{n}天有数据，{gaps}天没有；最近一天{day}病假{sick}人",
        n=len(told), gaps=gaps, day=f"{last.day:%m-%d}", sick=last.sick,
    )  # fmt: skip


def _waited(span: dt.timedelta) -> str:
    """How long nobody has taken an alarm: in minutes, from two hours on in hours."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < LONG:
        return _("{n}分没人接", n=minutes)
    return _("{n}小时没人接", n=minutes // 60)
