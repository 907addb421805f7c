"""What is wrong with a script before people's time is spent on it."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import combinations
from typing import Any, Final, get_type_hints

from bihuan.base.ids import PersonId, SchoolCode
from bihuan.base.problems import Problem, error, warning
from bihuan.base.units import Minutes
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.drill.bind import Bound, bind, posts
from bihuan.drill.score import LEAST, in_places
from bihuan.drill.script import (
    Draw,
    Expected,
    Inject,
    InjectKind,
    Scene,
    SourceClass,
    Standard,
    When,
)
from bihuan.drill.timeline import deadline, planned
from bihuan.drill.written import Places
from bihuan.plan.load.cells import closest, holds
from bihuan.plan.measures import type_of
from bihuan.plan.plan import Plan
from bihuan.plan.words import InPlace, Post

# --- references ---------------------------------------------------------------------

TWICE: Final = error(
    "D101",
    N_("编号「{came}」写了两次，第一次在 {first}。"),
    N_("改成各自的编号。"),
)
NO_ANCHOR: Final = error(
    "D102",
    N_("「在此之后」填的是「{came}」，没有这个情景或处置；最接近的是「{closest}」。"),
    N_("改成已有的编号。"),
)
NO_STANDARD: Final = error(
    "D103",
    N_("时限「{came}」不在时限表里；最接近的是「{closest}」。"),
    N_("改成时限表的代码，或在时限表里加上。"),
)
NO_OBJECTIVE: Final = error(
    "D104",
    N_("目标「{came}」不在目标表里；最接近的是「{closest}」。"),
    N_("改成目标表的编号，或在目标表里加上。"),
)
NO_MEASURED: Final = error(
    "D105",
    N_("反馈的「{came}」不是「处置编号.at」「.missed」或「.recall」；最接近的处置是「{closest}」。"),
    N_("写明哪个处置测出的哪个量。"),
)  # fmt: skip
NOT_LISTENED: Final = error(
    "D106",
    N_("反馈到「{came}」，没有哪项措施用这个量；最接近的是「{closest}」。"),
    N_("改成措施的字段，或删去这一项。"),
)
NOT_PLANNED: Final = warning(
    "D107",
    N_("反馈到「{came}」，{school}的预案没有这项措施，这一项测出来也不计价。"),
    N_("在预案的措施表里加上「{label}」，或删去这一项。"),
)
WRONG_UNIT: Final = error(
    "D108",
    N_("反馈「{came}」对不上：「{field}」是{wanted}，「{measured}」测的是{given}。"),
    N_("时间用 .at，漏做用 .missed，名单用 .recall。"),
)

# --- times and conditions -------------------------------------------------------------

NO_TIME: Final = error(
    "D110",
    N_("情景「{name}」没有时间，也不等任何处置，又不是导调手动发出。"),
    N_("填时间，或填「在此之后」，或把导调手动填「是」。"),
)
TWO_TIMES: Final = error(
    "D111",
    N_("情景「{name}」既填了时间，又填了「在此之后」。"),
    N_("只留一个。"),
)
CIRCLE: Final = error(
    "D112",
    N_("情景「{name}」绕着圈等自己，永远发不出。"),
    N_("给其中一个情景填时间。"),
)
NEVER: Final = error(
    "D113",
    N_("情景「{name}」的条件不可能成立：{why}。"),
    N_("改条件，或删去它。"),
)
STALLS: Final = warning(
    "D114",
    N_("情景「{name}」等处置「{came}」，它没有时限，没做时就一直等下去。"),
    N_("给「{came}」填时限，或由导调手动发出。"),
)
TOO_LATE: Final = error(
    "D115",
    N_("情景「{name}」计划在 {came} 分钟，超过演练最长 {high} 分钟。"),
    N_("改时间，或改「最长（小时）」。"),
)
JUMP_BACK: Final = error(
    "D116",
    N_("时间跳转跳到 {came} 分钟，可那时演练已到 {now} 分钟，是往回跳。"),
    N_("演练时间只能往前跳，请改时间。"),
)
JUMPED_OVER: Final = warning(
    "D117",
    N_("情景「{name}」计划在 {came} 分钟，落在跳过的 {low} 至 {high} 分钟里。"),
    N_("改情景或跳转的时间；跳过的情景要由导调逐个发出。"),
)
FAIL_FIRST: Final = error(
    "D118",
    N_("时限「{name}」的不得分时间 {fail} 分钟不晚于目标 {target} 分钟。"),
    N_("不得分时间应晚于目标。"),
)
PHYSICS: Final = error(
    "D119",
    N_("时限「{name}」的目标 {target} 分钟做不到：{what}本身要 {least} 分钟。"),
    N_("放宽目标；不能教人缩短作用时间。"),
)

# --- people ----------------------------------------------------------------------------

NO_PERSON: Final = error(
    "D120",
    N_("{school}没有人在「{post}」岗位，脚本要这个岗位做事。"),
    N_("在预案的责任或人员表里安排人，或把脚本改成别的岗位。"),
)
OVERLAP: Final = warning(
    "D121",
    N_("{school}的「{one}」和「{other}」是同一个人，处置「{a}」和「{b}」的时间重叠。"),
    N_("在预案里换一个人，或错开时间。"),
)
NO_DEPUTY: Final = warning(
    "D122",
    N_("{school}的「{post}」没有B角，脚本要这个岗位做关键处置「{name}」。"),
    N_("在预案的责任表里填写B角。"),
)
NO_RECEIVER: Final = error(
    "D123",
    N_("情景「{name}」没有写给谁，也没有人要做什么。"),
    N_("填写接收岗位。"),
)

# --- what can be judged -----------------------------------------------------------------

TOO_FEW: Final = warning(
    "D130",
    N_("「{name}」只有 {n} 个处置，少于 {least} 个，评估时写「未充分检验」，不给分。"),
    N_("加处置，或不把它列为目标。"),
)
NO_AIM: Final = warning(
    "D131",
    N_("处置「{name}」没有目标，不计入七个到位的任何一个。"),
    N_("填写目标。"),
)
UNUSED_AIM: Final = warning(
    "D132",
    N_("目标「{name}」没有一个处置检验。"),
    N_("给它安排处置，或删去。"),
)
UNUSED_STANDARD: Final = warning(
    "D133",
    N_("时限「{name}」没有一个处置用到。"),
    N_("删去，或填到处置的时限里。"),
)
NO_LAW: Final = error(
    "D134",
    N_("时限「{name}」的来源类别是法定，依据里却没有一部法律法规。"),
    N_("在依据里写明法律法规和条款，或改来源类别；目标不能叫规定。"),
)
NO_LIST: Final = error(
    "D135",
    N_("「{came}」要名单的查全率，处置「{name}」却不是提交名单。"),
    N_("给这个处置填最低查全率，或改成提交名单的处置。"),
)
NO_TRUTH: Final = warning(
    "D136",
    N_("处置「{name}」要测名单，脚本却没有一个情景取接触者真值，现场要另给真值。"),
    N_("给问名单的情景填「取自推演：接触者真值」。"),
)
NO_FALLBACK: Final = warning(
    "D137",
    N_("情景「{name}」取自推演，推演没有时不按脚本，可能整段落空。"),
    N_("把「推演没有时按脚本」填「是」。"),
)
NOTHING: Final = error(
    "D138",
    N_("脚本没有一个预期处置，没有可评估的内容。"),
    N_("填写情景和预期处置。"),
)
NO_STOP: Final = warning(
    "D139",
    N_("脚本没有终止规则。"),
    N_("写明出现真实伤病、拥挤、误信为真等情形时终止演练。"),
)
UNASKED: Final = warning(
    "D140",
    N_("情景「{name}」没有预期处置，评估人员无事可看。"),
    N_("填写预期处置，或把类别改成通报、导调。"),
)

LEAST_MINUTES: Final = (
    (re.compile("水银|体温计复测"), Minutes(5), N_("水银体温计腋下测量")),
    (
        re.compile("消毒(?!剂|液|记录|用品|方案)"),
        Minutes(30),
        N_("含氯消毒剂作用"),
    ),
)
"""Words of an action, the least minutes that physics asks for, why.

