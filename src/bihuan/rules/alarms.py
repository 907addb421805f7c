"""Cluster and suspension alarms 报警: cases of the day held against the book and the plan.

The decision is `clusters.fires`, so the site and the engine read one table.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import product
from typing import Final

from bihuan.base.units import Days, Hours, Share
from bihuan.base.wording import N_
from bihuan.plan.measures import Measure
from bihuan.plan.words import Counted, Unit, Word
from bihuan.rules.book import Book, Measured, Rule, SourceClass
from bihuan.rules.clusters import WindowRule, fires, needed, report_hours, window_rules
from bihuan.rules.suspension import ill_window
from bihuan.rules.triage import Syndrome


class Group(Word):
    """What cases are counted in: the plan's units, and those who ride or eat together."""

    CLASS = Unit.CLASS.value, Unit.CLASS.label
    DORM_ROOM = Unit.DORM_ROOM.value, Unit.DORM_ROOM.label
    DORM_FLOOR = Unit.DORM_FLOOR.value, Unit.DORM_FLOOR.label
    GRADE = Unit.GRADE.value, Unit.GRADE.label
    SCHOOL = Unit.SCHOOL.value, Unit.SCHOOL.label
    BUS = "bus", N_("校车")
    MEAL = "canteen", N_("同一餐")


class Ask(Word):
    """What an alarm asks for."""

    CLUSTER = "cluster", N_("报告聚集性疫情")
    OUTBREAK = "outbreak", N_("报告暴发疫情")
    EVENT = "public_event", N_("报告突发公共卫生事件")
    SUSPEND = "suspend", N_("评估停课")
    PLAN = "plan", N_("按本校预案处置")


Cell = tuple[Group, str]
"""A unit: what it is, which one; a meal is a canteen with its day and sitting."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """An illness that was found: who, when, where the person belongs, with what.

    One illness is one case; several of a person are counted as one.
    """

    person: str
    day: date
    cells: frozenset[Cell]
    syndromes: frozenset[Syndrome] = frozenset()
    disease: str = ""
    """Diagnosis, a key of the book's diseases; empty: none yet."""
    confirmed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmRule:
    """A threshold of the book or of the plan that asks for something."""

    code: str
    ask: Ask
    group: Group
    disease: str
    """Empty: any, by syndrome."""
    counted: Counted
    count: int | None
    share: Share | None
    window: Days
    report_by: Hours | None
    """Hours from the alarm to the report; None: it asks for no report."""
    days: Days
    """Days that a closure lasts; 0: nothing is closed."""
    name: str
    document: str
    """Code of the document; empty: the school's plan."""
    source: SourceClass
    binds: bool
    scope: tuple[str, ...] = ()
    """Grades or classes it holds for; empty: all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """Cases of a rule, a unit and a kind of illness within the window, and the line."""

    rule: AlarmRule
    unit: str
    syndrome: Syndrome | None
    disease: str
    persons: tuple[str, ...]
    first: date
    last: date
    threshold: int | None
    """None: the rule goes by share, and the unit's size is not known."""
    fired: bool
    """False: not over the line and being watched 没到线，在看."""

    @property
    def count(self) -> int:
        """How many persons."""
        return len(self.persons)

    @property
    def cell(self) -> Cell:
        """The unit with what it is."""
        return self.rule.group, self.unit

    @property
    def window(self) -> Days:
        """Days in which the persons were counted."""
        return self.rule.window

    @property
    def key(self) -> tuple[str, Group, str, str]:
        """What stays the same while an alarm grows: rule, unit, kind of illness."""
        return self.rule.code, self.rule.group, self.unit, self.syndrome or self.disease

    def due(self, raised_at: datetime) -> datetime | None:
        """Until when it is reported; None: it asks for no report."""
        hours = self.rule.report_by
        return None if hours is None else raised_at + timedelta(hours=hours)


