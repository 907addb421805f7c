"""``bihuan plan``: the form, checking a plan, comparing two, turning one into the other form."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from bihuan.base.problems import Problem, errors
from bihuan.base.wording import N_, _, language
from bihuan.cli import contacts, shown
from bihuan.cli.answer import answer
from bihuan.plan.diff import Change, diff
from bihuan.plan.plan import Plan
from bihuan.plan.read import read
from bihuan.plan.reading import Reading
from bihuan.plan.save import save
from bihuan.plan.template import template
from bihuan.rules.judged import arranged

ERRORS: Final = 2
WARNINGS: Final = 1

Source = Annotated[
    Path, typer.Argument(help=N_("预案：.xlsx 工作簿、YAML 文件夹或 .fet 课表"))
]
AsJson = Annotated[bool, typer.Option("--json", help=N_("以 JSON 回答"))]
Force = Annotated[bool, typer.Option("--force", help=N_("覆盖已有的文件"))]


def check(
    path: Source,
    *,
    on: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help=N_("按哪一天生效的规定；不写则按编制日期")
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print all problems at once; 0: none, 1: only warnings, 2: errors."""
    reading = read(path)
    problems = arranged(reading, on.date() if on else None)
    wrong = sum(1 for _problem in errors(problems))
    if as_json:
        answer("plan-check", _checked(path, reading, problems, on))
    else:
        shown.problems_of(path, problems)
    raise typer.Exit(ERRORS if wrong else WARNINGS if problems else 0)


def _checked(
    path: Path,
    reading: Reading,
    problems: tuple[Problem, ...],
    on: dt.datetime | None,
) -> dict[str, object]:
    day = on.date() if on else reading.plan.district.drawn_up if reading.plan else None
    wrong = sum(1 for _problem in errors(problems))
    return {
        "path": path.name,
        "on": day.isoformat() if day else None,
        "errors": wrong,
        "warnings": len(problems) - wrong,
        "problems": [_told(problem) for problem in problems],
    }


def _told(problem: Problem) -> dict[str, str]:
    return {
        "code": problem.code,
        "weight": problem.weight.value,
        "file": problem.where.file,
        "sheet": problem.where.sheet,
        "cell": problem.where.cell,
        "said": problem.said,
        "mend": problem.mend,
    }


def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help=N_("原来的预案"))],
    b: Annotated[Path, typer.Argument(metavar="B", help=N_("现在的预案"))],
    *,
    as_json: AsJson = False,
) -> None:
    """Print what changed from one plan to the other."""
    changes = diff(usable(a), usable(b))
    if as_json:
        body = [_changed(change) for change in changes]
        answer("plan-diff", {"a": a.name, "b": b.name, "changes": body})
        return
    for change in changes:
        typer.echo(str(change))
    if not changes:
        typer.echo(_("两份预案相同"))


def _changed(change: Change) -> dict[str, Any]:
    return {
        "deed": change.deed.value,
        "table": change.table,
        "school": change.school,
        "row": change.row,
        "field": change.field,
        "label": change.label,
        "before": change.before,
        "after": change.after,
        "said": str(change),
    }


def usable(path: Path) -> Plan:
    """The plan of a file that could be read without an error; else a refusal."""
    reading = read(path)
    wrong = tuple(errors(reading.problems))
    if reading.plan is None or wrong:
        raise typer.TyperException(_refusal(path, wrong))
    return reading.plan


def _refusal(path: Path, wrong: Iterable[Problem]) -> str:
    first, *more = [str(problem) for problem in wrong] or [""]
    if not more:
        return first
    return _(
        "{first}（另有 {n} 处，见 bihuan plan check {path}）",
        first=first,
        n=len(more),
        path=path.name,
    )


def write(
    path: Source,
    out: Annotated[
        Path,
        typer.Argument(
            metavar="OUT", help=N_("写到 .xlsx 工作簿，否则写到 YAML 文件夹")
        ),
    ],
    *,
    force: Force = False,
) -> None:
    """Write a plan in the other form."""
    plan = usable(path)
    _refuse_to_overwrite(out, force=force)
    save(plan, out, lang=language())
    typer.echo(_("已写入 {path}", path=out))


def form(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help=N_("空表写到的 .xlsx 文件"))
    ],
    *,
    force: Force = False,
) -> None:
    """Write the empty form."""
    if out.suffix.lower() != ".xlsx":
        raise typer.BadParameter(_("文件名要以 .xlsx 结尾：{path}", path=out))
    _refuse_to_overwrite(out, force=force)
    template(out, lang=language())
    typer.echo(_("已写入 {path}", path=out))


def _refuse_to_overwrite(out: Path, *, force: bool) -> None:
    taken = any(out.iterdir()) if out.is_dir() else out.exists()
    if taken and not force:
        raise typer.TyperException(_("已有 {path}；要覆盖请加 --force", path=out))


def register(app: typer.Typer) -> None:
    plan = typer.Typer(help=N_("预案：空表、检查、比较、转换"), no_args_is_help=True)
    plan.command("check", help=N_("检查预案，一次列出全部问题"))(check)
    plan.command("diff", help=N_("比较两份预案"))(compare)
    plan.command("save", help=N_("把预案写成工作簿或 YAML 文件夹"))(write)
    plan.command("template", help=N_("写出空表"))(form)
    contacts.register(plan)
    app.add_typer(plan, name="plan")
