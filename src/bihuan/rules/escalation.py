"""Who is told when something is not done 升级: a ladder of minutes, quiet at night but for red."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bihuan.base.units import Minutes
from bihuan.rules.book import Book, Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class Rung:
    """So many minutes after the deadline (before it, below zero) these are told."""

    code: str
    """Code of its row."""
    after: Minutes
    to: tuple[str, ...]
    """Roles: duty, deputy, grade_head, head, bureau."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quiet:
    """Hours in which only what is red is told; over midnight where start is after end."""

    start: time
    end: time

    def over(self, at: datetime) -> datetime:
        """The time itself, or the end of the quiet hours that it falls in."""
        if not self._holds(at.time()):
            return at
        end = datetime.combine(at.date(), self.end, at.tzinfo)
        return end if at < end else end + timedelta(days=1)

    def _holds(self, at: time) -> bool:
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


@dataclass(frozen=True, kw_only=True, slots=True)
class Ladder:
    """Rungs from the first to the last, and the quiet hours; None: there are none."""

    rungs: tuple[Rung, ...]
    quiet: Quiet | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A rung and when it is told."""

    rung: Rung
    at: datetime


def ladder(book: Book, day: date, *, region: str) -> Ladder:
    """The ladder of a day: rows of the book."""
    rows = book.on(day, region=region)
    rungs = (_rung(row) for row in rows.named("escalate_minutes"))
    start, end = _clock(rows.best("quiet_from")), _clock(rows.best("quiet_to"))
    return Ladder(
        rungs=tuple(sorted(rungs, key=lambda rung: rung.after)),
        quiet=Quiet(start=start, end=end) if start and end else None,
    )


def due_rungs(
    due: datetime,
    now: datetime,
    of: Ladder,
    *,
    red: bool = False,
    done_at: datetime | None = None,
) -> tuple[Due, ...]:
    """Rungs whose time has come by now and came before the thing was done.

    All of them, from the first: who keeps what was told leaves out what was.
    """
    return tuple(
        one
        for one in times(due, of, red=red)
        if one.at <= now and (done_at is None or one.at < done_at)
    )


def next_rung(
    due: datetime, now: datetime, of: Ladder, *, red: bool = False
) -> Due | None:
    """The rung that comes next while nothing is done; None: the top is reached."""
    return next((one for one in times(due, of, red=red) if one.at > now), None)


def times(due: datetime, of: Ladder, *, red: bool = False) -> Iterator[Due]:
    """When each rung is told."""
    for rung in of.rungs:
        at = due + timedelta(minutes=rung.after)
        quiet = None if red else of.quiet
        yield Due(rung=rung, at=at if quiet is None else quiet.over(at))


def whom(rungs: Iterable[Due]) -> tuple[str, ...]:
    """Roles that are told, each once, the nearest first."""
    return tuple(dict.fromkeys(role for one in rungs for role in one.rung.to))


def _rung(row: Rule) -> Rung:
    return Rung(
        code=row.code, after=Minutes(row.value or 0.0), to=tuple(row.scope.split())
    )


def _clock(row: Rule | None) -> time | None:
    if row is None or row.value is None:
        return None
    hour, part = divmod(row.value, 1)
    return time(int(hour), round(part * 60))
