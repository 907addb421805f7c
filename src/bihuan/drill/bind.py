"""Who stands for a post in a drill: through the plan's duties, then among the people."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Final

from bihuan.base.ids import PersonId, SchoolCode
from bihuan.base.units import Minutes
from bihuan.drill.score import in_places
from bihuan.drill.script import Scene
from bihuan.drill.timeline import clock_time, planned
from bihuan.plan.duties import Duty
from bihuan.plan.plan import Plan
from bihuan.plan.words import InPlace, Post

Bound = tuple[PersonId, PersonId]
"""Person and deputy; the deputy may be empty."""
NOBODY: Final = PersonId("")


def posts(scene: Scene) -> tuple[Post, ...]:
    """The posts that a script speaks to or asks something of, in its order."""
    named = (
        post
        for inject in scene.injects
        for post in (*inject.to, *(e.by for e in inject.expected))
    )
    return tuple(dict.fromkeys(named))


def bind(scene: Scene, plan: Plan, school: SchoolCode) -> Mapping[Post, Bound]:
    """Person and deputy of each post; a post that nobody holds is left out.

    Of several duties of one post that one counts which fits most of what the script asks
    of it: the same of the seven in place, at an hour of the duty.
    """
    found: dict[Post, Bound] = {}
    for post in posts(scene):
        if bound := _bound(scene, plan, school, post):
            found[post] = bound
    return found


def _bound(scene: Scene, plan: Plan, school: SchoolCode, post: Post) -> Bound | None:
    people = [*dict.fromkeys(_people(plan, school, post))]
    duties = [
        duty
        for duty in plan.duties
        if duty.school == school and duty.post is post and duty.person
    ]
    if duties:
        asked = [*_asked(scene, post)]
        best = max(duties, key=lambda duty: _fit(duty, asked))
        others = (p for p in (best.deputy, *people) if p and p != best.person)
        return best.person, next(others, NOBODY)
    if not people:
        return None
    return people[0], people[1] if len(people) > 1 else NOBODY


def _people(plan: Plan, school: SchoolCode, post: Post) -> Iterator[PersonId]:
    """Those who hold a post by the list of people, then by classes and grades."""
    for person in plan.people:
        if person.school == school and person.post is post:
            yield person.id
    if post is Post.CLASS_TEACHER:
        rows = (k.homeroom for k in plan.classes if k.school == school and k.homeroom)
        yield from rows
    if post is Post.GRADE_HEAD:
        yield from (g.head for g in plan.grades if g.school == school and g.head)


Asked = tuple[frozenset[InPlace], datetime | None]
"""What an action exercises, when it is planned."""


def _asked(scene: Scene, post: Post) -> Iterator[Asked]:
    """What a script asks of a post."""
    times: Mapping[str, Minutes | None] = planned(scene)
    for inject, expected in scene.expected():
        if expected.by is post:
            at = times[inject.id]
            places = frozenset(in_places(inject, expected, scene))
            yield places, None if at is None else clock_time(scene, at)


def _fit(duty: Duty, asked: list[Asked]) -> int:
    """How much of what is asked is this duty's, by hour before matter."""
    hours = sum(_hour(duty, at) for _places, at in asked)
    matters = sum(duty.in_place in places for places, _at in asked)
    return 2 * hours + matters


def _hour(duty: Duty, at: datetime | None) -> int:
    """How well the hour fits: one of the duty's own, a duty of any hour, none of its."""
    if duty.start is None or duty.end is None or at is None:
        return 1
    return 2 if _covers(duty.start, duty.end, at.time()) else 0


def _covers(start: time, end: time, at: time) -> bool:
    """Whether a time of day lies in hours that may pass midnight."""
    if start <= end:
        return start <= at < end
    return at >= start or at < end
