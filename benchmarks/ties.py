"""The ties that peers run on: a list of pairs made from the plan's own groups."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bihuan.base.random import generator
from bihuan.outbreak.disease import Disease
from bihuan.outbreak.network import build, keep
from bihuan.plan.plan import Plan

Floats = NDArray[np.float64]
DEGREE = 60
"""Mean number of ties of a person."""


@dataclass(frozen=True, eq=False)
class Ties:
    """Pairs of students and staff."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    weight: Floats
    """Intensity x hours a day, mean over a week of five school days and two home days."""
    persons: int
    shared: float
    """Share of all passing on that stays among students and staff (the rest: families)."""


def ties(plan: Plan, disease: Disease, without: frozenset[str], seed: int) -> Ties:
    """Pairs who meet, drawn in proportion to how much they meet.

    A hall of hundreds is tens of thousands of pairs, each of whom hardly meets; a pair is
    kept with chance min(1, weight / w) and its weight raised to w, w such that a person
    has DEGREE ties: what a person passes on in a day is as in the groups, on average.
    """
    weight, shared = _pairs(plan, disease, without)
    first, second = np.nonzero(np.triu(weight, 1))
    size = weight[first, second]
    wanted = DEGREE * len(weight) / 2
    low, high = 0.0, float(size.max()) * len(size)
    for _step in range(200):
        middle = (low + high) / 2
        if np.minimum(1.0, size / middle).sum() > wanted:
            low = middle
        else:
            high = middle
    kept = generator(seed, "ties").random(len(size)) < size / high
    return Ties(
        first=first[kept],
        second=second[kept],
        weight=np.maximum(size, high)[kept],
        persons=len(weight),
        shared=shared,
    )


def _pairs(
    plan: Plan, disease: Disease, without: frozenset[str]
) -> tuple[Floats, float]:
    """Intensity x hours a day of every pair of students and staff, and their share."""
    (school,) = (s.code for s in plan.schools)
    built = build(plan, school, disease, 1, without)
    measures = [m for m in plan.measures if m.code not in without]
    net, cycle = built.network, built.contacts.cycle
    times = np.zeros(cycle + 2)
    times[:cycle], times[cycle + 1] = 1.0, 7 - cycle
    passed = built.base.sum(axis=1) * keep(
        built, plan, disease.strength_needed, measures
    )
    amount = np.bincount(
        net.group,
        weights=passed * net.hours * times[built.day] / 7.0,
        minlength=len(net.first) - 1,
    )
    people = len(built.contacts.people)
    weight, whole = np.zeros((people, people)), 0.0
    for group, much in enumerate(amount):
        members = net.member[net.first[group] : net.first[group + 1]]
        ours = members[members < people]
        whole += much * len(ours) * (len(members) - 1)
        weight[np.ix_(ours, ours)] += much
    np.fill_diagonal(weight, 0.0)
    return weight, float(weight.sum() / whole)