SYNDROME_OF: Final[Mapping[str, Syndrome]] = {
    "influenza": Syndrome.ILI,
    "h1n1": Syndrome.ILI,
    "food_poisoning": Syndrome.BELLY,
}
"""Diseases whose rows count a syndrome: their texts say so, no test is waited for."""


def alarm_rules(
    book: Book,
    measures: Iterable[Measure],
    day: date,
    *,
    region: str,
) -> tuple[AlarmRule, ...]:
    """Every threshold that holds on a day; of twins the strongest source stays.

    It reads the whole book: keep the answer for a day and a version of the plan.
    """
    rows = book.on(day, region=region)
    found: dict[tuple[object, ...], AlarmRule] = {}
    for rule in (*_of_book(rows), *map(_of_plan, window_rules(measures, day))):
        found.setdefault(_same(rule), rule)
    return tuple(found.values())


def judge(
    cases: Iterable[Case],
    sizes: Mapping[Cell, int],
    rules: Iterable[AlarmRule],
    day: date,
) -> tuple[Alarm, ...]:
    """The alarms of a day, those of the smallest units first.

    sizes: persons of units; only rules by share need them.
    """
    return tuple(one for one in counted(cases, sizes, rules, day) if one.fired)


def near_misses(
    cases: Iterable[Case],
    sizes: Mapping[Cell, int],
    rules: Iterable[AlarmRule],
    day: date,
) -> tuple[Alarm, ...]:
    """What one more case would set off; a lone case is no beginning of a cluster.

    A share of a unit whose size is not known is watched too: unknown is not below.
    """
    return tuple(one for one in counted(cases, sizes, rules, day) if _is_near(one))


def counted(
    cases: Iterable[Case],
    sizes: Mapping[Cell, int],
    rules: Iterable[AlarmRule],
    day: date,
) -> tuple[Alarm, ...]:
    """Every rule and unit that has cases in the window, whether it fires or not."""
    known = tuple(case for case in cases if case.day <= day)
    order = list(Group)
    found: list[Alarm] = []
    for rule in sorted(rules, key=lambda rule: order.index(rule.group)):
        found += _without_parts(_of_rule(known, sizes, rule, day))
    return tuple(found)


def _is_near(one: Alarm) -> bool:
    if one.fired:
        return False
    return one.threshold is None or 1 < one.count == one.threshold - 1


def _of_rule(
    cases: Sequence[Case], sizes: Mapping[Cell, int], rule: AlarmRule, day: date
) -> Iterator[Alarm]:
    first = day - timedelta(days=rule.window - 1)
    for (unit, kind), days_of in sorted(_sorted_out(cases, rule).items()):
        recent = {person: on for person, on in days_of.items() if on >= first}
        if recent:
            size = sizes.get((rule.group, unit))
            yield _held(rule, unit, kind, recent, day=day, size=size)


def _sorted_out(
    cases: Sequence[Case], rule: AlarmRule
) -> Mapping[tuple[str, str], Mapping[str, date]]:
    """Of each unit and kind of illness: the persons, each with the last day it was found."""
    found: dict[tuple[str, str], dict[str, date]] = defaultdict(dict)
    for case in cases:
        if not _in_scope(case, rule):
            continue
        units = (unit for group, unit in case.cells if group is rule.group)
        for cell in product(units, _kinds(case, rule)):
            days = found[cell]
            days[case.person] = max(case.day, days.get(case.person, case.day))
    return found


def _in_scope(case: Case, rule: AlarmRule) -> bool:
    return not rule.scope or any(unit in rule.scope for _group, unit in case.cells)


def _kinds(case: Case, rule: AlarmRule) -> Iterator[str]:
    """Kinds of illness by which a rule counts a case: its syndromes, or its diagnosis."""
    if rule.counted is Counted.CONFIRMED:
        if case.confirmed and rule.disease in ("", case.disease):
            yield case.disease
    elif not rule.disease:
        yield from case.syndromes
    elif case.disease == rule.disease or _looks_like(case, rule.disease):
        yield SYNDROME_OF.get(rule.disease, rule.disease)


