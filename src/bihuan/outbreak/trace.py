"""Who infected whom where in single runs, for a drill that needs names and not counts."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bihuan.outbreak import _kernel as k
from bihuan.outbreak.scenario import Scenario
from bihuan.outbreak.simulate import Seeds, traced
from bihuan.outbreak.variant import variant
from bihuan.plan.contacts import SETTINGS, Contacts
from bihuan.plan.words import Setting

NOBODY = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One infection of a run; times in days from the district's first day."""

    person: int
    """Number in `Contacts`: from len(people) on, family."""
    time: float
    session: int
    """Session of the network in which it came about; negative: none."""
    setting: Setting | None
    """None: the returner, or from outside."""
    source: int
    """Person who infected; NOBODY."""
    infectious: float
    onset: float | None
    """None: without symptoms."""
    found: float | None
    """When a check found the person ill; None: none did."""


def trace(scenario: Scenario, seeds: Seeds) -> Iterator[tuple[Case, ...]]:
    """The cases of each run, by their time; to the bit those that `simulate` counts."""
    for _built, version, work in traced(scenario, seeds):
        yield _cases(version, work)


def persons_of(scenario: Scenario) -> tuple[Contacts, NDArray[np.int32]]:
    """The persons whose numbers the cases hold, and the day on which each comes back."""
    built, version = variant(scenario)
    return built.contacts, version.opens


def _cases(version: k.Variant, work: k.Work) -> tuple[Case, ...]:
    infected = np.flatnonzero(work.since < k.NEVER)
    order = infected[np.argsort(work.since[infected], kind="stable")]
    return tuple(_case(int(person), version, work) for person in order)


def _case(person: int, version: k.Variant, work: k.Work) -> Case:
    session = int(work.came[person])
    begin, onset, _end, _fever, found = work.fate[person].tolist()
    return Case(
        person=person,
        time=float(work.since[person]),
        session=session,
        setting=SETTINGS[version.session[session]["setting"]] if session >= 0 else None,
        source=int(work.source[person]) if session >= 0 else NOBODY,
        infectious=begin,
        onset=onset if onset < k.NEVER else None,
        found=found if found < k.NEVER else None,
    )
