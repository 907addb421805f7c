"""Siblings at one school."""

from collections.abc import Iterable, Iterator, Sequence

from bihuan.plan.roster.draft import Basis, Draft

SIBLINGS = 0.04
"""Share of day students with a sibling at the school, where none is given (assumed)."""


def pair_siblings(basis: Basis, people: Sequence[Draft]) -> None:
    """Pair made day students of different classes until SIBLINGS of the day students are."""
    day = [p for p in people if p.student and not p.lives_in]
    made = basis.shuffled("sibling", (p for p in day if not p.listed))
    wanted = int(SIBLINGS * len(day)) - sum(bool(p.siblings) for p in day)
    for one, other in _pairs(made, max(0, wanted) // 2):
        one.siblings, other.siblings = (other.id,), (one.id,)


def _pairs(made: Iterable[Draft], wanted: int) -> Iterator[tuple[Draft, Draft]]:
    """The first `wanted` pairs of neighbours who are not class mates."""
    waiting: list[Draft] = []
    for draft in made:
        if not wanted:
            return
        mates = [p for p in waiting if p.home != draft.home]
        if mates:
            wanted -= 1
            waiting.remove(mates[0])
            yield draft, mates[0]
        else:
            waiting.append(draft)
