"""What commands show in common: problems with their places, a school by its name."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import typer
from rich.console import Console
from rich.text import Text

from bihuan.base.problems import Problem, Weight, errors
from bihuan.base.wording import _
from bihuan.plan.people import School

LISTED: Final = 30
"""Schools named in a refusal; a county has more than anybody reads."""
STYLES: Final = {Weight.ERROR: "bold red", Weight.WARNING: "yellow"}


def line(problem: Problem) -> Text:
    """A problem in one line: weight, place, what is wrong, what to do, code."""
    mark = _("错误") if problem.weight is Weight.ERROR else _("提示")
    told = Text(f"{mark} ", style=STYLES[problem.weight])
    told.append(str(problem.where), style="bold")
    told.append(f": {problem.said} {problem.mend} [{problem.code}]", style="none")
    return told


def problems_of(path: Path, problems: Sequence[Problem]) -> None:
    """Every problem of a file, then how many."""
    console = Console(highlight=False, soft_wrap=True)
    for problem in problems:
        console.print(line(problem))
    wrong = sum(1 for _problem in errors(tuple(problems)))
    if problems:
        console.print(
            _("{path}：错误 {errors} 处，提示 {warnings} 处", path=path.name, errors=wrong, warnings=len(problems) - wrong)
        )  # fmt: skip
    else:
        console.print(_("{path}：没有发现问题", path=path.name))


def school_named(schools: Iterable[School], name: str) -> School:
    """The school of a code or a name; a refusal that lists what there is."""
    there = tuple(schools)
    for school in there:
        if name in (school.code, school.name):
            return school
    names = "、".join(school.name for school in there[:LISTED])
    raise typer.TyperException(
        _("没有学校「{name}」；可选：{names}", name=name, names=names)
    )
