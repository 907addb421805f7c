"""From a judged drill to what must change: gaps by cause, corrective actions, the plan.

A gap is closed by nothing but a passed re-drill of its inject. What is proposed for the
plan is put down as a plan difference, so that the next rehearsal can run as planned and as
rehearsed side by side.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from bihuan.base.wording import N_, _
from bihuan.drill.bind import Bound, bind
from bihuan.drill.marks import Entry, Evaluation, Mark, State
from bihuan.drill.score import in_places
from bihuan.loop.drilled import Cause, Correction, Gap
from bihuan.loop.fed import as_measured, fed
from bihuan.plan.diff import Change, diff
from bihuan.plan.plan import Plan
from bihuan.plan.words import InPlace, Post

GOOD: Final = 0.75
"""Quality from which an action passes."""
SLOW_NEWS: Final = 0.5
"""Share of the time that went by before who had to act even knew."""
DAYS: Final[Mapping[Cause, int]] = {
    Cause.PLAN: 3,
    Cause.SUPPLIES: 3,
    Cause.COORDINATION: 5,
    Cause.PEOPLE: 7,
    Cause.SURROUNDINGS: 14,
}
"""Days after the drill within which a gap of a cause is to be mended (ours)."""
STORES: Final = ("stock", "supply", "kit")
LINES: Final = ("call_log", "notice", "form:initial_report", "form:followup_report")
AROUND: Final = (
    "停电",
    "断网",
    "断电",
    "没信号",
    "信号弱",
    "大雨",
    "下雪",
    "道路",
    "堵车",
)
"""Words of a note that speak of what no school can help."""
MENDS: Final = {
    Cause.PLAN: N_("在责任清单里给「{act}」定人、定替补，写进预案"),
    Cause.PEOPLE: N_("{post}练熟「{act}」，{limit}"),
    Cause.SUPPLIES: N_("「{act}」要用的东西放到现场，{post}随手拿得到"),
    Cause.COORDINATION: N_("「{act}」先报发现、去向、联系人，其余后补，{limit}"),
    Cause.SURROUNDINGS: N_("给「{act}」备一条不靠电、不靠网、不靠路的办法"),
}
LIST: Final = N_("接触者名单由座位表、床位表、餐桌表生成，{post}只补漏")


def amended(plan: Plan, evaluation: Evaluation) -> Plan:
    """The plan as it was rehearsed: measured delays, misses and recall in its measures."""
    return as_measured(plan, evaluation.school, fed(evaluation, plan))


def changes(plan: Plan, evaluation: Evaluation) -> tuple[Change, ...]:
    """What the rehearsed plan changes, in words that a headmaster reads."""
    return diff(plan, amended(plan, evaluation))


# --- gaps -----------------------------------------------------------------------------


def gaps(evaluation: Evaluation, plan: Plan) -> tuple[Gap, ...]:
    """What went wrong and why, by stated rules, in the order of the script."""
    bound = bind(evaluation.scene, plan, evaluation.school)
    return tuple(
        _gap(mark, evaluation, bound) for mark in evaluation.marks if not passes(mark)
    )


def passes(mark: Mark) -> bool:
    """Whether an action was in time and well enough done; what was not asked passes."""
    if mark.state in {State.NOT_APPLICABLE, State.CENSORED}:
        return True
    least = mark.expected.measure
    if least is not None and mark.recall is not None and mark.recall < least.recall:
        return False
    well = mark.quality is None or mark.quality >= GOOD
    return mark.state is State.ON_TIME and well


def _gap(mark: Mark, evaluation: Evaluation, bound: Mapping[Post, Bound]) -> Gap:
    entry = _entry(mark, evaluation)
    return Gap(
        action=mark.expected.id,
        text=_said(mark),
        cause=cause(mark, entry, bound, _places(mark, evaluation)),
        evidence=_evidence(mark, entry),
    )


def _places(mark: Mark, evaluation: Evaluation) -> tuple[InPlace, ...]:
    return in_places(mark.inject, mark.expected, evaluation.scene)


def _entry(mark: Mark, evaluation: Evaluation) -> Entry | None:
    rows = evaluation.log.entries
    return next((e for e in rows if e.action == mark.expected.id), None)


def cause(
    mark: Mark,
    entry: Entry | None,
    bound: Mapping[Post, Bound],
    places: tuple[InPlace, ...],
) -> Cause:
    """Where a gap comes from; the first rule that holds.

    Surroundings: the note speaks of power, network, weather, roads. Plan: nobody holds the
    post, or nothing was done and it has no deputy; or a list left out true contacts
    although it came in time. Supplies: the action draws on stores or exercises supplies.
    Coordination: word came late (half of the time was gone), or it is a report or call that
    came late. People: everything else.
    """
    if entry is not None and any(word in entry.note for word in AROUND):
        return Cause.SURROUNDINGS
    person, deputy = bound.get(mark.expected.by, ("", ""))
    if not person or (mark.state is State.NEVER and not deputy):
        return Cause.PLAN
    if mark.state is State.ON_TIME and mark.recall is not None:
        return Cause.PLAN
    if InPlace.SUPPLIES in places or _any(mark.expected.evidence, STORES):
        return Cause.SUPPLIES
    if _late_news(mark, entry):
        return Cause.COORDINATION
    if mark.state is State.LATE and _any(mark.expected.evidence, LINES):
        return Cause.COORDINATION
    return Cause.PEOPLE


def _any(evidence: Iterable[str], words: tuple[str, ...]) -> bool:
    return any(one.startswith(words) for one in evidence)


def _late_news(mark: Mark, entry: Entry | None) -> bool:
    """Whether half of the time was gone before who had to act heard of it."""
    if entry is None or entry.received is None or not mark.minutes:
        return False
    return mark.minutes - (entry.wall - entry.received) > SLOW_NEWS * mark.minutes


def _said(mark: Mark) -> str:
    """What went wrong, in a sentence."""
    act = mark.expected.act
    if mark.state is State.NEVER:
        return _("「{act}」没有做", act=act)
    least = mark.expected.measure
    if least is not None and mark.recall is not None and mark.recall < least.recall:
        return _(
            "「{act}」漏人：查全率 {recall}，应不低于 {least}",
            act=act,
            recall=f"{mark.recall:.2f}",
            least=f"{least.recall:.2f}",
        )
    if mark.state is State.LATE and mark.standard and mark.minutes is not None:
        return _(
            "「{act}」用了 {n} 分钟，{kind}时限 {target} 分钟",
            act=act,
            n=f"{mark.minutes:.0f}",
            kind=_(mark.standard.source_class.label),
            target=f"{mark.standard.target:g}",
        )
    return _("「{act}」做了，质量不够", act=act)


def _evidence(mark: Mark, entry: Entry | None) -> str:
    if entry is None:
        return _("日志里没有记录")
    said = [mark.evidence, entry.note, _(mark.rating.label) if mark.rating else ""]
    return "；".join(part for part in said if part) or _("日志")


# --- corrections ----------------------------------------------------------------------


def corrections(
    found: Iterable[Gap], evaluation: Evaluation, plan: Plan
) -> tuple[Correction, ...]:
    """A corrective action for each gap: what, whose, by when, the inject that must pass."""
    marks = {m.expected.id: m for m in evaluation.marks}
    bound = bind(evaluation.scene, plan, evaluation.school)
    held = evaluation.scene.start.date()
    return tuple(_correction(gap, marks[gap.action], bound, held) for gap in found)


def _correction(
    gap: Gap, mark: Mark, bound: Mapping[Post, Bound], held: date
) -> Correction:
    post = _(mark.expected.by.label)
    person = bound.get(mark.expected.by, ("", ""))[0]
    limit = (
        _("{n} 分钟内做完", n=f"{mark.standard.target:g}")
        if mark.standard
        else _("一次做对")
    )
    text = LIST if mark.expected.measure else MENDS[gap.cause]
    return Correction(
        gap=gap.action,
        text=_(text, act=mark.expected.act, post=post, limit=limit),
        owner=f"{post} {person}".strip(),
        due=held + timedelta(days=DAYS[gap.cause]),
        inject=mark.inject.id,
    )


def verify(
    found: Iterable[Correction], evaluation: Evaluation, *, played: bool = False
) -> tuple[Correction, ...]:
    """Corrections after a re-drill: closed if their inject was asked again and passed.

    played: whether the drill in which the gaps were found was one of simulated players. A
    gap of people is not closed by simulated players.
    """
    if evaluation.log.played and not played:
        return tuple(found)
    return tuple(
        replace(row, verified=row.verified or _passed(row, evaluation)) for row in found
    )


def _passed(row: Correction, evaluation: Evaluation) -> bool:
    """Whether the action and all that is critical of its inject were done in time and well."""
    asked = [*_asked(row, evaluation)]
    own = [m for m in asked if m.expected.id == row.gap]
    done = {State.ON_TIME}
    return bool(own) and all(m.state in done and passes(m) for m in asked)


def _asked(row: Correction, evaluation: Evaluation) -> Iterator[Mark]:
    for mark in evaluation.marks:
        if mark.inject.id == row.inject and (
            mark.expected.id == row.gap or mark.expected.critical
        ):
            yield mark
