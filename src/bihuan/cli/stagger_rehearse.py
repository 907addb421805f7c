"""``bihuan stagger rehearse``: a school staggered against everybody at once, simulated."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from bihuan.base.wording import _
from bihuan.cli.stagger_run import DayAsked, disease_of
from bihuan.cli.stagger_told import read_calendar
from bihuan.loop.slots import Compared, compare
from bihuan.outbreak.scenario import MODEL_VERSION
from bihuan.report.stagger.values import ToldDay


@dataclass(frozen=True, kw_only=True)
class RehearseTold:
    """The answer of ``bihuan stagger rehearse``; a scenario, not a forecast."""

    disease: str
    model: str
    """Version of the outbreak model."""
    slots_model: str
    """Version of the model of a day."""
    runs: int
    days: int
    seed: int
    rows: tuple[Compared, ...]


def rehearsed(asked: DayAsked, told: ToldDay, *, runs: int, days: int) -> RehearseTold:
    """Simulate a day's slots against no staggering, over the same random numbers."""
    rows = compare(
        asked.plan,
        (told.day,),
        disease_of(asked.disease),
        calendar=read_calendar(asked.kept).calendar if asked.kept else None,
        runs=runs,
        days=days,
        seed=asked.seed,
    )
    return RehearseTold(
        disease=asked.disease,
        model=MODEL_VERSION,
        slots_model=told.day.model,
        runs=runs,
        days=days,
        seed=asked.seed,
        rows=rows,
    )


def body(told: RehearseTold) -> dict[str, Any]:
    """The answer for a machine."""
    from bihuan.cli.values import plain

    whole: dict[str, Any] = plain(told)
    return whole


def tell(told: RehearseTold) -> None:
    """A table with intervals, and what the numbers rest on."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(_table(told.rows), soft_wrap=False)
    first = told.rows[0]
    console.print(
        _(
            "早上在校门口平均等：错峰 {ours} 分钟，不错峰 {none} 分钟。",
            ours=f"{first.wait:.1f}",
            none=f"{first.wait_unstaggered:.1f}",
        )
    )
    console.print(
        _(
            "情景推演，非预测：{runs} 次成对模拟，{days} 天，括号内为 90% 区间，疫情模型 {model} 版，时段模型 {slots}，种子 {seed}。时段每个在校日都用；接触强度是假定值。",
            runs=told.runs,
            days=told.days,
            model=told.model,
            slots=told.slots_model,
            seed=told.seed,
        )
    )


def _table(rows: Sequence[Compared]) -> Table:
    from bihuan.report import wording

    table = Table()
    for head in (_("情景"), _("错峰后感染（人）"), _("不错峰感染（人）"), _("相差")):
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(
            wording.question(row.question),
            wording.words(row.staggered),
            wording.words(row.unstaggered),
            wording.words(row.size, wording.PERSONS),
        )
    return table
