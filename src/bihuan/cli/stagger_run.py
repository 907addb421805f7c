"""Carrying out ``bihuan stagger``: solve, judge, keep; a stop keeps the best so far."""

import datetime as dt
import json
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import typer

from bihuan.base.ids import ClassCode, SchoolCode
from bihuan.base.problems import Problem, errors
from bihuan.base.wording import _, language
from bihuan.cli import stagger_told as kept
from bihuan.cli.stagger_told import (
    CalendarTold,
    CheckTold,
    DayTold,
    ExplainTold,
)
from bihuan.plan.plan import Plan
from bihuan.report.stagger.values import Sequences, Told, ToldDay, sequences
from bihuan.stagger.answer import (
    MODEL,
    Aim,
    Calendar,
    Day,
    Status,
    Term,
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What ``bihuan stagger calendar`` is asked."""

    plan: Plan
    aim: Aim
    seconds: float
    threads: int
    seed: int
    offers: bool
    pareto: int
    old: Calendar | None = None
    """Re-plan with as few new dates as can be had."""
    counts: Sequences = field(default_factory=dict)
    only_published: bool = False
    """The old calendar is what was published; the new one is free."""

    def after(
        self, *, replan: Path | None, edited: Path | None, published: Path | None
    ) -> "Asked":
        """The question after what was published, mended by hand, planned before."""
        made = self
        if published or replan:
            told = kept.read_calendar(published or replan or Path())
            made = replace(
                made,
                counts=kept.counts(told),
                old=told.calendar,
                only_published=replan is None,
            )
        if edited:
            made = replace(made, plan=_mended(made.plan, edited, made.old))
        elif published and made.old:
            from bihuan.loop.slots import with_calendar

            made = replace(made, plan=with_calendar(made.plan, made.old))
        return made


def _mended(plan: Plan, path: Path, before: Calendar | None) -> Plan:
    """The plan with what a hand changed as locks; a refusal where cells are bad."""
    from bihuan.stagger.hand.lock import locked
    from bihuan.stagger.hand.read import read_hand

    hand = read_hand(path, plan)
    wrong = [str(problem) for problem in errors(hand.problems)]
    if wrong:
        raise typer.TyperException(_refusal(path, wrong))
    return locked(plan, hand.calendar, before)


def _refusal(path: Path, wrong: list[str]) -> str:
    if len(wrong) == 1:
        return wrong[0]
    return _(
        "{first}（另有 {n} 处，见 bihuan stagger check PLAN {path}）",
        first=wrong[0],
        n=len(wrong) - 1,
        path=path.name,
    )


# --- the calendar ---------------------------------------------------------------------


def calendar(asked: Asked) -> Told:
    """Plan the return, have it judged; a stop keeps the best plan so far."""
    best, partial = _solved(asked)
    best = best if partial or best.openings else _explained(asked, best)
    offers = () if partial else _offered(asked, best)
    return Told(
        plan=asked.plan,
        calendar=best,
        problems=tuple(_judged(asked.plan, best)),
        offers=offers,
        before=asked.old,
        sequences=sequences(asked.old, asked.counts, best),
        partial=partial,
    )


def _solved(asked: Asked) -> tuple[Calendar, bool]:
    """The best calendar, whether the clerk stopped the search.

    The search itself gives its best plan when it is interrupted; a stop with no plan yet
    is a stop.
    """
    _warmed()
    with (
        _stops() as stopped,
        _bar(_("排返校日历"), asked.seconds) as hear,
    ):
        found = _search(asked, hear)
    if stopped and not found.openings:
        raise KeyboardInterrupt
    return found, bool(stopped)


def _explained(asked: Asked, none: Calendar) -> Calendar:
    """No calendar, with the conflict in the words of the plan and the ways out."""
    if none.conflict is not None and none.conflict.repairs:
        return none
    from bihuan.stagger.explain.explain import explain as ask

    with _bar(_("找冲突"), asked.seconds):
        found = ask(asked.plan, seconds=asked.seconds)
    return replace(none, conflict=found or none.conflict)


def _warmed() -> None:
    """Compile the search before its clock runs: half a minute once, then nothing."""
    from bihuan.base.ids import AreaCode, GradeCode
    from bihuan.base.units import PerHundredThousandDays
    from bihuan.plan.people import Grade, School
    from bihuan.plan.plan import District
    from bihuan.plan.words import Stage
    from bihuan.stagger.calendar.solve import plan_calendar

    day, code = dt.date(2020, 4, 2), SchoolCode("S")
    district = District(
        name="",
        region="",
        drawn_up=day,
        opens=day,
        incidence=PerHundredThousandDays(0.0),
    )
    school = School(
        code=code, name="", stage=Stage.SENIOR, area=AreaCode(""), accepted=day
    )
    grades = tuple(
        Grade(school=code, code=GradeCode(f"{n}"), name="", level=n, students=n)
        for n in (10, 11, 12)
    )
    tiny = Plan(district=district, schools=(school,), grades=grades)
    with _bar(_("准备（第一次约半分钟）"), 60.0):
        plan_calendar(tiny, seconds=60.0, threads=1)


@contextmanager
def _stops() -> Iterator[list[int]]:
    """Remember whether Ctrl-C came, whoever answers it."""
    heard: list[int] = []

    def hear(number: int, _frame: object) -> None:
        heard.append(number)
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, hear)
    try:
        yield heard
    finally:
        signal.signal(signal.SIGINT, before)


def _search(asked: Asked, told: Any) -> Calendar:
    """One search: anew, or with as few new dates as can be had."""
    from bihuan.stagger.calendar.solve import plan_calendar

    if asked.old is not None and not asked.only_published:
        from bihuan.stagger.calendar.replan import replan

        return replan(
            asked.plan,
            asked.old,
            aim=asked.aim,
            seconds=asked.seconds,
            threads=asked.threads,
            seed=asked.seed,
            told=told,
        )
    return plan_calendar(
        asked.plan,
        aim=asked.aim,
        seconds=asked.seconds,
        threads=asked.threads,
        seed=asked.seed,
        told=told,
    )


def _offered(asked: Asked, best: Calendar) -> tuple[Calendar, ...]:
    """The plans to choose from, the one asked for among them, then those in between."""
    if not best.openings or not (asked.offers or asked.pareto):
        return ()
    from bihuan.stagger.calendar.offers import offers, pareto

    made: list[Calendar] = [best]
    if asked.offers:
        with _bar(_("排三个方案"), 3 * asked.seconds) as hear:
            found = offers(
                asked.plan,
                seconds=3 * asked.seconds,
                told=hear,
                threads=asked.threads,
                seed=asked.seed,
            )
        made = [best if one.aim is asked.aim else one for one in found]
    if asked.pareto:
        whole = asked.pareto * asked.seconds
        with _bar(_("排权衡方案"), whole) as hear:
            made += pareto(
                asked.plan,
                asked.pareto,
                seconds=whole,
                told=hear,
                threads=asked.threads,
                seed=asked.seed,
            )
    return tuple(made)


def _judged(plan: Plan, found: Calendar) -> list[Problem]:
    """What the checker says; of no calendar nothing."""
    from bihuan.stagger.verify.calendar import check as judge

    return judge(plan, found) if found.openings else []


def _bar(what: str, seconds: float) -> Any:
    from bihuan.cli.progress import clocked

    return clocked(what, seconds)


def calendar_told(told: Told) -> CalendarTold:
    """The answer of a calendar."""
    found = kept.timeless(told.calendar)
    return CalendarTold(
        status=str(found.status),
        gap=found.gap,
        bound=found.bound,
        objectives=tuple((str(t.goal), t.value) for t in found.terms),
        seed=found.seed,
        model=found.model,
        partial=told.partial,
        violations=told.problems,
        calendar=found,
        offers=tuple(kept.timeless(one) for one in told.offers),
        sequence=kept.kept(told.sequences),
    )


def calendar_body(told: Told) -> Mapping[str, object]:
    """The same as JSON can hold it."""
    return _plain(calendar_told(told))


def write_calendar(told: Told, folder: Path) -> tuple[Path, ...]:
    """The papers of a calendar, and the answer as a file to go on from."""
    from bihuan.report.stagger import write_calendar as write

    made = write(told, folder, lang=language())
    return (*made, _keep(folder / "calendar.json", kept.CALENDAR, calendar_body(told)))


def _plain(value: Any) -> Mapping[str, object]:
    from bihuan.cli.values import plain

    body: Mapping[str, object] = plain(value)
    return body


def _keep(path: Path, schema: str, body: Mapping[str, object]) -> Path:
    from bihuan.report.files import put

    whole = {"schema": schema, **body}
    text = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True)
    return put(path, text.encode())


# --- the day --------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class DayAsked:
    """What ``bihuan stagger day`` is asked."""

    plan: Plan
    school: SchoolCode
    date: dt.date
    kept: Path | None
    disease: str
    seconds: float
    seed: int


def day(asked: DayAsked) -> ToldDay:
    """Plan a school's day, have it judged."""
    calendar_ = kept.read_calendar(asked.kept).calendar if asked.kept else None
    found = _day(asked, calendar_)
    return ToldDay(
        plan=asked.plan,
        day=found,
        problems=tuple(_judged_day(asked.plan, found, calendar_)),
        dates=_since(asked.plan, found, calendar_),
    )


def _day(asked: DayAsked, calendar_: Calendar | None) -> Day:
    from bihuan.cli.progress import bar
    from bihuan.loop.slots import rates
    from bihuan.stagger.day.solve import plan_day
    from bihuan.stagger.day.trouble import NoDay, troubles

    if none := tuple(troubles(asked.plan, asked.school, asked.date)):
        raise _none(none)
    disease = disease_of(asked.disease)
    try:
        with bar(_("排一天的时段")):
            return plan_day(
                asked.plan,
                asked.school,
                asked.date,
                rates=rates(asked.plan, asked.school, disease),
                calendar=calendar_,
                seconds=asked.seconds,
                seed=asked.seed,
            )
    except NoDay as nobody:
        raise _none(nobody.problems) from nobody


def _none(problems: Sequence[Problem]) -> typer.TyperException:
    """Why there is no day to plan, in one line."""
    first, *more = map(str, problems)
    rest = _("（另有 {n} 处）", n=len(more)) if more else ""
    return typer.TyperException(first + rest)


def disease_of(name: str) -> Any:
    """The pathogen of a name; a refusal where there is none."""
    from bihuan.outbreak.disease import NAMES, disease

    if name not in NAMES:
        raise typer.TyperException(
            _("没有病原体「{name}」；可选：{names}", name=name, names="、".join(NAMES))
        )
    return disease(name)


def _judged_day(plan: Plan, found: Day, calendar_: Calendar | None) -> list[Problem]:
    """What the checker says; slots that a conflict took are told by the conflict."""
    from bihuan.stagger.verify.day import check as judge
    from bihuan.stagger.verify.slots import MISSING

    problems = judge(plan, found, calendar_)
    taken = found.conflict is not None
    return [p for p in problems if not (taken and p.code == MISSING.code)]


def _since(
    plan: Plan, found: Day, calendar_: Calendar | None
) -> Mapping[ClassCode, dt.date]:
    """Since when each class is back."""
    from bihuan.stagger.verify.present import Present

    there = Present(plan=plan, school=found.school, date=found.date, calendar=calendar_)
    return {row.code: there.opens(row) for row in there.homerooms}


def day_told(told: ToldDay) -> DayTold:
    """The answer of a day."""
    found = replace(told.day, seconds=0.0)
    return DayTold(
        status=str(found.status),
        gap=found.gap,
        bound=found.bound,
        seed=found.seed,
        model=found.model,
        partial=False,
        violations=told.problems,
        day=found,
    )


def day_body(told: ToldDay) -> Mapping[str, object]:
    """The same as JSON can hold it."""
    return _plain(day_told(told))


def write_day(told: ToldDay, folder: Path) -> tuple[Path, ...]:
    """The papers of a day, and the answer as a file."""
    from bihuan.report.stagger import write_day as write

    made = write(told, folder, lang=language())
    return (*made, _keep(folder / "day.json", kept.DAY, day_body(told)))


# --- judging --------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What was found in a file."""

    plan: Plan
    problems: tuple[Problem, ...]
    calendar: Calendar | None = None
    day: Day | None = None


def check(plan: Plan, path: Path, calendar_: Path | None = None) -> Judged:
    """Judge a sheet filled in by hand, or an answer kept as JSON."""
    if path.suffix.lower() == ".json":
        return _check_answer(plan, path, calendar_)
    return _check_hand(plan, path)


def _check_answer(plan: Plan, path: Path, calendar_: Path | None) -> Judged:
    if kept.schema_of(path) == kept.DAY:
        day_ = kept.read_day(path).day
        opened = kept.read_calendar(calendar_).calendar if calendar_ else None
        problems = tuple(_judged_day(plan, day_, opened))
        return Judged(plan=plan, problems=problems, day=day_)
    found = kept.read_calendar(path).calendar
    problems = tuple(_judged(plan, found))
    return Judged(plan=plan, problems=problems, calendar=found)


def _check_hand(plan: Plan, path: Path) -> Judged:
    """Cells first; a sheet that can be read is then judged as any answer is."""
    from bihuan.stagger.hand.read import read_hand
    from bihuan.stagger.hand.visit import visited
    from bihuan.stagger.verify.calendar import check as judge, terms

    hand = read_hand(path, plan)
    if not hand.calendar.openings:
        return Judged(plan=plan, problems=hand.problems)
    found = visited(plan, hand.calendar)
    problems = (*hand.problems, *judge(plan, found, places=hand.places))
    told = tuple(
        Term(goal=g, value=v, weight=0.0) for g, v in terms(plan, found).items()
    )
    return Judged(plan=plan, problems=problems, calendar=replace(found, terms=told))


def check_body(path: Path, judged: Judged) -> Mapping[str, object]:
    """The answer of a check."""
    wrong = sum(1 for _problem in errors(judged.problems))
    terms = judged.calendar.terms if judged.calendar else ()
    told = CheckTold(
        path=path.name,
        errors=wrong,
        warnings=len(judged.problems) - wrong,
        objectives=tuple((str(t.goal), t.value) for t in terms),
        problems=judged.problems,
    )
    return _plain(told)


def draw(judged: Judged, folder: Path) -> tuple[Path, ...]:
    """The papers of what was judged."""
    from bihuan.report.stagger import write_calendar as write, write_day as write_hours

    if judged.day:
        told = ToldDay(plan=judged.plan, day=judged.day, problems=judged.problems)
        return write_hours(told, folder, lang=language())
    if judged.calendar:
        shown = Told(
            plan=judged.plan, calendar=judged.calendar, problems=judged.problems
        )
        return write(shown, folder, lang=language())
    return ()


# --- what cannot all hold -------------------------------------------------------------


def explain(plan: Plan, seconds: float) -> ExplainTold:
    """The conflict of a plan with its repairs, in words too."""
    from bihuan.report.stagger import words
    from bihuan.stagger.explain.explain import explain as ask

    with _bar(_("找冲突"), seconds):
        found = ask(plan, seconds=seconds)
    if found is None:
        lines: tuple[str, ...] = (_("没有冲突：排得出返校日历。"),)
    else:
        lines = (*words.conflict(found), *words.repairs(found))
    status = Status.FOUND
    if found:
        status = Status.IMPOSSIBLE if found.proof else Status.UNDECIDED
    return ExplainTold(
        status=str(status), seed=0, model=MODEL, conflict=found, lines=lines
    )


def explain_body(told: ExplainTold) -> Mapping[str, object]:
    """The same as JSON can hold it."""
    return _plain(told)
