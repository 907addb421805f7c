"""When a group passes a gate: the plan's hours of arrival and of leaving, home leave."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bihuan.base.ids import SchoolCode
from bihuan.plan.days import day_kinds
from bihuan.plan.plan import Plan
from bihuan.plan.timetable import Period
from bihuan.plan.words import PeriodKind, Who
from bihuan.rules.passage import Direction, Window

NEVER: Final[tuple[Window, ...]] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """People who pass alike."""

    student: bool
    boards: bool = False
    grade: str = ""
    """Code of the plan's grade."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of a school on a day; a plan without a day plan says nothing of them."""

    plan: Plan | None
    school: str
    day: dt.date
    zone: dt.tzinfo

    def of(self, group: Group, direction: Direction) -> tuple[Window, ...] | None:
        """Hours in which a group passes; None: at any hour.

        Staff come and go. Pupils come in the hours of arrival, and leave from the hours
        of leaving on; boarders only on the days of home leave.
        """
        if not group.student:
            return None
        if group.boards:
            return self._boarder(direction)
        kind = PeriodKind.ARRIVAL if direction is Direction.IN else PeriodKind.DISMISSAL
        found = tuple(
            self._window(period, direction) for period in self._mine(group, kind)
        )
        return found or None

    def now_coming(self, group: Group, now: dt.datetime) -> Window | None:
        """The hour of arrival that runs now, for the head of the page."""
        windows = self.of(group, Direction.IN) or ()
        return next((window for window in windows if window.holds(now)), None)

    def _boarder(self, direction: Direction) -> tuple[Window, ...] | None:
        """A boarder may come back at any hour: what keeps him out is not the clock."""
        return None if direction is Direction.IN or self.leave_day() else NEVER

    def leave_day(self) -> bool:
        """Whether boarders go home today: home leave, or a day off after today."""
        return self._at_home(self.day) or self._at_home(self.day + dt.timedelta(days=1))

    def _at_home(self, day: dt.date) -> bool:
        if self.plan is None:
            return False
        district = self.plan.district
        after = (day - district.opens).days
        if after < 0:
            return False
        school = SchoolCode(self.school)
        kinds = day_kinds(self.plan, school, 1, start=after)
        return bool(kinds[0] == district.cycle_days + 1)

    def _mine(self, group: Group, kind: PeriodKind) -> Iterable[Period]:
        weekday = str(self.day.isoweekday())
        who = (Who.ALL, Who.STUDENTS, Who.DAY_STUDENTS)
        return (
            period
            for period in (self.plan.periods if self.plan else ())
            if period.kind is kind
            and weekday in period.days
            and period.who in who
            and str(period.grade) in ("", group.grade)
        )

    def _window(self, period: Period, direction: Direction) -> Window:
        start = dt.datetime.combine(self.day, period.start, self.zone)
        if direction is Direction.OUT:  # who stays a little longer is not locked in
            midnight = dt.datetime.combine(self.day, dt.time(), self.zone)
            return Window(start, midnight + dt.timedelta(days=1))
        return Window(start, dt.datetime.combine(self.day, period.end, self.zone))