Chlorine 250-500 mg/L for 30 minutes: 广东省卫生健康委 2020-02-04; armpit thermometers: their leaflet.
"""
_MEASURED: Final = ("at", "missed", "recall")


def listened_to() -> frozenset[str]:
    """What a measured time, miss or list can be fed to: `kind.field` of the measures."""
    return frozenset(_unit_of())


def _unit_of() -> Mapping[str, str]:
    """Times and shares of the measures: `kind.field` to unit."""
    found = {}
    for kind, cls in type_of.items():
        told: Mapping[str, Any] = get_type_hints(cls)
        for field in fields(cls):
            unit = holds(told[field.name]).unit
            if unit in {"Minutes", "Hours", "Share"}:
                found[f"{kind}.{field.name}"] = unit
    return found


LISTENED: Final = listened_to()


def lint(
    scene: Scene,
    plan: Plan | None = None,
    school: SchoolCode | None = None,
    listened: frozenset[str] = LISTENED,
    places: Places | None = None,
) -> tuple[Problem, ...]:
    """All that is wrong with a script, at a school where one is named.

    listened: what may be fed; places: where parts of the script stand in its file.
    """
    look = _Look(scene, listened, places or {})
    found = [problem for rule in _RULES for problem in rule(look)]
    if plan is not None and school is not None:
        here = _School(look, plan, school, bind(scene, plan, school))
        found += [problem for rule in _SCHOOL_RULES for problem in rule(here)]
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class _Look:
    """A script, with what is often asked of it."""

    scene: Scene
    listened: frozenset[str]
    places: Places

    def where(self, table: str, n: int, key: str = "") -> Where:
        """The place of a part; without a file its table and number."""
        cells = self.places.get((table, n), {})
        found = cells.get(key) or cells.get("")
        return found or Where(self.scene.id, table, str(n + 1))

    @cached_property
    def injects(self) -> list[tuple[int, Inject]]:
        """The injects with their numbers."""
        return [*enumerate(self.scene.injects)]

    @cached_property
    def actions(self) -> list[tuple[int, Inject, Expected]]:
        """The expected actions with their numbers."""
        return [(n, i, e) for n, (i, e) in enumerate(self.scene.expected())]

    @cached_property
    def action(self) -> Mapping[str, Expected]:
        """An expected action by its id."""
        return {e.id: e for _n, _i, e in self.actions}

    @cached_property
    def owner(self) -> Mapping[str, Inject]:
        """The inject of an action's id, or of its own."""
        return {e.id: i for _n, i, e in self.actions} | {
            i.id: i for _n, i in self.injects
        }

    @cached_property
    def planned(self) -> Mapping[str, Minutes | None]:
        """Planned minutes of the injects."""
        return planned(self.scene)

    def after(self, what: str) -> Minutes | None:
        """Planned minutes at which an inject is out, or an action is done."""
        if what in self.planned:
            return self.planned[what]
        for _n, inject, expected in self.actions:
            if expected.id == what:
                at = self.planned[inject.id]
                late = deadline(self.scene, expected)
                return None if at is None else Minutes(at + late)
        return None


