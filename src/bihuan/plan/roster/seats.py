"""Who boards, and who sits where in the class room."""

from collections import Counter
from collections.abc import Iterator, Sequence

from bihuan.base.ids import ClassCode
from bihuan.plan.roster.draft import Basis, Draft, by_home


def boarding(basis: Basis, people: Sequence[Draft]) -> Iterator[Draft]:
    """Made students board until their class has the boarders it counts."""
    yield from (p for p in people if not p.student)
    parts = Counter[ClassCode]()
    for row in basis.classes:
        if basis.home[row.code] != row.code:
            parts[basis.home[row.code]] += row.boarders
    for home, students in by_home(people).items():
        whole = basis.row(home)
        wanted = (whole.boarders if whole else 0) or parts[home]
        wanted -= sum(p.lives_in for p in students)
        made = basis.shuffled("boards", (p for p in students if not p.listed))
        for number, draft in enumerate(made):
            draft.lives_in = number < wanted
        yield from (p for p in students if p.listed)
        yield from made


def seated(basis: Basis, people: Sequence[Draft]) -> Iterator[Draft]:
    """Those without a seat take the free ones of their home room, shuffled."""
    yield from (p for p in people if not p.student)
    for students in by_home(people).values():
        taken = {p.seat for p in students}
        free = (n for n in range(1, 2 * len(students) + 1) if n not in taken)
        settled = [p for p in students if p.seat]
        loose = basis.shuffled("seat", (p for p in students if not p.seat))
        for draft in loose:
            draft.seat = next(free)
        yield from (*settled, *loose)
