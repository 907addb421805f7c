"""A progress bar over runs of the engine."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from bihuan.base.wording import _


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error; silent where that is not a terminal."""
    from bihuan.outbreak.simulate import compiled

    console = Console(file=sys.stderr)
    if not compiled():
        console.print(_("第一次运行要先编译推演引擎，约半分钟；以后不用。"))
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as shown:
        task = shown.add_task(what, total=None)

        def hear(done: int, whole: int) -> None:
            shown.update(task, completed=done, total=whole)

        yield hear


@contextmanager
def clocked(what: str, seconds: float) -> Iterator[Callable[[Any], None]]:
    """A search against its clock: what it is at, how near to the best there can be."""
    console = Console(file=sys.stderr)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as shown:
        limit = _("{what}（最多 {seconds} 秒）", what=what, seconds=f"{seconds:g}")
        task = shown.add_task(limit, total=seconds)

        def hear(stands: Any) -> None:
            """How far a search has come, as `stagger.calendar.progress` tells it."""
            said = f"{limit} {_(stands.step.label)}"
            if stands.gap is not None:
                said = _("{what}：差距 {gap}", what=said, gap=f"{stands.gap:.2%}")
            shown.update(task, description=said, completed=stands.seconds)

        yield hear