def _near(came: str, known: Iterator[str] | list[str]) -> dict[str, str]:
    return {"came": came[:60], "closest": closest(came, list(known)) or "—"}


def _twice(look: _Look) -> Iterator[Problem]:
    scene = look.scene
    for named in (
        [(i.id, look.where("injects", n, "id")) for n, i in look.injects]
        + [(e.id, look.where("expected", n, "action")) for n, _i, e in look.actions],
        [(s.key, look.where("standards", n, "key")) for n, s in enumerate(scene.standards)],
        [(o.id, look.where("objectives", n, "id")) for n, o in enumerate(scene.objectives)],
    ):  # fmt: skip
        first: dict[str, Where] = {}
        for name, where in named:
            if name in first:
                yield TWICE.at(where, came=name, first=first[name])
            first.setdefault(name, where)


def _dangling(look: _Look) -> Iterator[Problem]:
    scene = look.scene
    anchors = [*look.planned, *look.action]
    aims = [o.id for o in scene.objectives]
    for n, inject in look.injects:
        if inject.when.after and inject.when.after not in anchors:
            where = look.where("injects", n, "after")
            yield NO_ANCHOR.at(where, **_near(inject.when.after, anchors))
        if inject.objective and inject.objective not in aims:
            where = look.where("injects", n, "objective")
            yield NO_OBJECTIVE.at(where, **_near(inject.objective, aims))
    for n, jump in enumerate(scene.jumps):
        if jump.after not in anchors:
            where = look.where("jumps", n, "after")
            yield NO_ANCHOR.at(where, **_near(jump.after, anchors))
    for n, _inject, expected in look.actions:
        if expected.standard and scene.standard(expected.standard) is None:
            keys = [s.key for s in scene.standards]
            where = look.where("expected", n, "within")
            yield NO_STANDARD.at(where, **_near(expected.standard, keys))
        if expected.objective and expected.objective not in aims:
            where = look.where("expected", n, "serves")
            yield NO_OBJECTIVE.at(where, **_near(expected.objective, aims))


