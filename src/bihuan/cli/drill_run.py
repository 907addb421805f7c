"""``bihuan drill run|evaluate|report``: a script played through, a log judged, its paper."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bihuan.base.ids import SchoolCode
from bihuan.base.problems import errors
from bihuan.base.wording import N_, _, language
from bihuan.cli.answer import answer
from bihuan.cli.judging import schools_asked
from bihuan.cli.scene import usable_scene
from bihuan.drill.marks import State
from bihuan.drill.script import Scene
from bihuan.loop.drilled import Comparison, Review
from bihuan.plan.plan import Plan

REFUSED = 2
BLAME = N_("演练数据不得用于追责和考核")
SIMULATED = N_("模拟参演人员，不是真人")

InPlan = Annotated[Path, typer.Option("--plan", help=N_("预案：工作簿、YAML 文件夹"))]
Out = Annotated[
    Path | None, typer.Option(help=N_("报告写到哪个文件夹；默认 out/drill"))
]
Runs = Annotated[int, typer.Option(min=10, help=N_("每个延误推演多少对"))]
Seed = Annotated[int, typer.Option(help=N_("随机数种子"))]
Verify = Annotated[
    Path | None,
    typer.Option(help=N_("复演：上次的 review.json，过了关的整改项就此关闭")),
]
AsJson = Annotated[bool, typer.Option("--json", help=N_("输出 JSON"))]


def register(drill: typer.Typer) -> None:
    """Add the commands to those of ``bihuan drill``."""
    drill.command("run", help=N_("模拟参演人员走一遍脚本，评估、计价、写报告"))(run)
    drill.command("evaluate", help=N_("评估一份演练记录，计价、写报告"))(evaluate)
    drill.command("report", help=N_("从 review.json 重写报告"))(report)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What ``bihuan drill run`` answers: one comparison for each scene."""

    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What ``bihuan drill evaluate`` answers."""

    review: Review


def run(
    scenes: Annotated[
        list[Path],
        typer.Argument(
            metavar="SCENE...", help=N_("演练脚本：.yaml 或 .xlsx 事件清单")
        ),
    ],
    plan: InPlan,
    school: Annotated[
        list[str] | None,
        typer.Option(help=N_("只演这所学校（名称或代码，可重复）")),
    ] = None,
    players: Annotated[
        str, typer.Option(help=N_("参演人员：trained、ordinary、unprepared"))
    ] = "ordinary",
    runs: Runs = 10_000,
    seed: Seed = 1,
    out: Out = None,
    verify: Verify = None,
    json: AsJson = False,
) -> None:
    """Play scenes through with simulated players, judge them, write the papers."""
    from bihuan.loop.drill import run as carry_out

    profile = _profile(players)
    scripts = [(path, usable_scene(path)) for path in scenes]
    whole = _whole(plan)
    codes = schools_asked(whole, school or [])
    before = _before(verify)
    done, files = [], []
    for path, scene in scripts:
        ground = _ground(whole, scene, runs, seed)
        with _bar(_("演练 {scene}", scene=scene.title)) as progress:
            exercise = _exercise(scene, codes, ground, progress)
            found = carry_out(exercise, profile)
        found = _verified(found, before)
        done.append(found)
        if out or not json:
            files += _write(found, _folder(out, path.stem, many=len(scripts) > 1))
    if json:
        _answer("drill-run", Ran(comparisons=tuple(done)))
    for found in done:
        _tell(found, quiet=json)
    _list(files, quiet=json)


def evaluate(
    scene: Annotated[
        Path,
        typer.Argument(metavar="SCENE", help=N_("演练脚本：.yaml 或 .xlsx 事件清单")),
    ],
    log: Annotated[
        Path, typer.Argument(metavar="LOG", help=N_("演练记录：.xlsx 或 .yaml"))
    ],
    plan: InPlan,
    school: Annotated[str, typer.Option(help=N_("在哪所学校（代码或名称）"))],
    runs: Runs = 10_000,
    seed: Seed = 1,
    out: Out = None,
    verify: Verify = None,
    json: AsJson = False,
) -> None:
    """Judge the log of a drill, price it, write the papers."""
    from bihuan.drill.readlog import read_log
    from bihuan.loop.drill import judge

    script, whole = usable_scene(scene), _whole(plan)
    (code,) = schools_asked(whole, [school])
    read, problems = read_log(log, script, whole, code)
    for problem in problems:
        typer.echo(str(problem), err=True)
    if read is None or any(errors(problems)):
        raise typer.Exit(REFUSED)
    ground = _ground(whole, script, runs, seed)
    with _bar(_("评估 {scene}", scene=script.title)) as progress:
        found = judge(_exercise(script, (code,), ground, progress), [read])
    found = _verified(found, _before(verify))
    files = _write(found, _folder(out, log.stem)) if out or not json else []
    if json:
        _answer("drill-evaluate", Judged(review=found.reviews[0]))
    _tell(found, quiet=json)
    _list(files, quiet=json)


def report(
    review: Annotated[
        Path,
        typer.Argument(
            metavar="REVIEW", help=N_("bihuan drill run 写出的 review.json")
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help=N_("报告写到哪个文件夹；默认同一文件夹"))
    ] = None,
) -> None:
    """Write the papers of a kept review again, in the language asked for."""
    from bihuan.cli.kept import load_review

    _list(_papers(load_review(review), out or review.parent), quiet=False)


# --- what is asked --------------------------------------------------------------------


def _profile(name: str) -> Any:
    from bihuan.drill.play import profiles

    if name not in profiles():
        raise typer.TyperException(
            _(
                "没有参演人员「{name}」；可选：{names}",
                name=name,
                names="、".join(profiles()),
            )
        )
    return profiles()[name]


def _whole(path: Path) -> Plan:
    """A plan that can be used, with what it leaves open filled in."""
    from bihuan.cli.plan import usable
    from bihuan.plan.defaults import complete

    return complete(usable(path))[0]


def _ground(plan: Plan, scene: Scene, runs: int, seed: int) -> Any:
    """The ground of a scene's prices; beta is that of the whole district."""
    from bihuan.loop.price import Ground
    from bihuan.outbreak.calibrate import beta_for
    from bihuan.outbreak.disease import NAMES, disease

    known = scene.disease in NAMES
    if not known:
        typer.echo(
            _(
                "推演没有病原体「{name}」的模型：照演、照评，不计价。",
                name=scene.disease,
            ),
            err=True,
        )
    ill = disease(scene.disease) if known else None
    beta = beta_for(plan, schools_asked(plan, ()), ill) if ill else 0.0
    return Ground(plan=plan, disease=ill, beta=beta, runs=runs, seed=seed)


