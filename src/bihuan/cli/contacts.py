"""``bihuan plan contacts``: who meets whom, by setting."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Final

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from bihuan.base.problems import Problem, errors
from bihuan.base.wording import N_, _
from bihuan.cli.answer import answer
from bihuan.cli.shown import school_named
from bihuan.plan.contacts import Tally, contacts
from bihuan.plan.days import week_kinds
from bihuan.plan.defaults import complete
from bihuan.plan.lessons import timetable
from bihuan.plan.load.fet import counts
from bihuan.plan.people import Person, School
from bihuan.plan.plan import Plan
from bihuan.plan.populate import populate
from bihuan.plan.read import read
from bihuan.plan.words import Role

REFUSED: Final = 2
WIDE: Final = 120
"""Columns of a table that goes into a file."""
DIGITS: Final = 3
HOUR: Final = 60.0


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What is listed of a school."""

    school: School
    people: tuple[Person, ...]
    family: int
    unplaced: int
    """Lessons without a place in the timetable."""
    tallies: tuple[Tally, ...]

    def number(self, *, students: bool) -> int:
        """How many students, or how many of the staff."""
        return sum((p.role is Role.STUDENT) is students for p in self.people)


def register(plan_app: typer.Typer) -> None:
    """Add the command to those of ``bihuan plan``."""
    plan_app.command("contacts", help=N_("谁和谁接触：按场景列群组、人数、时间"))(
        list_contacts
    )


def list_contacts(
    path: Annotated[
        Path, typer.Argument(help=N_("预案：工作簿、YAML 文件夹或 .fet 课表"))
    ],
    *,
    school: Annotated[
        str | None, typer.Option(help=N_("只列这所学校（代码或名称）"))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=N_("以 JSON 回答"))] = False,
) -> None:
    reading = read(path)
    _tell(reading.problems)
    if reading.plan is None or any(errors(reading.problems)):
        raise typer.Exit(REFUSED)
    plan, filled = complete(reading.plan)
    listings = [_listing(plan, row) for row in _schools(plan, school)]
    fet = counts(reading.plan) if path.suffix.lower() == ".fet" else None
    if as_json:
        _answer(listings, filled, fet)
        return
    for listing in listings:
        _show(listing)
    _show_rest(filled, fet)


def _tell(problems: tuple[Problem, ...]) -> None:
    """Say what was wrong with the input, beside the answer."""
    for problem in problems:
        typer.echo(str(problem), err=True)


def _schools(plan: Plan, wanted: str | None) -> list[School]:
    """The school asked for, else all that have classes."""
    taught = {row.school for row in plan.classes}
    if wanted is None:
        return [school for school in plan.schools if school.code in taught]
    found = school_named(plan.schools, wanted)
    if found.code not in taught:
        raise typer.TyperException(
            _("「{name}」只有人数，没有班级，列不出接触", name=found.name)
        )
    return [found]


def _listing(plan: Plan, school: School) -> Listing:
    """One school's week on the district's first day, all measures as dated."""
    people = populate(plan, school.code)
    lessons = timetable(plan, school.code, people)
    met = contacts(plan, school.code, people=people, lessons=lessons)
    return Listing(
        school=school,
        people=people,
        family=met.family,
        unplaced=sum(lesson.day == 0 for lesson in lessons),
        tallies=met.minutes_per_week(week_kinds(plan, school.code)),
    )


def _answer(
    listings: list[Listing], filled: tuple[str, ...], fet: dict[str, int] | None
) -> None:
    body: dict[str, object] = {
        "schools": [_school(listing) for listing in listings],
        "filled": list(filled),
    }
    answer("plan-contacts", body if fet is None else body | {"fet": fet})


def _school(listing: Listing) -> dict[str, object]:
    return {
        "code": listing.school.code,
        "name": listing.school.name,
        "students": listing.number(students=True),
        "staff": listing.number(students=False),
        "family": listing.family,
        "unplaced_lessons": listing.unplaced,
        "settings": [
            {
                name: round(value, DIGITS) if isinstance(value, float) else value
                for name, value in asdict(tally).items()
            }
            for tally in listing.tallies
        ],
    }


def _show(listing: Listing) -> None:
    """Print one school's table."""
    console = _console()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=_title(listing))
    table.add_column(_("场景"))
    for heading in (
        _("群组"),
        _("人数"),
        _("每人每周分钟"),
        _("每周人对·小时"),
        _("每人接触人数"),
    ):
        table.add_column(heading, justify="right")
    for tally in listing.tallies:
        table.add_row(_(tally.setting.label), *_cells(tally))
    console.print(table)
    if listing.unplaced:
        console.print(_("有 {n} 节课没有排进课表，不计入。", n=listing.unplaced))


def _title(listing: Listing) -> str:
    return _(
        "{school}：学生 {students}，教职工 {staff}，家人 {family}",
        school=listing.school.name,
        students=f"{listing.number(students=True):,}",
        staff=f"{listing.number(students=False):,}",
        family=f"{listing.family:,}",
    )


def _cells(tally: Tally) -> Iterator[str]:
    if not tally.groups:
        yield from ("0", *[""] * 4)
        return
    yield f"{tally.groups:,}"
    yield f"{tally.persons:,}"
    yield f"{tally.minutes:,.0f}"
    yield f"{tally.pair_minutes / HOUR:,.0f}"
    yield f"{tally.contacts:,.1f}"


def _show_rest(filled: tuple[str, ...], fet: dict[str, int] | None) -> None:
    """Print what holds for the whole file: the timetable's counts, what was filled."""
    console = _console()
    if fet is not None:
        console.print(_("课表计数（名称同 FET 结果）："))
        for name, number in fet.items():
            console.print(f"  {name} {number}")
    if filled:
        console.print(_("文件没有说、按默认值补上的："))
        for line in filled:
            console.print(f"  {line}", soft_wrap=True)


def _console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(width=WIDE, highlight=False)
