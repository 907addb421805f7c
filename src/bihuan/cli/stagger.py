"""``bihuan stagger``: dates of return of a district, hours of a school's day, judged."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from bihuan.base.problems import Problem, errors
from bihuan.base.wording import N_, _
from bihuan.cli import shown
from bihuan.cli.answer import answer
from bihuan.cli.plan import usable

REFUSED: Final = 2
NO_PLAN: Final = 1
OUT: Final = Path("out") / "stagger"

Source = Annotated[
    Path, typer.Argument(metavar="PLAN", help=N_("预案：工作簿、YAML 文件夹"))
]
Seconds = Annotated[float, typer.Option(min=0.1, help=N_("最多算多少秒"))]
Threads = Annotated[int, typer.Option(min=1, help=N_("用几个线程"))]
Seed = Annotated[int, typer.Option(min=0, help=N_("随机数种子"))]
Out = Annotated[Path | None, typer.Option(help=N_("写到哪个文件夹；默认 out/stagger"))]
AsJson = Annotated[bool, typer.Option("--json", help=N_("以 JSON 回答"))]
Kept = Annotated[
    Path | None,
    typer.Option(help=N_("重排：上次的 calendar.json，尽量少换日期")),
]
AtSchool = Annotated[str, typer.Option(help=N_("在哪所学校（代码或名称）"))]
OnDate = Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help=N_("哪一天"))]
Present = Annotated[
    Path | None,
    typer.Option("--calendar", help=N_("calendar.json：这天哪些年级在校")),
]
OfDisease = Annotated[str, typer.Option(help=N_("按哪种病原体的接触率"))]


def register(app: typer.Typer) -> None:
    """Add the commands of this floor."""
    stagger = typer.Typer(
        help=N_("错时错峰：返校日历、班级时段、核对、冲突"), no_args_is_help=True
    )
    stagger.command("calendar", help=N_("排返校日历：哪个年级哪天返校"))(calendar)
    stagger.command("day", help=N_("排一天的时段：几点、走哪个门、在哪里吃"))(day)
    stagger.command("rehearse", help=N_("推演：这天的错峰时段和不错峰比"))(rehearse)
    stagger.command("check", help=N_("核对一份日历：手工表格或 JSON 答案"))(check)
    stagger.command("explain", help=N_("排不出时说清楚：什么冲突、怎样最省"))(explain)
    app.add_typer(stagger, name="stagger")


def calendar(
    plan: Source,
    *,
    aim: Annotated[
        str, typer.Option(help=N_("方案：earliest、calmest、balanced"))
    ] = "balanced",
    seconds: Seconds = 30.0,
    threads: Threads = 2,
    seed: Seed = 1,
    out: Out = None,
    replan: Kept = None,
    edited: Annotated[
        Path | None,
        typer.Option(help=N_("手工改过的安排表：改动锁定，其余重排")),
    ] = None,
    published: Annotated[
        Path | None,
        typer.Option(help=N_("已公布的 calendar.json：改期按它算")),
    ] = None,
    offers: Annotated[
        bool, typer.Option("--offers", help=N_("同时给出三个方案供选"))
    ] = False,
    pareto: Annotated[int, typer.Option(min=0, help=N_("再给出几个权衡方案"))] = 0,
    as_json: AsJson = False,
) -> None:
    """Plan the return; 0: there is a calendar, 1: there is none, 2: bad input."""
    from bihuan.cli import stagger_run as run

    asked = run.Asked(
        plan=usable(plan),
        aim=_aim(aim),
        seconds=seconds,
        threads=threads,
        seed=seed,
        offers=offers,
        pareto=pareto,
    )
    asked = asked.after(replan=replan, edited=edited, published=published)
    told = run.calendar(asked)
    if as_json:
        answer("stagger-calendar", run.calendar_body(told))
    if out or not as_json:
        _list(run.write_calendar(told, out or OUT), quiet=as_json)
    _tell_calendar(told, quiet=as_json)
    raise typer.Exit(_code(told.problems, found=bool(told.calendar.openings)))


def day(
    plan: Source,
    *,
    school: AtSchool,
    date: OnDate,
    calendar_: Present = None,
    disease: OfDisease = "sars2-2020",
    seconds: Seconds = 10.0,
    seed: Seed = 1,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Plan a school's day; 0: there are slots, 1: there are none, 2: bad input."""
    from bihuan.cli import stagger_run as run

    whole = usable(plan)
    asked = run.DayAsked(
        plan=whole,
        school=shown.school_named(whole.schools, school).code,
        date=date.date(),
        kept=calendar_,
        disease=disease,
        seconds=seconds,
        seed=seed,
    )
    told = run.day(asked)
    folder = (out or OUT) / asked.school / f"{asked.date}"
    if as_json:
        answer("stagger-day", run.day_body(told))
    if out or not as_json:
        _list(run.write_day(told, out or folder), quiet=as_json)
    _tell_day(told, quiet=as_json)
    raise typer.Exit(_code(told.problems, found=bool(told.day.slots)))


