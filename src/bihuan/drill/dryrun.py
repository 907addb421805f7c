"""A script gone through at a school as it is planned, without anybody moving."""

from collections.abc import Iterator
from dataclasses import dataclass

from bihuan.base.ids import SchoolCode
from bihuan.base.units import Minutes
from bihuan.base.wording import _
from bihuan.drill.bind import bind
from bihuan.drill.script import Expected, Inject, Scene, Standard
from bihuan.drill.timeline import clock_time, planned
from bihuan.drill.times import show_moment, show_span
from bihuan.plan.plan import Plan
from bihuan.plan.words import Post


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A line of the timeline: an inject, or an action that it asks for; said in words."""

    inject: bool
    when: str
    id: str
    what: str
    post: str
    who: str
    limit: str = ""


def rehearsed(scene: Scene, plan: Plan, school: SchoolCode) -> tuple[Step, ...]:
    """The timeline in planned order; what comes by hand alone stands last."""
    bound = bind(scene, plan, school)
    who = {post: _pair(*pair) for post, pair in bound.items()}
    times = planned(scene)

    def order(inject: Inject) -> tuple[bool, float]:
        at = times[inject.id]
        return at is None, at or 0.0

    return tuple(
        step
        for inject in sorted(scene.injects, key=order)
        for step in _steps(scene, inject, times[inject.id], who)
    )


def _pair(person: str, deputy: str) -> str:
    return (
        _("{person}（B角 {deputy}）").format(person=person, deputy=deputy)
        if deputy
        else person
    )


def _steps(
    scene: Scene, inject: Inject, at: Minutes | None, who: dict[Post, str]
) -> Iterator[Step]:
    yield Step(
        inject=True,
        when=_when(scene, at),
        id=inject.id,
        what=f"{inject.title}{_terms(inject)}",
        post="、".join(_(post.label) for post in inject.to),
        who="、".join(who.get(post, "—") for post in inject.to),
        limit=_(inject.channel.label),
    )
    for expected in inject.expected:
        yield _action(scene, expected, who)


def _when(scene: Scene, at: Minutes | None) -> str:
    if at is None:
        return _("手动")
    return f"{show_moment(at)} {clock_time(scene, at):%H:%M}"


def _terms(inject: Inject) -> str:
    """On what an inject depends."""
    when = inject.when
    told = []
    if when.after and not when.delay:
        told.append(_("{after} 之后", after=when.after))
    elif when.after:
        n = show_span(when.delay)
        told.append(_("{after} 之后 {n} 分钟", after=when.after, n=n))
    if when.late_by is not None:
        told.append(_("超时 {n} 分钟以上才发").format(n=show_span(when.late_by)))
    if when.unless_late is not None:
        told.append(_("没有超时 {n} 分钟才发").format(n=show_span(when.unless_late)))
    if when.recall_below is not None:
        told.append(_("查全率低于 {n} 才发").format(n=f"{when.recall_below:.0%}"))
    if inject.manual:
        told.append(_("导调手动"))
    if inject.source:
        told.append(_("取自推演：{what}").format(what=_(inject.source.draw.label)))
    return f"（{'；'.join(told)}）" if told else ""


def _action(scene: Scene, expected: Expected, who: dict[Post, str]) -> Step:
    mark = "★" if expected.critical else ""
    return Step(
        inject=False,
        when="",
        id=expected.id,
        what=f"  {mark}{expected.act}",
        post=_(expected.by.label),
        who=who.get(expected.by, "—"),
        limit=_limit(scene.standard(expected.standard)),
    )


def _limit(standard: Standard | None) -> str:
    """Target, fail and the class of what stands behind them."""
    if standard is None:
        return _("看质量")
    said = _("{target}/{fail} 分（{source}）")
    return said.format(
        target=show_span(standard.target),
        fail=show_span(standard.fail),
        source=_(standard.source_class.label),
    )