def _exercise(
    scene: Scene,
    schools: tuple[SchoolCode, ...],
    ground: Any,
    progress: Callable[[int, int], None],
) -> Any:
    from bihuan.loop.drill import Exercise

    return Exercise(scene=scene, schools=schools, ground=ground, progress=progress)


def _bar(what: str) -> Any:
    from bihuan.cli.progress import bar

    return bar(what)


def _before(path: Path | None) -> Comparison | None:
    from bihuan.cli.kept import load_review

    return load_review(path) if path is not None else None


def _verified(found: Comparison, before: Comparison | None) -> Comparison:
    """The reviews with the corrections of an earlier drill, closed where they passed."""
    from bihuan.loop.drill import carried

    if before is None:
        return found
    old = {r.evaluation.school: r for r in before.reviews}
    return replace(
        found,
        reviews=tuple(
            carried(r, old[r.evaluation.school]) if r.evaluation.school in old else r
            for r in found.reviews
        ),
    )


# --- what is answered -----------------------------------------------------------------


def _folder(out: Path | None, name: str, *, many: bool = False) -> Path:
    if out is None:
        return Path("out") / "drill" / name
    return out / name if many else out


def _write(found: Comparison, folder: Path) -> list[Path]:
    """The papers of a comparison, and what is kept of it."""
    from bihuan.cli.kept import save_review

    kept = save_review(found, folder)
    return [*_papers(found, folder), kept]


def _papers(found: Comparison, folder: Path) -> list[Path]:
    """The papers of a comparison, of a single school its own."""
    from bihuan.report.drill import write

    whole = found if len(found.reviews) > 1 else found.reviews[0]
    return [*write(whole, folder, lang=language())]


def _answer(command: str, value: Ran | Judged) -> None:
    from bihuan.cli.values import plain

    answer(command, plain(value))


def _tell(found: Comparison, *, quiet: bool) -> None:
    """The shortest summary that helps: schools, not persons."""
    console = Console(stderr=quiet, highlight=False)
    scene = found.reviews[0].evaluation.scene
    table = Table(title=f"{scene.title}（{_(scene.notice.label)}）")
    for head in (
        _("学校"),
        _("总分（90% 区间）"),
        _("按时"),
        _("超时"),
        _("没做"),
        _("要改"),
        _("已关闭"),
    ):
        table.add_column(head)
    for review in found.reviews:
        table.add_row(*_row(review))
    console.print(table)
    if any(review.evaluation.log.played for review in found.reviews):
        console.print(_(SIMULATED))
    if order := _order(found):
        console.print(order)
    console.print(_(BLAME))


def _row(review: Review) -> tuple[str, ...]:
    e = review.evaluation
    total = e.total
    states = [m.state for m in e.marks]
    closed = sum(c.verified for c in review.corrections)
    return (
        e.school_name,
        f"{total.value:.2f} ({total.low:.2f}–{total.high:.2f})"
        if total
        else _("未充分检验"),
        *(str(states.count(s)) for s in (State.ON_TIME, State.LATE, State.NEVER)),
        str(len(review.corrections) - closed),
        str(closed),
    )


def _order(found: Comparison) -> str:
    """The order of schools where there is one."""
    names = {r.evaluation.school: r.evaluation.school_name for r in found.reviews}
    if len(found.order) < 2:  # noqa: PLR2004  # one tier is no order
        return _("差异不显著，不排名") if len(found.reviews) > 1 else ""
    tiers = ("、".join(names[code] for code in tier) for tier in found.order)
    return " > ".join(tiers)


def _list(files: Sequence[Path], *, quiet: bool) -> None:
    console = Console(stderr=quiet, highlight=False)
    for path in files:
        console.print(str(path), soft_wrap=True)
