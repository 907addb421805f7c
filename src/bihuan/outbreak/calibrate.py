"""From R0 to beta: docs/model.md, "beta is fixed so that"."""

from collections.abc import Iterable

import numpy as np

from bihuan.base.ids import SchoolCode
from bihuan.outbreak.disease import Disease
from bihuan.outbreak.network import Floats, build, weekly_reach
from bihuan.plan.plan import Plan


def reach(plan: Plan, school: SchoolCode, disease: Disease) -> Floats:
    """Intensity x hours x others a day, of each student and member of staff.

    Without any measure, mean over a week; shape (person,).
    """
    codes = frozenset(m.code for m in plan.measures if m.school == school)
    built = build(plan, school, disease, 1, codes)
    return weekly_reach(built)[: len(built.contacts.people)]


def beta_for(
    plan: Plan, schools: Iterable[SchoolCode], disease: Disease, r0: float | None = None
) -> float:
    """The beta at which the schools' mean R0 without any measure is `r0`."""
    reaches, students, persons = [], 0, 0
    for school in schools:
        each = reach(plan, school, disease)
        reaches.append(each)
        persons += len(each)
        students += sum(c.students for c in plan.classes if c.school == school)
    mean = float(np.concatenate(reaches).mean())
    share = min(1.0, students / persons)
    return (disease.r0 if r0 is None else r0) / (
        mean * disease.mean_infectiousness(share)
    )


def r0_of(plan: Plan, school: SchoolCode, disease: Disease, beta: float) -> float:
    """R0 of one school without any measure at a given beta."""
    return beta_for(plan, (school,), disease, 1.0) ** -1 * beta