def _looks_like(case: Case, disease: str) -> bool:
    """A case with another diagnosis is no longer counted by what it looked like."""
    return not case.disease and SYNDROME_OF.get(disease) in case.syndromes


def _held(
    rule: AlarmRule,
    unit: str,
    kind: str,
    recent: Mapping[str, date],
    *,
    day: date,
    size: int | None,
) -> Alarm:
    """Hold a unit's cases against a rule; without its size only the count can tell."""
    line = rule if size else replace(rule, share=None)
    open_ = line.count is None and line.share is None
    days = sorted(on.toordinal() for on in recent.values())
    by_look = kind in set(Syndrome)
    return Alarm(
        rule=rule,
        unit=unit,
        syndrome=Syndrome(kind) if by_look else None,
        disease=rule.disease if by_look else kind,
        persons=tuple(sorted(recent)),
        first=min(recent.values()),
        last=max(recent.values()),
        threshold=None if open_ else needed(line, size or 0),
        fired=not open_ and fires(line, days, day.toordinal(), size or 0),
    )


def _without_parts(found: Iterable[Alarm]) -> Iterator[Alarm]:
    """Drop what only says again, of fewer or the same persons, what another one says.

    A pupil with fever and cough is in two groups; the larger one is enough.
    """
    kept: list[Alarm] = []
    for one in sorted(found, key=lambda one: (one.unit, -one.count, _rank(one))):
        if not any(_is_part(one, more) for more in kept):
            kept.append(one)
            yield one


def _is_part(one: Alarm, more: Alarm) -> bool:
    return one.unit == more.unit and {*one.persons} <= {*more.persons}


def _rank(one: Alarm) -> int:
    return -1 if one.syndrome is None else list(Syndrome).index(one.syndrome)


_ASKS: Final = tuple(ask for ask in Ask if ask is not Ask.PLAN)


def _of_book(rows: Book) -> Iterator[AlarmRule]:
    for ask in _ASKS:
        for row in rows.named(ask.value):
            window = row.window or (ask is Ask.SUSPEND and ill_window(rows, row))
            if window and _is_counted(row):
                yield _from_row(row, ask, window, _report_by(rows, row, ask))


def _is_counted(row: Rule) -> bool:
    counts = row.unit in (Measured.CASES, Measured.SHARE) and row.value is not None
    return counts and row.scope in set(Group)


def _report_by(rows: Book, row: Rule, ask: Ask) -> Hours | None:
    if ask is Ask.SUSPEND:
        return None
    scope = "public_event" if ask is Ask.EVENT else "cluster"
    return Hours(report_hours(rows, row, scope))


def _from_row(row: Rule, ask: Ask, window: int, report_by: Hours | None) -> AlarmRule:
    value = row.value or 0.0
    by_share = row.unit is Measured.SHARE
    return AlarmRule(
        code=row.code,
        ask=ask,
        group=Group(row.scope),
        disease=row.disease,
        counted=Counted.FOUND,
        count=None if by_share else round(value),
        share=Share(value) if by_share else None,
        window=Days(window),
        report_by=report_by,
        days=Days(row.days or 0),
        name=row.name,
        document=row.document,
        source=row.source_class,
        binds=row.binds,
    )


def _of_plan(rule: WindowRule) -> AlarmRule:
    return AlarmRule(
        code=rule.code,
        ask=Ask.PLAN,
        group=Group(rule.unit.value),
        disease="",
        counted=rule.counted,
        count=rule.count,
        share=rule.share,
        window=rule.window,
        report_by=None,
        days=rule.days,
        name="",
        document="",
        source=SourceClass.PLAN,
        binds=True,
        scope=rule.scope,
    )


def _same(rule: AlarmRule) -> tuple[object, ...]:
    """What makes two rules twins, as one threshold in two documents."""
    of_plan = rule.code if rule.ask is Ask.PLAN else ""
    return (
        rule.ask,
        rule.group,
        rule.disease,
        rule.count,
        rule.share,
        rule.window,
        of_plan,
    )