def _feeds(look: _Look) -> Iterator[Problem]:
    for n, inject in look.injects:
        where = look.where("injects", n, "feeds")
        for fed, measured in inject.feeds:
            action, _dot, what = measured.rpartition(".")
            if fed not in look.listened:
                yield NOT_LISTENED.at(where, **_near(fed, sorted(look.listened)))
            if action not in look.action or what not in _MEASURED:
                near = closest(action or what, look.action) or "—"
                yield NO_MEASURED.at(where, came=measured[:60], closest=near)
            else:
                yield from _fed(look, where, fed, measured)


def _fed(look: _Look, where: Where, fed: str, measured: str) -> Iterator[Problem]:
    """What is wrong with a pair whose halves are known."""
    action, _dot, what = measured.rpartition(".")
    if what == "recall" and look.action[action].measure is None:
        yield NO_LIST.at(where, came=f"{fed}={measured}", name=action)
    unit = _unit_of().get(fed)
    if unit and (unit == "Share") != (what != "at"):
        yield WRONG_UNIT.at(
            where,
            came=f"{fed}={measured}",
            field=fed,
            measured=measured,
            wanted=N_("比例") if unit == "Share" else N_("时间"),
            given=N_("时间") if what == "at" else N_("比例"),
        )


def _times(look: _Look) -> Iterator[Problem]:
    most = look.scene.max_hours * 60
    for n, inject in look.injects:
        when, name = inject.when, inject.id
        where = look.where("injects", n, "at" if when.at is not None else "after")
        if when.at is not None and when.after:
            yield TWO_TIMES.at(where, name=name)
        if when.at is None and not when.after and not inject.manual:
            yield NO_TIME.at(where, name=name)
        if _circles(look, inject):
            yield CIRCLE.at(where, name=name)
        at = look.planned[name]
        if at is not None and at > most:
            yield TOO_LATE.at(where, name=name, came=f"{at:g}", high=f"{most:g}")


def _circles(look: _Look, inject: Inject) -> bool:
    """Whether an inject waits for itself."""
    seen: set[str] = set()
    at = look.owner.get(inject.when.after)
    while at is not None and at.id not in seen:
        if at.id == inject.id:
            return True
        seen.add(at.id)
        at = look.owner.get(at.when.after)
    return False


def _conditions(look: _Look) -> Iterator[Problem]:
    for n, inject in look.injects:
        when = inject.when
        on = look.action.get(when.after)
        for key, why in _impossible(look, when):
            where = look.where("injects", n, key)
            yield NEVER.at(where, name=inject.id, why=why)
        plain = when.late_by is None and when.unless_late is None
        if on and plain and not on.standard and not inject.manual:
            yield STALLS.at(
                look.where("injects", n, "after"), name=inject.id, came=on.id
            )
        if on and when.recall_below is not None and on.measure is None:
            where = look.where("injects", n, "recall_below")
            yield NO_LIST.at(where, came=inject.id, name=on.id)


