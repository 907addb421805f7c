"""``bihuan drill``: a drill's script checked, begun, laid out for a school, tried dry."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from bihuan.base.ids import SchoolCode
from bihuan.base.problems import Problem, Weight, errors
from bihuan.base.wording import N_, _, language
from bihuan.cli import drill_run, shown
from bihuan.cli.answer import answer
from bihuan.cli.plan import usable
from bihuan.cli.scene import usable_scene
from bihuan.drill.build import Loaded
from bihuan.drill.script import Scene
from bihuan.plan.people import School
from bihuan.plan.plan import Plan

ERRORS = 2
WARNINGS = 1
WIDE = 120
"""Columns of a table that goes into a file."""

Script = Annotated[
    Path,
    typer.Argument(metavar="SCENE", help=N_("演练脚本：.yaml 或 .xlsx 事件清单")),
]
InPlan = Annotated[
    Path | None, typer.Option("--plan", help=N_("预案：工作簿、YAML 文件夹"))
]
AtSchool = Annotated[
    str | None, typer.Option("--school", help=N_("在哪所学校（代码或名称）"))
]
Force = Annotated[bool, typer.Option("--force", help=N_("覆盖已有的文件"))]
AsJson = Annotated[bool, typer.Option("--json", help=N_("以 JSON 回答"))]


def register(app: typer.Typer) -> None:
    """Add the commands of this floor."""
    drill = typer.Typer(help=N_("演练：脚本、推演、评估、报告"), no_args_is_help=True)
    drill.command("check", help=N_("检查演练脚本，一次列出全部问题"))(check)
    drill.command("new", help=N_("写一份示例脚本，照着改"))(new)
    drill.command("template", help=N_("写记录表和评估表，供演练当天填写"))(template)
    drill.command("dry-run", help=N_("按计划过一遍：什么时候、谁、做什么"))(dry_run)
    drill_run.register(drill)
    app.add_typer(drill, name="drill")


@dataclass(frozen=True)
class Found:
    """What was found in a script: the problems, at which schools they were looked for."""

    problems: tuple[Problem, ...]
    schools: tuple[SchoolCode, ...]

    @property
    def wrong(self) -> int:
        """How many must be mended."""
        return sum(1 for _problem in errors(self.problems))


def check(
    scene: Script,
    *,
    plan: InPlan = None,
    school: AtSchool = None,
    as_json: AsJson = False,
) -> None:
    """Print all problems at once; 0: none, 1: only warnings, 2: errors."""
    from bihuan.drill.load import load

    loaded = load(scene)
    found = _found(loaded, usable(plan) if plan else None, school)
    if as_json:
        _answer(scene, loaded, found)
    else:
        shown.problems_of(scene, found.problems)
    raise typer.Exit(ERRORS if found.wrong else WARNINGS if found.problems else 0)


def _found(loaded: Loaded, plan: Plan | None, school: str | None) -> Found:
    """What reading and lint find, errors first, in the order of the file."""
    from bihuan.drill.lint import lint

    found = [*loaded.problems]
    told = {p.where for p in errors(loaded.problems)}
    schools = schools_of(plan, school) if plan else ()
    if loaded.draft is not None:
        places = loaded.places
        said = [*lint(loaded.draft, places=places)]
        for row in schools:
            said += lint(loaded.draft, plan, row.code, places=places)
        found += [p for p in dict.fromkeys(said) if p.where not in told]
    found.sort(key=lambda p: p.weight is not Weight.ERROR)
    return Found(tuple(dict.fromkeys(found)), tuple(row.code for row in schools))


def schools_of(plan: Plan, wanted: str | None) -> tuple[School, ...]:
    """The school that is asked for, else all of the plan that have people."""
    peopled = {p.school for p in plan.people} | {d.school for d in plan.duties}
    if wanted is None:
        return tuple(row for row in plan.schools if row.code in peopled)
    return (shown.school_named(plan.schools, wanted),)


def _answer(path: Path, loaded: Loaded, found: Found) -> None:
    draft = loaded.draft
    body: dict[str, Any] = {
        "path": path.name,
        "scene": draft.id if draft else None,
        "title": draft.title if draft else None,
        "injects": len(draft.injects) if draft else 0,
        "actions": len(draft.expected()) if draft else 0,
        "schools": list(found.schools),
        "errors": found.wrong,
        "warnings": len(found.problems) - found.wrong,
        "problems": [
            {
                "code": p.code,
                "weight": p.weight.value,
                **asdict(p.where),
                "said": p.said,
                "mend": p.mend,
            }
            for p in found.problems
        ],
    }
    answer("drill-check", body)


def new(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help=N_("写到 .yaml 或 .xlsx 文件"))
    ],
    *,
    force: Force = False,
) -> None:
    """Write an example script to start from."""
    from bihuan.drill.load import EXAMPLE, YAML, load, put, save

    _refuse_to_overwrite(out, force=force)
    if out.suffix.lower() in YAML:
        put(out, EXAMPLE.read_bytes())  # with its remarks
    elif out.suffix.lower() == ".xlsx":
        scene = load(EXAMPLE).scene
        if scene is not None:
            save(scene, out, lang=language())
    else:
        raise typer.BadParameter(_("文件名要以 .yaml 或 .xlsx 结尾：{path}", path=out))
    typer.echo(_("已写入 {path}", path=out))


def template(
    scene: Script,
    out: Annotated[Path, typer.Argument(metavar="OUT", help=N_("写到的 .xlsx 文件"))],
    *,
    plan: Annotated[Path, typer.Option("--plan", help=N_("预案：工作簿、YAML 文件夹"))],
    school: Annotated[
        str, typer.Option("--school", help=N_("在哪所学校（代码或名称）"))
    ],
    force: Force = False,
) -> None:
    """Write the form of a drill's log with the evaluators' sheets."""
    from bihuan.drill.logform import write_form

    if out.suffix.lower() != ".xlsx":
        raise typer.BadParameter(_("文件名要以 .xlsx 结尾：{path}", path=out))
    _refuse_to_overwrite(out, force=force)
    whole = usable(plan)
    (row,) = schools_of(whole, school)
    write_form(usable_scene(scene), whole, row.code, out, lang=language())
    typer.echo(_("已写入 {path}", path=out))


def _refuse_to_overwrite(out: Path, *, force: bool) -> None:
    if out.exists() and not force:
        raise typer.TyperException(_("已有 {path}；要覆盖请加 --force", path=out))


def dry_run(
    scene: Script,
    *,
    plan: Annotated[Path, typer.Option("--plan", help=N_("预案：工作簿、YAML 文件夹"))],
    school: Annotated[
        str, typer.Option("--school", help=N_("在哪所学校（代码或名称）"))
    ],
) -> None:
    """Print the timeline: who gets what when, what is expected of whom by when."""
    from bihuan.drill.dryrun import rehearsed

    script, whole = usable_scene(scene), usable(plan)
    (row,) = schools_of(whole, school)
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDE)
    head = _("{title} · {school} · {start} 开始 · {notice}")
    console.print(
        head.format(
            title=script.title,
            school=row.name,
            start=script.start.strftime("%Y-%m-%d %H:%M"),
            notice=_(script.notice.label),
        )
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in (
        _("时间"),
        _("编号"),
        _("事件、处置"),
        _("岗位"),
        _("谁"),
        _("时限"),
    ):
        table.add_column(heading, overflow="fold")
    for step in rehearsed(script, whole, row.code):
        style = "bold" if step.inject else ""
        cells = (step.when, step.id, step.what, step.post, step.who, step.limit)
        table.add_row(*cells, style=style)
    console.print(table)
    for line in (*_jumps(script), *script.stop_rules):
        console.print(f"· {line}")


def _jumps(scene: Scene) -> list[str]:
    from bihuan.drill.times import show_moment

    said = _("{after} 以后、没有未完成的处置时，时钟跳到 {to}")
    return [said.format(after=j.after, to=show_moment(j.to)) for j in scene.jumps]
