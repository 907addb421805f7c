"""From R0 to beta: docs/model.md, "beta is fixed so that"."""

from collections.abc import Iterable
from dataclasses import replace

from bihuan.base.ids import SchoolCode
from bihuan.outbreak.disease import Disease
from bihuan.outbreak.network import felt_by, layout_of, mean_reach
from bihuan.plan.plan import Plan
from bihuan.plan.words import Role


def beta_for(
    plan: Plan, schools: Iterable[SchoolCode], disease: Disease, r0: float | None = None
) -> float:
    """The beta at which the schools' mean R0 without any measure is `r0`.

    The mean is over all their students and staff; None: the disease's own R0.
    """
    plan = replace(plan, slots=())
    total, students, persons = 0.0, 0, 0
    for school in schools:
        codes = frozenset(m.code for m in plan.measures if m.school == school)
        layout = layout_of(plan, school, 1, codes)
        people = layout.contacts.people
        total += len(people) * mean_reach(layout, felt_by(disease))
        persons += len(people)
        students += sum(p.role is Role.STUDENT for p in people)
    passing = disease.mean_infectiousness(students / persons)
    return (disease.r0 if r0 is None else r0) / (total / persons * passing)


def r0_of(plan: Plan, school: SchoolCode, disease: Disease, beta: float) -> float:
    """R0 of one school without any measure at a given beta."""
    return beta / beta_for(plan, (school,), disease, 1.0)
