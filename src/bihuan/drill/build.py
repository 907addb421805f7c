"""From the rows of a file to a script; a bad cell is told and building goes on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bihuan.base.problems import Problem, error, errors, warning
from bihuan.base.units import Minutes, Share
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.drill import columns, times
from bihuan.drill.script import (
    Basis,
    Expected,
    Inject,
    Jump,
    Measure,
    Objective,
    Scene,
    Source,
    SourceClass,
    Standard,
    When,
)
from bihuan.drill.written import Places, Reader, Written
from bihuan.plan.load.cells import BadCell, canonical_code, spellings_of
from bihuan.plan.load.headers import Sheet
from bihuan.plan.load.rows import Row
from bihuan.plan.names import folded
from bihuan.plan.words import InPlace

NO_START: Final = error(
    "D023",
    N_("没有写演练开始的日期和时间。"),
    N_("请填「{column}」，如 2020-03-28 07:00。"),
)
BEFORE_START: Final = error(
    "D024",
    N_("「{column}」填的是「{came}」，在演练开始（{start}）以前。"),
    N_("请改时间，或改演练开始时间。"),
)
ASSUMED_LIMIT: Final = warning(
    "D025",
    N_("时限写的是「{came}」，不是时限表的代码；按目标 {target} 分钟、{fail} 分钟不得分处理。"),
    N_("请在时限表中写明目标、不得分时间、来源类别和来源。"),
)  # fmt: skip

TOO_MANY: Final = error(
    "D016",
    N_("情景超过 {high} 个，后面的没有读。"),
    N_("请把演练分成几份脚本；一次演练通常不到 20 个情景。"),
)

MOST_INJECTS: Final = 300
ASSUMED_SOURCE: Final = "事件清单只写了一个时限，未写来源；按目标处理，两倍时间不得分"
"""Source of a standard that a hand-made chronogram only gives minutes of."""
STAND_IN: Final = datetime(2020, 1, 1)  # noqa: DTZ001  # a school's own clock


@dataclass(frozen=True)
class Loaded:
    """A script as read: None if an error kept it from use.

    `draft` is what could be read all the same, so that lint can tell all at once;
    `places` say where its parts stand.
    """

    scene: Scene | None
    problems: tuple[Problem, ...] = ()
    draft: Scene | None = None
    places: Places | None = None


def build(written: Written, heard: list[Problem]) -> Loaded:
    """A script from the rows of a file."""
    draft, places = _Builder(written, heard).scene()
    told = tuple(heard)
    wrong = any(errors(told))
    return Loaded(None if wrong else draft, told, draft, places)


class _Builder:
    """Puts a script together, part by part."""

    def __init__(self, written: Written, heard: list[Problem]) -> None:
        self._written = written
        self._reader = Reader(heard)
        self._heard = heard
        self._start = STAND_IN
        self._objectives: list[Objective] = []
        self._standards: list[Standard] = []

    def scene(self) -> tuple[Scene, Places]:
        """The whole script."""
        told = self._told()
        self._objectives = [Objective(**row) for row in self._rows(columns.OBJECTIVES)]
        self._standards = [Standard(**row) for row in self._rows(columns.STANDARDS)]
        injects = self._injects()
        jumps = [
            Jump(after=row["after"], to=self._minutes(row["to"], columns.JUMPS, n))
            for n, row in enumerate(self._rows(columns.JUMPS))
        ]
        scene = Scene(
            **told,
            basis=tuple(Basis(**row) for row in self._rows(columns.BASIS)),
            objectives=tuple(self._objectives),
            standards=tuple(self._standards),
            injects=injects,
            jumps=tuple(jumps),
            stop_rules=tuple(row["text"] for row in self._rows(columns.STOP_RULES)),
        )
        return scene, self._reader.places

    def _rows(self, sheet: Sheet) -> Iterator[dict[str, Any]]:
        for n, row in enumerate(self._written.tables.get(sheet.table, [])):
            yield self._reader.values(sheet, row, n)

    def _told(self) -> dict[str, Any]:
        """What is said of a script once."""
        rows = self._written.tables.get("scene", [])
        row = rows[0] if rows else Row(Where(self._written.file), {})
        before = len(self._heard)
        told = self._reader.values(columns.SCENE, row, 0)
        if told["start"] is None:  # said in words of its own
            where = row.cells["start"].where if "start" in row.cells else row.where
            if any(p.where == where and p.code == "P110" for p in self._heard[before:]):
                self._heard[before:] = [
                    p for p in self._heard[before:] if p.code != "P110"
                ]
                label = columns.SCENE.column("start").label
                self._heard.append(NO_START.at(where, column=label))
            told["start"] = STAND_IN
        told["id"] = told["id"] or canonical_code(self._written.stem)
        told["title"] = told["title"] or self._written.stem
        self._start = told["start"]
        return told

    def _minutes(self, moment: times.Moment, sheet: Sheet, n: int) -> Minutes:
        """Minutes after the start of a time as written."""
        minutes = moment.after(self._start)
        if 0 <= minutes <= times.LONGEST:
            return minutes
        name = "at" if sheet.table == "injects" else "to"
        places = self._reader.places[sheet.table, n]
        words = {
            "column": sheet.column(name).label,
            "came": f"{moment.date or ''} {moment.clock or ''}".strip(),
            "start": times.show_start(self._start),
        }
        self._heard.append(BEFORE_START.at(places.get(name, places[""]), **words))
        return Minutes(0.0)

    def _injects(self) -> tuple[Inject, ...]:
        ids = {r.cells["id"].raw for r in self._injects_written() if "id" in r.cells}
        done: list[Inject] = []
        numbers = iter(range(sum(map(len, self._written.expected))))
        for n, row in enumerate(self._rows(columns.INJECTS)):
            if n == MOST_INJECTS:
                where = self._reader.places["injects", n][""]
                self._heard.append(TOO_MANY.at(where, high=MOST_INJECTS))
                break
            row["id"] = row["id"] or _free(f"E{n + 1}", ids)
            expected = self._expected(row["id"], self._written.expected[n], numbers)
            done.append(self._inject(row, n, expected))
        return tuple(done)

    def _injects_written(self) -> list[Row]:
        return self._written.tables.get("injects", [])

    def _inject(
        self, row: dict[str, Any], n: int, expected: tuple[Expected, ...]
    ) -> Inject:
        at = row["at"]
        return Inject(
            id=row["id"],
            title=row["title"],
            text=row["text"],
            when=When(
                at=None if at is None else self._minutes(at, columns.INJECTS, n),
                **{name: row[name] for name in _WHEN},
            ),
            to=row["to"],
            kind=row["kind"],
            channel=row["channel"],
            manual=row["manual"],
            source=_source(row),
            objective=self._objective(row["objective"]),
            expected=expected,
            feeds=tuple(_pair(feed) for feed in row["feeds"]),
        )

    def _expected(
        self, inject: str, rows: list[Row], numbers: Iterator[int]
    ) -> tuple[Expected, ...]:
        """The actions of an inject; `numbers` count them over the whole script."""
        done = []
        for k, row in enumerate(rows, start=1):
            n = next(numbers)
            told = self._reader.values(columns.EXPECTED, row, n)
            done.append(
                Expected(
                    id=told["action"] or f"{inject}-{k}",
                    act=told["act"],
                    by=told["by"],
                    standard=self._standard(told["within"], n),
                    critical=told["critical"],
                    evidence=told["evidence"],
                    objective=self._objective(told["serves"]),
                    measure=_measure(told["recall"], told["precision"]),
                )
            )
        return tuple(done)

    def _objective(self, said: str) -> str:
        """The id of an objective: by its id, its text, or one of the seven in place."""
        known = {o.id for o in self._objectives}
        if not said or said in known:
            return said
        for objective in self._objectives:
            if folded(objective.text) == folded(said):
                return objective.id
        place = spellings_of(InPlace).get(folded(said).removesuffix("到位"))
        if not isinstance(place, InPlace):
            return said
        if place.value not in known:
            text = place.label
            made = Objective(id=place.value, text=text, in_place=(place,))
            self._objectives.append(made)
        return place.value

    def _standard(self, said: str, n: int) -> str:
        """The key of a standard; minutes of a hand-made chronogram make a target."""
        if not said or any(s.key == said for s in self._standards):
            return said
        try:
            target = times.span(said, "")
        except BadCell:
            return said
        fail = Minutes(2 * target)
        made = Standard(
            key=f"within-{times.show_span(target)}",
            target=target,
            fail=fail,
            source_class=SourceClass.TARGET,
            source=ASSUMED_SOURCE,
        )
        if all(s.key != made.key for s in self._standards):
            self._standards.append(made)
        where = self._reader.places["expected", n]
        words = {"target": times.show_span(target), "fail": times.show_span(fail)}
        told = ASSUMED_LIMIT.at(where.get("within", where[""]), came=said, **words)
        self._heard.append(told)
        return made.key


_WHEN: Final = ("after", "delay", "late_by", "unless_late", "recall_below")


def _free(wanted: str, taken: set[Any]) -> str:
    """An id that nothing has yet."""
    while wanted in taken:
        wanted += "'"
    taken.add(wanted)
    return wanted


def _source(row: dict[str, Any]) -> Source | None:
    if row["draw"] is None:
        return None
    names = ("draw", "settings", "within_hours", "scripted_if_none")
    return Source(**{name: row[name] for name in names})


def _measure(recall: Share | None, precision: Share | None) -> Measure | None:
    """How a list is measured; what is not asked for is asked for at nothing."""
    if recall is None and precision is None:
        return None
    return Measure(recall=recall or Share(0.0), precision=precision or Share(0.0))


def _pair(feed: str) -> tuple[str, str]:
    fed, _mark, measured = feed.partition("=")
    return fed, measured