def _impossible(look: _Look, when: When) -> Iterator[tuple[str, str]]:
    """Conditions that cannot come true: key, why."""
    told = {
        "late_by": when.late_by,
        "unless_late": when.unless_late,
        "recall_below": when.recall_below,
    }
    on = look.action.get(when.after)
    for key, value in told.items():
        if value is None:
            continue
        if on is None:
            yield key, N_("它不等任何处置")
        elif key != "recall_below" and not on.standard:
            yield key, N_("它等的处置没有时限，谈不上超时")
    if when.recall_below is not None and when.recall_below <= 0:
        yield "recall_below", N_("查全率不会低于 0")
    late, unless = when.late_by, when.unless_late
    if late is not None and unless is not None and late >= unless:
        yield "unless_late", N_("既要超时更多，又要没有超时那么多")


def _jumps(look: _Look) -> Iterator[Problem]:
    for n, jump in enumerate(look.scene.jumps):
        now = look.after(jump.after)
        where = look.where("jumps", n, "to")
        most = look.scene.max_hours * 60
        if now is None:
            continue
        if jump.to <= now:
            yield JUMP_BACK.at(where, came=f"{jump.to:g}", now=f"{now:g}")
        if jump.to > most:
            name = f"{jump.after}→"
            yield TOO_LATE.at(where, name=name, came=f"{jump.to:g}", high=f"{most:g}")
        for k, inject in look.injects:
            at = inject.when.at
            if at is not None and now < at < jump.to:
                words = {"low": f"{now:g}", "high": f"{jump.to:g}", "came": f"{at:g}"}
                yield JUMPED_OVER.at(
                    look.where("injects", k, "at"), name=inject.id, **words
                )


def _standards(look: _Look) -> Iterator[Problem]:
    used = {e.standard for _n, _i, e in look.actions}
    law = any(basis.law for basis in look.scene.basis)
    for n, standard in enumerate(look.scene.standards):
        name = standard.key
        if standard.fail <= standard.target:
            words = {"fail": f"{standard.fail:g}", "target": f"{standard.target:g}"}
            yield FAIL_FIRST.at(look.where("standards", n, "fail"), name=name, **words)
        if standard.source_class is SourceClass.LAW and not law:
            yield NO_LAW.at(look.where("standards", n, "source_class"), name=name)
        if name not in used:
            yield UNUSED_STANDARD.at(look.where("standards", n), name=name)
        if (
            standard.contact_time is not None
            and standard.target < standard.contact_time
        ):
            what = N_("规定的作用时间")
            yield _physics(look, n, standard, standard.contact_time, what)
        if least := _least(look, standard):
            yield _physics(look, n, standard, *least)


def _least(look: _Look, standard: Standard) -> tuple[Minutes, str] | None:
    """What the actions under a standard need at least, where its target is shorter."""
    for _n, _inject, expected in look.actions:
        if expected.standard == standard.key:
            for words, least, what in LEAST_MINUTES:
                if words.search(expected.act) and standard.target < least:
                    return least, what
    return None


def _physics(
    look: _Look, n: int, standard: Standard, least: Minutes, what: str
) -> Problem:
    return PHYSICS.at(
        look.where("standards", n, "target"),
        name=standard.key,
        target=f"{standard.target:g}",
        what=what,
        least=f"{least:g}",
    )


def _aims(look: _Look) -> Iterator[Problem]:
    scene = look.scene
    for place, n in _exercised(scene).items():
        if n < LEAST:
            found = [k for k, o in enumerate(scene.objectives) if place in o.in_place]
            where = look.where("objectives", found[0], "in_place")
            yield TOO_FEW.at(where, name=place.label, n=n, least=LEAST)
    served = {e.objective or i.objective for _n, i, e in look.actions}
    for n, objective in enumerate(scene.objectives):
        if objective.id not in served:
            yield UNUSED_AIM.at(look.where("objectives", n), name=objective.id)
    for n, inject, expected in look.actions:
        if not (expected.objective or inject.objective):
            yield NO_AIM.at(look.where("expected", n), name=expected.id)


def _exercised(scene: Scene) -> Mapping[InPlace, int]:
    """How many actions exercise each of the seven that the script claims."""
    claimed = Counter({p: 0 for o in scene.objectives for p in o.in_place})
    for inject, expected in scene.expected():
        claimed.update(in_places(inject, expected, scene))
    return claimed