def rehearse(
    plan: Source,
    *,
    school: AtSchool,
    date: OnDate,
    calendar_: Present = None,
    disease: OfDisease = "sars2-2020",
    runs: Annotated[int, typer.Option(min=2, help=N_("成对模拟几次"))] = 400,
    days: Annotated[int, typer.Option(min=1, help=N_("模拟几天"))] = 60,
    seconds: Seconds = 10.0,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Rehearse a day's slots against none; 0: told, 1: there are none, 2: bad input."""
    from bihuan.cli import stagger_rehearse as staged, stagger_run as run

    whole = usable(plan)
    asked = run.DayAsked(
        plan=whole,
        school=shown.school_named(whole.schools, school).code,
        date=date.date(),
        kept=calendar_,
        disease=disease,
        seconds=seconds,
        seed=seed,
    )
    found = run.day(asked)
    if not found.day.slots:
        _tell_day(found, quiet=as_json)
        raise typer.Exit(NO_PLAN)
    told = staged.rehearsed(asked, found, runs=runs, days=days)
    if as_json:
        answer("stagger-rehearse", staged.body(told))
    else:
        staged.tell(told)


def check(
    plan: Source,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help=N_("手工填的安排表 .xlsx，或 calendar.json、day.json")
        ),
    ],
    *,
    calendar_: Present = None,
    out: Annotated[
        Path | None, typer.Option(help=N_("把日历画出来，写到这个文件夹"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge a calendar or a day; 0: nothing found, 1: only warnings, 2: errors."""
    from bihuan.cli import stagger_run as run

    judged = run.check(usable(plan), file, calendar_)
    if as_json:
        answer("stagger-check", run.check_body(file, judged))
    if out:
        _list(run.draw(judged, out), quiet=as_json)
    if not as_json:
        shown.problems_of(file, judged.problems)
    wrong = any(errors(judged.problems))
    raise typer.Exit(REFUSED if wrong else int(bool(judged.problems)))


def explain(
    plan: Source,
    *,
    seconds: Seconds = 60.0,
    as_json: AsJson = False,
) -> None:
    """Say what cannot all hold; 0: everything can, 1: it cannot, 2: bad input."""
    from bihuan.cli import stagger_run as run

    told = run.explain(usable(plan), seconds)
    if as_json:
        answer("stagger-explain", run.explain_body(told))
    else:
        for line in told.lines:
            typer.echo(line)
    raise typer.Exit(NO_PLAN if told.conflict else 0)


# --- what is asked --------------------------------------------------------------------


def _aim(name: str) -> Any:
    from bihuan.stagger.answer import Aim

    for one in Aim:
        if name in (one.value, one.label):
            return one
    raise typer.TyperException(
        _(
            "没有方案「{name}」；可选：{names}",
            name=name,
            names="、".join(one.value for one in Aim),
        )
    )


# --- what is answered -----------------------------------------------------------------


def _code(problems: Sequence[Problem], *, found: bool) -> int:
    """A calendar that breaks a rule is no calendar, whoever made it."""
    if any(errors(tuple(problems))):
        return REFUSED
    return 0 if found else NO_PLAN


def _tell_calendar(told: Any, *, quiet: bool) -> None:
    """The shortest summary that helps: how it ended, terms, what to know."""
    from bihuan.report.stagger import words

    console = Console(stderr=quiet, highlight=False, soft_wrap=True)
    if told.partial:
        console.print(_("中途停止：这是停下时最好的方案，不是算完的。"))
    if told.calendar.conflict is None:
        console.print(words.status(told.calendar))
    if told.calendar.openings:
        console.print(words.lead(told.calendar))
        table = _terms(told.offers or (told.calendar,))
        console.print(table, soft_wrap=False)
    if told.calendar.conflict:
        for line in (
            *words.conflict(told.calendar.conflict),
            *words.repairs(told.calendar.conflict)[:5],
        ):
            console.print(line)
    for line in words.unready(told.plan, told.calendar):
        console.print(line)
    if told.before:
        for line in words.difference(told.plan, told.before, told.calendar)[:9]:
            console.print(line)
    if told.calendar.openings:
        _judged(console, told.problems)


def _terms(offers: Sequence[Any]) -> Table:
    from bihuan.report import wording
    from bihuan.report.stagger import words
    from bihuan.stagger.answer import Goal

    table = Table()
    for head in (_("方案"), _("全部返校"), *(_(goal.label) for goal in Goal)):
        table.add_column(head, overflow="fold")
    for one in offers:
        values = {term.goal: term.value for term in one.terms}
        last = max((o.date for o in one.openings), default=None)
        table.add_row(
            _(one.aim.label),
            wording.day(last) if last else "—",
            *(
                words.goal(goal, values[goal]) if goal in values else "—"
                for goal in Goal
            ),
        )
    return table


def _tell_day(told: Any, *, quiet: bool) -> None:
    from bihuan.report.stagger import words

    console = Console(stderr=quiet, highlight=False, soft_wrap=True)
    if told.day.conflict:
        for line in (
            *words.conflict_of_day(told.day.conflict),
            *words.repairs(told.day.conflict)[:5],
        ):
            console.print(line)
    waits = words.waits(told.day)
    if waits:
        console.print(waits)
    for line in words.compared(told.day):
        console.print(line)
    _judged(console, told.problems)


def _judged(console: Console, problems: Sequence[Problem]) -> None:
    wrong = sum(1 for _problem in errors(tuple(problems)))
    console.print(
        _(
            "独立核对：{wrong} 处违规，{warned} 处提醒",
            wrong=wrong,
            warned=len(problems) - wrong,
        )
    )
    for problem in problems[:20]:
        console.print(shown.line(problem))


def _list(files: Sequence[Path], *, quiet: bool) -> None:
    """Files at the top of a folder; of those below only how many."""
    console = Console(stderr=quiet, highlight=False, soft_wrap=True)
    top = min((len(path.parts) for path in files), default=0)
    shown = [path for path in files if len(path.parts) == top]
    for path in shown:
        console.print(str(path))
    if rest := len(files) - len(shown):
        console.print(_("另有 {n} 个文件，按学校或班级", n=rest))
