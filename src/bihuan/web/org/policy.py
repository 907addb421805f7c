"""What holds at a school on a day: the measures of its plan in force, and where it lies.

A plan's file is read once per version and process; what comes out is frozen.
"""

import datetime as dt
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.db.models import QuerySet

from bihuan.base.ids import SchoolCode
from bihuan.plan.measures import Measure
from bihuan.plan.plan import Plan
from bihuan.plan.read import read
from bihuan.rules.alarms import AlarmRule, alarm_rules
from bihuan.rules.book import load
from bihuan.rules.triage import Screening, screening
from bihuan.web.org.models import PlanState, PlanVersion, Unit
from bihuan.web.org.ready import Ready


@dataclass(frozen=True, kw_only=True, eq=False)
class Policy:
    """The plan a school works by; without one the rule book alone holds.

    There is one of each version and school in a process, so that answers are kept by it.
    """

    plan: Plan | None = None
    """The part of the plan that speaks of the school."""

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The plan's measures, whether they hold today or not."""
        return self.plan.measures if self.plan else ()

    @property
    def region(self) -> str:
        """Code of the region, by which rows of the book hold; empty: none binds but the general."""
        return self.plan.district.region if self.plan else ""


NO_PLAN = Policy()
DEPTH = 3
"""Steps from the bureau down to a school: bureau, centre, school."""


def plans_at(*paths: str) -> "QuerySet[PlanVersion]":
    """Versions in force at units with some paths."""
    return PlanVersion.objects.filter(
        unit__path__in=paths, state=PlanState.IN_FORCE.value
    )


_IN_FORCE = Ready(
    (str,) * DEPTH,
    lambda *paths: plans_at(*paths).order_by("-unit__path").values_list("pk", "digest"),
)


def policy_of(school: Unit) -> Policy:
    """The plan in force at a school: its own, else the bureau's; a twin has its school's."""
    return policy_in(_IN_FORCE(*paths_above(school)), school)


def paths_above(school: Unit) -> list[str]:
    """Paths of the units whose plan a school may work by, its own last; always as many."""
    real = school.twin_of or school
    steps = real.path.count(".")
    paths = [real.path[: 8 * (n + 1)] for n in range(steps)]
    return (paths + [""] * DEPTH)[:DEPTH]


def policy_in(versions: Iterable[tuple[int, str]], school: Unit) -> Policy:
    """The first of some versions, number and digest, that speaks of a school."""
    code = (school.twin_of or school).code
    for number, digest in versions:
        policy = _policy(number, digest, code)
        if policy.plan is not None:
            return policy
    return NO_PLAN


def policies_of(schools: Iterable[Unit]) -> dict[int, Policy]:
    """The plan in force at each of many schools, in one question, by the school's number."""
    real = {school.pk: school.twin_of or school for school in schools}
    rows = PlanVersion.objects.filter(state=PlanState.IN_FORCE.value)
    held = {
        path: (pk, digest)
        for path, pk, digest in rows.values_list("unit__path", "pk", "digest")
    }
    return {number: _nearest(school, held) for number, school in real.items()}


def _nearest(school: Unit, held: Mapping[str, tuple[int, str]]) -> Policy:
    """The policy of the version that hangs nearest above a school and speaks of it."""
    for steps in range(school.path.count("."), 0, -1):
        found = held.get(school.path[: 8 * steps])
        policy = _policy(*found, school.code) if found else NO_PLAN
        if policy.plan is not None:
            return policy
    return NO_PLAN


def screening_of(school: Unit, day: dt.date, policy: Policy | None = None) -> Screening:
    """How readings are judged at a school on a day; policy: where it is known already."""
    return _screening(policy or policy_of(school), day)


def alarm_rules_of(school: Unit, day: dt.date) -> tuple[AlarmRule, ...]:
    """Thresholds of the book and of the plan at a school on a day."""
    return _alarm_rules(policy_of(school), day)


@lru_cache(maxsize=512)
def _screening(policy: Policy, day: dt.date) -> Screening:
    return screening(load(), policy.measures, day, region=policy.region)


@lru_cache(maxsize=512)
def _alarm_rules(policy: Policy, day: dt.date) -> tuple[AlarmRule, ...]:
    return alarm_rules(load(), policy.measures, day, region=policy.region)


@lru_cache(maxsize=512)
def _policy(number: int, digest: str, code: str) -> Policy:
    plan = _plan(number, digest)
    if plan is None or SchoolCode(code) not in plan.by_code:
        return NO_PLAN
    return Policy(plan=plan.of(SchoolCode(code)))


def plan_of_version(number: int, digest: str) -> Plan | None:
    """A version's whole plan; it is read once in a process."""
    return _plan(number, digest)


@lru_cache(maxsize=4)
def _plan(number: int, _digest: str) -> Plan | None:
    """Read a version's file; whole districts are large, so few are kept."""
    row = PlanVersion.objects.only("file", "file_name").get(pk=number)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"plan{Path(row.file_name).suffix}"
        path.write_bytes(bytes(row.file))
        return read(path).plan
