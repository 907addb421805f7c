"""The district's plan: one frozen value of flat tables whose rows refer to each other by code.

A table is a sheet of the workbook and a file of the YAML folder; `TABLES` is their list.
"""

from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from typing import Any

from bihuan.base.ids import AreaCode, SchoolCode
from bihuan.base.units import Days, PerHundredThousandDays
from bihuan.base.where import Where
from bihuan.plan.duties import Document, Duty, Liaison, Supply
from bihuan.plan.measures import Measure
from bihuan.plan.people import Class, Grade, Person, School
from bihuan.plan.places import Area, Zone
from bihuan.plan.staging import Siblings, Slot, Staging
from bihuan.plan.timetable import CalendarDay, Lesson, Period, Teaching
from bihuan.plan.words import CapacityKind, Extent, OrderKind, Stage, Tuning

FORMAT = "bihuan-plan/1"


@dataclass(frozen=True, kw_only=True, slots=True)
class District:
    """The district and what its plan assumes of the world outside."""

    name: str
    region: str
    """Code of GB/T 2260."""
    drawn_up: date
    """The day the plan is dated; rules in force on it apply."""
    opens: date
    """First day of school, before any staging."""
    incidence: PerHundredThousandDays
    """New infections outside, per 100,000 persons and day."""
    cycle_days: int = 5
    """Days of the timetable's cycle: 5 Monday to Friday, 6 with Saturday."""
    reserve_days: Days = Days(14)
    """Days of supplies every school holds."""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """An order from above 上级要求: when a level of grades may come back."""

    code: str
    level: int
    """Grade level, 12 for 高三, 9 for 初三."""
    extent: Extent
    kind: OrderKind
    date: date
    document: str = ""
    stage: Stage | None = None
    """Schools of this stage only; None: every school that has the grade."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Capacity:
    """How much of something scarce there is, day by day; area empty: the district.

    OPENINGS without an area holds for each area by itself; SUPPLIED is the stock of the
    day: how many may be at school, not how many may come.
    """

    kind: CapacityKind
    start: date
    amount: int
    end: date | None = None
    area: AreaCode = AreaCode("")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A district's plan, as read: frozen, complete, in the order of its file."""

    district: District
    areas: tuple[Area, ...] = ()
    orders: tuple[Order, ...] = ()
    capacities: tuple[Capacity, ...] = ()
    staging: tuple[Staging, ...] = ()
    schools: tuple[School, ...] = ()
    grades: tuple[Grade, ...] = ()
    classes: tuple[Class, ...] = ()
    people: tuple[Person, ...] = ()
    zones: tuple[Zone, ...] = ()
    periods: tuple[Period, ...] = ()
    teaching: tuple[Teaching, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    calendar: tuple[CalendarDay, ...] = ()
    siblings: tuple[Siblings, ...] = ()
    slots: tuple[Slot, ...] = ()
    measures: tuple[Measure, ...] = ()
    duties: tuple[Duty, ...] = ()
    supplies: tuple[Supply, ...] = ()
    liaison: tuple[Liaison, ...] = ()
    documents: tuple[Document, ...] = ()
    places: dict[tuple[str, int], dict[str, Where]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """Where each row's fields were written: (table, row number from 0) to field to place.

    A note for messages; two plans are equal whatever file they came from.
    """

    @cached_property
    def by_code(self) -> dict[SchoolCode, School]:
        """Schools by their code."""
        return {school.code: school for school in self.schools}

    @cached_property
    def amounts(self) -> dict[tuple[Tuning, SchoolCode, Stage | None], float]:
        """Settings of the return by kind, school, stage; of equal rows the first holds."""
        return {
            (row.kind, row.school, row.stage): row.amount
            for row in reversed(self.staging)
        }

    def of(self, school: SchoolCode) -> "Plan":
        """The part of the plan that speaks of one school (and of no school)."""
        kept: dict[str, Any] = {
            table: tuple(
                row
                for row in getattr(self, table)
                if getattr(row, "school", school) in (school, "")
            )
            for table in TABLES
        }
        kept["schools"] = (self.by_code[school],)
        return replace(self, **kept, places={})

    def where(self, table: str, row: int, name: str = "") -> Where:
        """Where a row (or one of its fields) was written; unknown places name the table."""
        cells = self.places.get((table, row), {})
        return cells.get(name) or cells.get("") or Where(sheet=table, cell=str(row + 1))


TABLES: tuple[str, ...] = tuple(
    f.name for f in fields(Plan) if f.name not in ("district", "places")
)
