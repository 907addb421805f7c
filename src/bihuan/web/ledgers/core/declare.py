"""What a ledger 台账 says of itself: one frozen declaration.

A ledger is a folder with ``models.py`` (columns and constraints, a subclass of
``core.rows.Row``) and ``ledger.py`` (one ``LEDGER = Ledger(...)``). From the declaration
follow its list, filters, detail with history, form, moves, Excel in and out, clocks and
escalation, indicator, API and retention; nothing else is registered anywhere.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import QuerySet

from bihuan.base.wording import N_
from bihuan.plan.words import Word
from bihuan.rules.access import Deed, Detail, Role
from bihuan.web.ledgers.core.rows import REPLACED, Row
from bihuan.web.org.models import Unit


class Kind(Word):
    """Kind of a column's value."""

    TEXT = "text", N_("文字")
    LONG = "long", N_("长文字")
    WHOLE = "whole", N_("整数")
    NUMBER = "number", N_("数")
    CELSIUS = "celsius", N_("体温")
    DAY = "day", N_("日期")
    TIME = "time", N_("时间")
    YES_NO = "yes_no", N_("是/否")
    CHOICE = "choice", N_("选项")
    CHOICES = "choices", N_("多选")
    PERSON = "person", N_("人员")
    UNIT = "unit", N_("单位")


class Evidence(Word):
    """How something was shown to be so; after the four ways of the opening inspections."""

    PAPER = "paper", N_("查阅资料")
    CALL = "call", N_("现场连线")
    INTERVIEW = "interview", N_("随机访谈")
    DEMONSTRATION = "demonstration", N_("现场演示")
    PHOTO = "photo", N_("照片")


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column: the model's field, its Chinese heading as the paper ledger has it."""

    field: str
    """Name of the model's field, or a dotted path for one that is only shown."""
    heading: str
    kind: Kind = Kind.TEXT
    words: type[Word] | None = None
    """Vocabulary of a choice."""
    required: bool = False
    shown_from: Detail = Detail.NUMBERS
    """Least detail at which it is shown; PSEUDONYM and NAMED are for what is personal."""
    entered: bool = True
    """Whether people fill it; else it is only shown."""
    listed: bool = True
    """Whether the list on the screen has it; Excel has every column."""
    note: str = ""
    """A line of help in the form and in the sheet's note row."""
    example: str = ""
    """What the sheet's example row has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """A state of a row; `closed` rows ask nothing of anybody."""

    code: str
    label: str
    closed: bool = False
    mark: str = "wait"
    """Mark it is drawn with: pass fail unknown stale late wait run hold na."""


GONE: Final = State(code=REPLACED, label=N_("已更正或撤回"), closed=True, mark="na")
"""State of a row that is no more in force."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """A step from states to a state, by whoever may do the deed."""

    code: str
    label: str
    sources: tuple[str, ...]
    target: str
    deed: Deed
    needs: tuple[str, ...] = ()
    """Fields that must be filled before it."""
    not_by: str = ""
    """Field with a person who may not be the one who moves it (two pairs of eyes)."""
    asks: tuple[str, ...] = ()
    """Fields that the step's form asks for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """By when a row has to be in a closed state (or past some states), and whom it climbs to.

    `due` takes a row; None: the clock does not run. It climbs by
    `rules.escalation` from `first` to the grade head, the principal, the bureau's office.
    """

    code: str
    label: str
    due: Callable[[Any], dt.datetime | None]
    done: tuple[str, ...]
    """States in which it has stopped."""
    first: tuple[Role, ...]
    """Roles at the row's unit that answer for it."""
    red: bool = False
    """Whether it rings at night too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """An indicator's value: its state, what was counted, how, and when last."""

    state: str
    """pass, fail, unknown or stale."""
    value: float | None
    unit: str
    said: str
    """One sentence with the numbers, as "18 个班交了 17 个"."""
    counted_at: dt.datetime | None = None
    rule: str = ""
    """Title of the rule row or plan line behind the threshold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """How long rows are kept after `since` (a date field), and what then happens."""

    days: int
    since: str = "day"
    erase: tuple[str, ...] = ()
    """Fields emptied then; none: the row is deleted."""
    basis: str = ""
    """Document or assumption the period rests on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """The declaration of a ledger."""

    slug: str
    """Its folder and its address."""
    name: str
    title: str
    """Title of the printed sheet, as 《发热等异常情况处置登记》."""
    model: type[Row]
    see: Deed
    enter: Deed | None
    """None: rows come from a flow only."""
    columns: tuple[Column, ...]
    states: tuple[State, ...]
    first: str
    """State of a new row."""
    moves: tuple[Move, ...] = ()
    clocks: tuple[Clock, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    search: tuple[str, ...] = ()
    filters: tuple[str, ...] = ("state", "day")
    key: tuple[str, ...] = ()
    """Fields by which an imported row is the same as one that is there."""
    person: str = ""
    """Field of the person it is about; then rows are personal."""
    units: tuple[str, ...] = ("school",)
    """Kinds of unit that a row is entered for."""
    indicator: Callable[[QuerySet[Any], Unit, dt.datetime], Shown] | None = None
    """Judges the rows of a unit at a moment."""
    retention: Retention = field(default_factory=lambda: Retention(days=3 * 365))
    help: str = ""
    """What the empty list says one can do."""

    def state(self, code: str) -> State:
        """A state by its code; every ledger has the one of replaced rows."""
        return next(s for s in (*self.states, GONE) if s.code == code)

    def rows(self) -> QuerySet[Any]:
        """Every row there is; pages ask for those in reach."""
        return self.model._default_manager.all()  # noqa: SLF001  # Django's public name

    def columns_for(self, detail: Detail) -> tuple[Column, ...]:
        """The columns somebody with this detail may see."""
        return tuple(c for c in self.columns if c.shown_from <= detail)
