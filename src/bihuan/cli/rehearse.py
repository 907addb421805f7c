"""`bihuan rehearse` and `bihuan demo`: a plan against simulated outbreaks."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bihuan.base.problems import Problem, Weight
from bihuan.base.wording import N_, _, language
from bihuan.cli.answer import answer
from bihuan.cli.progress import bar
from bihuan.plan.plan import Plan
from bihuan.plan.reading import Reading

EXAMPLE = Path("examples/xinmi")
NIGHT = Path("examples/scenes/night.yaml")
REFUSED = 2


def register(app: typer.Typer) -> None:
    """Add the commands of this floor."""
    app.command("rehearse", help=N_("推演：预案对照模拟疫情，写出报告"))(rehearse)
    app.command("demo", help=N_("推演示例区县、演练一夜，写出报告"))(demo)


def rehearse(
    path: Annotated[
        Path, typer.Argument(help=N_("预案：工作簿、YAML 文件夹或 .fet 课表"))
    ],
    pathogen: Annotated[
        str,
        typer.Option(
            help=N_("病原体：sars2-2020、sars2-omicron、influenza-a、norovirus")
        ),
    ] = "sars2-2020",
    runs: Annotated[int, typer.Option(min=10, help=N_("每种情形推演多少次"))] = 1000,
    days: Annotated[int, typer.Option(min=7, max=366, help=N_("推演多少天"))] = 60,
    seed: Annotated[int, typer.Option(help=N_("随机数种子"))] = 1,
    school: Annotated[
        list[str] | None, typer.Option(help=N_("只推演这所学校（名称或代码，可重复）"))
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(help=N_("只比较去掉这项措施（种类或编号，可重复）")),
    ] = None,
    against: Annotated[Path | None, typer.Option(help=N_("与这个旧版预案比较"))] = None,
    as_rehearsed: Annotated[
        Path | None,
        typer.Option(
            "--as-rehearsed",
            help=N_("与演练测得的样子比较：bihuan drill run 写出的 review.json"),
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help=N_("报告写到哪个文件夹；默认 out/名称"))
    ] = None,
    threads: Annotated[
        int, typer.Option(min=0, help=N_("用几个线程；0：有几个核用几个"))
    ] = 0,
    json: Annotated[bool, typer.Option("--json", help=N_("输出 JSON"))] = False,
) -> None:
    """Check a plan, rehearse it, write the report."""
    from bihuan.cli.judging import schools_asked
    from bihuan.loop.rehearse import Order, rehearse as carry_out

    plan, filled, problems = _plan(path)
    older = _plan(against)[0] if against else None
    if as_rehearsed is not None:
        older, against = _rehearsed(plan, as_rehearsed), as_rehearsed
    order = Order(
        plan=plan,
        disease=_disease(pathogen),
        runs=runs,
        days=days,
        seed=seed,
        schools=schools_asked(plan, school or []),
        without=_measures(plan, without or []),
        against=older,
        plan_file=path.name,
        older_file=against.name if against else "",
        filled=filled,
        problems=_by_school(plan, problems),
        threads=threads,
    )
    with bar(_("推演")) as progress:
        result = carry_out(order, progress)
    if json:
        from bihuan.cli.values import plain

        answer("rehearse", plain(result))
    if out or not json:
        from bihuan.report import write

        folder = out or Path("out") / (path.stem if path.is_file() else path.name)
        files = write(result, folder, lang=language())
        _tell(result, files, quiet=json)


def demo(
    once: Annotated[
        bool, typer.Option("--once", help=N_("做完就退出，不打开网站"))
    ] = False,
    out: Annotated[Path, typer.Option(help=N_("报告写到哪个文件夹"))] = Path(
        "out/xinmi"
    ),
    runs: Annotated[int, typer.Option(min=10, help=N_("每种情形推演多少次"))] = 1000,
) -> None:
    """Rehearse the example district, play a night there, write the reports."""
    from bihuan.cli.drill_run import run as play

    del once  # there is no site to serve yet: the demo always ends by itself
    if not EXAMPLE.is_dir():
        raise typer.TyperException(
            _("没有示例区县 {folder}；请在项目文件夹里运行。", folder=EXAMPLE)
        )
    rehearse(EXAMPLE, runs=runs, out=out)
    play([NIGHT], plan=EXAMPLE, out=out / "drill", runs=10 * runs)


def _plan(path: Path) -> tuple[Plan, tuple[str, ...], tuple[Problem, ...]]:
    """Read a plan, complete what a bare timetable leaves open, judge it."""
    from bihuan.plan.defaults import complete
    from bihuan.plan.read import read
    from bihuan.rules.judged import judged

    reading = read(path)
    if reading.plan is None:
        for problem in reading.problems:
            typer.echo(str(problem), err=True)
        raise typer.Exit(REFUSED)
    plan, filled = complete(reading.plan)
    if not plan.classes:
        raise typer.TyperException(_("{path}：预案里没有班级，无从推演。", path=path))
    whole = Reading(plan, reading.problems)
    return plan, filled, judged(whole, plan.district.drawn_up)


def _rehearsed(plan: Plan, path: Path) -> Plan:
    """The plan with what drills measured at its schools."""
    from bihuan.cli.kept import load_review
    from bihuan.loop.amend import amended

    for row in load_review(path).reviews:
        if row.evaluation.school in plan.by_code:
            plan = amended(plan, row.evaluation)
    return plan


def _by_school(
    plan: Plan, problems: tuple[Problem, ...]
) -> tuple[tuple[Any, Problem], ...]:
    from bihuan.cli.judging import by_school

    return by_school(plan, problems)


def _disease(name: str) -> Any:
    from bihuan.outbreak.disease import NAMES, disease

    if name not in NAMES:
        raise typer.TyperException(
            _("没有病原体「{name}」；可选：{names}", name=name, names="、".join(NAMES))
        )
    return disease(name)


def _measures(plan: Plan, wanted: list[str]) -> tuple[str, ...]:
    """Kinds or codes of measures that were named."""
    known = {m.code for m in plan.measures} | {m.kind for m in plan.measures}
    labels = {_(m.label): m.kind for m in plan.measures}
    for name in wanted:
        if name not in known and name not in labels:
            names = "、".join(sorted({m.kind for m in plan.measures}))
            raise typer.TyperException(
                _("预案里没有措施「{name}」；有：{names}", name=name, names=names)
            )
    return tuple(labels.get(name, name) for name in wanted)


def _tell(result: Any, files: tuple[Path, ...], *, quiet: bool) -> None:
    """The shortest summary that helps, and where the files are."""
    from bihuan.loop.outcome import Question

    console = Console(stderr=quiet)
    if result.interrupted:
        console.print(_("中途停止：只有已做完的 {n} 所学校。", n=len(result.schools)))
    table = Table(title=_("{title}（情景推演，非预测）", title=result.title))
    for head in (_("学校"), _("错误"), _("提醒"), _("≥5 人暴发机会"), _("无措施")):
        table.add_column(head)
    for row in result.schools:
        planned = dict(row.planned)[Question.RETURNER].outbreak5
        nothing = dict(row.nothing)[Question.RETURNER].outbreak5
        errors = sum(p.weight is Weight.ERROR for p in row.problems)
        table.add_row(
            row.school.name,
            str(errors),
            str(len(row.problems) - errors),
            f"{planned.value:.1%} ({planned.low:.1%}–{planned.high:.1%})",
            f"{nothing.value:.1%}",
        )
    console.print(table)
    for path in files:
        console.print(str(path), highlight=False)