def _lists(look: _Look) -> Iterator[Problem]:
    drawn = {i.source.draw for _n, i in look.injects if i.source}
    for n, _inject, expected in look.actions:
        if expected.measure and Draw.CONTACT_TRUTH not in drawn:
            yield NO_TRUTH.at(look.where("expected", n, "recall"), name=expected.id)
    for n, inject in look.injects:
        if inject.source and not inject.source.scripted_if_none:
            where = look.where("injects", n, "scripted_if_none")
            yield NO_FALLBACK.at(where, name=inject.id)


_SILENT: Final = frozenset({InjectKind.INFORMATION, InjectKind.FACILITATION})


def _whole(look: _Look) -> Iterator[Problem]:
    if not look.actions:
        yield NOTHING.at(Where(look.where("scene", 0).file or look.scene.id))
    if not look.scene.stop_rules:
        yield NO_STOP.at(look.where("scene", 0))
    for n, inject in look.injects:
        where = look.where("injects", n, "to")
        if not inject.to and not inject.expected:
            yield NO_RECEIVER.at(where, name=inject.id)
        elif not inject.expected and inject.kind not in _SILENT:
            yield UNASKED.at(where, name=inject.id)


_RULES: Final[tuple[Callable[[_Look], Iterator[Problem]], ...]] = (
    _twice,
    _dangling,
    _feeds,
    _times,
    _conditions,
    _jumps,
    _standards,
    _aims,
    _lists,
    _whole,
)


# --- at a school ------------------------------------------------------------------------


@dataclass(frozen=True)
class _School:
    """A script at a school."""

    look: _Look
    plan: Plan
    code: SchoolCode
    bound: Mapping[Post, Bound]

    @cached_property
    def name(self) -> str:
        """The school's name."""
        school = self.plan.by_code.get(self.code)
        return school.name if school else self.code

    def first(self, post: Post) -> Where:
        """Where a script first names a post."""
        for n, _inject, expected in self.look.actions:
            if expected.by is post:
                return self.look.where("expected", n, "by")
        for n, inject in self.look.injects:
            if post in inject.to:
                return self.look.where("injects", n, "to")
        return self.look.where("scene", 0)


def _persons(here: _School) -> Iterator[Problem]:
    for post in posts(here.look.scene):
        if post not in here.bound:
            where = here.first(post)
            yield NO_PERSON.at(where, school=here.name, post=post.label)
    told = set()
    for n, _inject, expected in here.look.actions:
        bound = here.bound.get(expected.by)
        if bound and expected.critical and not bound[1] and expected.by not in told:
            told.add(expected.by)
            where = here.look.where("expected", n, "by")
            words = {"post": expected.by.label, "name": expected.id}
            yield NO_DEPUTY.at(where, school=here.name, **words)


def _overlaps(here: _School) -> Iterator[Problem]:
    """Actions of one person through two posts, planned for the same minutes."""
    mine: dict[PersonId, list[tuple[int, Minutes, Minutes, Expected]]] = {}
    for n, inject, expected in here.look.actions:
        start = here.look.planned[inject.id]
        if expected.by in here.bound and start is not None:
            person = here.bound[expected.by][0]
            end = Minutes(start + deadline(here.look.scene, expected))
            mine.setdefault(person, []).append((n, start, end, expected))
    for rows in mine.values():
        for (_n, s1, e1, a), (n, s2, e2, b) in combinations(rows, 2):
            if a.by is not b.by and s1 <= e2 and s2 <= e1:
                words = {"one": a.by.label, "other": b.by.label, "a": a.id, "b": b.id}
                where = here.look.where("expected", n, "by")
                yield OVERLAP.at(where, school=here.name, **words)


def _unplanned(here: _School) -> Iterator[Problem]:
    kinds = {m.kind for m in here.plan.measures if m.school == here.code}
    for n, inject in here.look.injects:
        for fed, _measured in inject.feeds:
            kind = fed.partition(".")[0]
            if kind in type_of and kind not in kinds:
                where = here.look.where("injects", n, "feeds")
                label = type_of[kind].label
                yield NOT_PLANNED.at(where, came=fed, school=here.name, label=label)


_SCHOOL_RULES: Final[tuple[Callable[[_School], Iterator[Problem]], ...]] = (
    _persons,
    _overlaps,
    _unplanned,
)
