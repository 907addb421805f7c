"""The minimal conflict: groups of which none can be missed, and a proof that they clash."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from bihuan.stagger.explain.core import Core
from bihuan.stagger.explain.farkas import Answer, Oracle, Seen, support, verified
from bihuan.stagger.explain.integers import Sat, highs

HARDEST = ("order", "lock", "visit", "end", "gap")
"""Kinds of groups in the order in which a conflict would rather do without them."""
ALONE = 0.4
"""Share of the time in which limits are tried one by one."""
Left = Callable[[], float]
"""Seconds that are left."""


@dataclass(frozen=True, slots=True)
class Found:
    """A conflict as groups."""

    groups: tuple[str, ...]
    proof: str
    minimal: bool


def by_lp(core: Core, oracle: Oracle, first: Answer, left: Left) -> Found:
    """Shrink a conflict that the LP sees: valid for whole days too."""
    every = set(core.groups)
    kept = _supported(core, first, every)
    needed: set[str] = set()
    minimal = True
    for name in _order(kept):
        if name not in kept or name in needed:
            continue
        if left() <= 0:
            minimal = False
            break
        answer = oracle.ask(every - kept | {name}, seconds=left())
        match answer.seen:
            case Seen.IMPOSSIBLE:
                kept = _supported(core, answer, kept - {name})
            case Seen.POSSIBLE:
                needed.add(name)
            case Seen.UNKNOWN:
                needed.add(name)
                minimal = False
    return Found(_told(kept), _proof(core, oracle, kept, left), minimal)


def _supported(core: Core, answer: Answer, among: set[str]) -> set[str]:
    """The groups that a certificate rests on; without one, all that were asked."""
    if answer.ray is None:
        return set(among)
    resting = set(support(core, answer.ray)) & among
    return resting if verified(core, answer.ray, resting) else set(among)


def _proof(core: Core, oracle: Oracle, kept: set[str], left: Left) -> str:
    """A certificate that was worked out anew, else the word of another engine."""
    answer = oracle.ask(set(core.groups) - kept, seconds=max(5.0, left()))
    if answer.seen is not Seen.IMPOSSIBLE:
        return ""
    if answer.ray is not None and verified(core, answer.ray, kept):
        return "farkas"
    other = Sat(core).ask(set(core.groups) - kept, seconds=max(5.0, left()))
    return "second engine" if other.seen is Seen.IMPOSSIBLE else ""


def by_integers(core: Core, left: Left) -> Found | None:
    """Shrink a conflict that only whole days have; None: not known whether there is one."""
    sat, every = Sat(core), set(core.groups)
    kept = _alone(core, sat, left) or sat.blamed(every, seconds=left() / 2)
    if kept is None:
        seen = sat.ask((), seconds=left() / 2).seen
        if seen is not Seen.IMPOSSIBLE:
            return None
        kept = set(every)
    if sat.ask(every - kept, seconds=left() / 2).seen is not Seen.IMPOSSIBLE:
        return None
    minimal = True
    for name in _order(kept):
        if left() <= 0:
            minimal = False
            break
        answer = sat.ask(every - kept | {name}, seconds=max(0.5, left() / 3))
        if answer.seen is Seen.IMPOSSIBLE:
            kept.discard(name)
        minimal &= answer.seen is not Seen.UNKNOWN
    other = highs(core, every - kept, seconds=max(5.0, left()))
    proof = "second engine" if other.seen is Seen.IMPOSSIBLE else ""
    return Found(_told(kept), proof, minimal)


def _alone(core: Core, sat: Sat, left: Left) -> set[str] | None:
    """One limit with all that is no limit: most conflicts of whole days are of one place."""
    limits = [g for g in core.groups if g.partition(":")[0] not in HARDEST]
    until = left() * (1 - ALONE)
    for name in limits:
        if left() <= until:
            return None
        others = set(limits) - {name}
        if sat.ask(others, seconds=min(2.0, left() / 4)).seen is Seen.IMPOSSIBLE:
            return set(core.groups) - others
    return None


def _order(names: Collection[str]) -> list[str]:
    """In which order groups are tried to be missed: what is easy to change stays longest."""
    rank = {kind: n for n, kind in enumerate(HARDEST)}
    return sorted(
        names, key=lambda name: (rank.get(name.partition(":")[0], len(HARDEST)), name)
    )


def _told(names: Collection[str]) -> tuple[str, ...]:
    """The groups as they are told: orders and locks first."""
    rank = {kind: n for n, kind in enumerate(HARDEST)}
    return tuple(
        sorted(
            names,
            key=lambda name: (rank.get(name.partition(":")[0], len(HARDEST)), name),
        )
    )
