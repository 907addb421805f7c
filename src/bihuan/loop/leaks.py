"""The boundary of the campus: who crosses it how often, and what comes in (E0)."""

import numpy as np

from bihuan.loop.outcome import Leak, Outcome
from bihuan.outbreak.scenario import Scenario
from bihuan.outbreak.variant import HOME_DAY, SCHOOL_DAY, crossing_days


def leaks(scenario: Scenario, imports: Outcome) -> tuple[Leak, ...]:
    """Crossings a week by cause, and the infections they bring in over the horizon."""
    days = crossing_days(scenario)
    weeks = scenario.days / 7.0
    school_days = int((days.base == SCHOOL_DAY).sum())
    leaves = int(np.sum((days.base[1:] == HOME_DAY) & (days.base[:-1] != HOME_DAY)))
    crossings = {
        "day_students": 2.0 * days.day_students * school_days,
        "boarders": 2.0 * days.boarders * leaves,
        "staff": 2.0 * days.staff_out * school_days,
        "visitors": 2.0 * float(days.visitors.sum()),
        "before": float(days.day_students + days.boarders),
    }
    return tuple(
        Leak(
            cause=cause,
            crossings_per_week=crossings[cause] / (1.0 if cause == "before" else weeks),
            imports=brought,
        )
        for cause, brought in imports.imports
    )
