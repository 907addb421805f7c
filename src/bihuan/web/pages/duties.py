"""Who answers for what: the duties of the plan in force, with gaps and overloads."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from bihuan.base.wording import _
from bihuan.plan.words import InPlace, Post
from bihuan.rules.access import Deed
from bihuan.web.org import scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import Duty, Person, Unit
from bihuan.web.pages.frame import show

MANY: Final = 3
"""Duties of one person from which on he has too many at once (a custom, not a law)."""


@dataclass(frozen=True, slots=True)
class Held:
    """A school's duties: how many, how many without somebody, how many people have many."""

    school: Unit
    duties: int
    gaps: int
    alone: int
    """Duties without a deputy."""
    loaded: int

    @property
    def state(self) -> str:
        """fail: somebody is missing; unknown: no plan; stale: no deputy or too many; pass."""
        if not self.duties:
            return "unknown"
        if self.gaps:
            return "fail"
        return "stale" if self.alone or self.loaded else "pass"


@open_to(Deed.DUTY_SEE)
@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """Schools, those with gaps first; one's only school at once."""
    schools = list(scope.my_units(request, Deed.DUTY_SEE, "school"))
    if len(schools) == 1:
        return redirect("duties_school", schools[0].pk)
    rows = Duty.objects.filter(school__in=schools, until=None)
    rows = rows.select_related("person", "deputy")
    by_school: dict[int, list[Duty]] = {}
    for row in rows:
        by_school.setdefault(row.school_id, []).append(row)
    order = ("fail", "unknown", "stale", "pass")
    held = [_held(school, by_school.get(school.pk, [])) for school in schools]
    held.sort(key=lambda row: order.index(row.state))
    return show(request, "plans/duties.html", held=held)


@open_to(Deed.DUTY_SEE)
@require_safe
def school(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One school's duties by the seven in place, and who has many."""
    unit = scope.reach_unit(request, Deed.DUTY_SEE, pk)
    rows = list(
        Duty.objects.filter(school=unit, until=None)
        .select_related("person", "deputy")
        .order_by("in_place", "code")
    )
    groups = [
        (_(place.label), [row for row in rows if row.in_place == place.value])
        for place in InPlace
    ]
    return show(
        request,
        "plans/duties_school.html",
        unit=unit,
        held=_held(unit, rows),
        groups=[(name, found) for name, found in groups if found],
        many=_many(rows),
        gone=gone,
        who=who,
        post=lambda code: _(Post(code).label) if code else "",
    )


def gone(person: Person | None) -> bool:
    """Whether nobody answers: nobody named, or who was named has left."""
    return person is None or person.left_on is not None


def who(person: Person) -> str:
    """Staff by post and name; the name alone where no post is known."""
    post = _(Post(person.post).label) if person.post else ""
    return f"{post} {person.name}".strip()


def _held(school: Unit, rows: Sequence[Duty]) -> Held:
    return Held(
        school=school,
        duties=len(rows),
        gaps=sum(gone(row.person) for row in rows),
        alone=sum(not gone(row.person) and gone(row.deputy) for row in rows),
        loaded=len(_many(rows)),
    )


def _many(rows: Iterable[Duty]) -> list[tuple[Person, list[Duty]]]:
    """Persons with many duties, most first."""
    mine: dict[int, list[Duty]] = {}
    people = {}
    for row in rows:
        if row.person is not None and not gone(row.person):
            mine.setdefault(row.person.pk, []).append(row)
            people[row.person.pk] = row.person
    counts = Counter({pk: len(held) for pk, held in mine.items()})
    return [
        (people[pk], mine[pk]) for pk, count in counts.most_common() if count >= MANY
    ]
