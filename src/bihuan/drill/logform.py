"""The papers of a drill's day: the form of its log, the evaluators' sheets, a log as YAML."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from bihuan.base.ids import SchoolCode
from bihuan.base.units import Minutes
from bihuan.base.wording import N_, SOURCE, _, speak
from bihuan.drill import logcolumns, times
from bihuan.drill.bind import Bound, bind
from bihuan.drill.load import put
from bihuan.drill.logcolumns import LOG_FORMAT, Medium
from bihuan.drill.marks import Entry, Log, Rating
from bihuan.drill.msel_workbook import FIRST, Pen
from bihuan.drill.msel_yaml import Line, Pairs, dump
from bihuan.drill.readlog import INDEX, SECONDARY, read_log
from bihuan.drill.script import Expected, Inject, Objective, Scene
from bihuan.drill.timeline import planned
from bihuan.plan.load.cells import show_word
from bihuan.plan.plan import Plan
from bihuan.plan.save import whole
from bihuan.plan.words import Post

__all__ = ["read_log", "save_log", "write_form"]

BLAME: Final = N_("演练数据不得用于追责和考核")
EMPTY_ROWS: Final = 60
"""Rows of the contact list that have their borders on paper."""


def write_form(
    scene: Scene, plan: Plan, school: SchoolCode, path: Path, *, lang: str = SOURCE
) -> None:
    """Write the empty log of a drill at a school, and a sheet for each objective."""
    with speak(lang), whole(path) as part:
        book = Workbook(
            str(part), {"strings_to_formulas": False, "strings_to_urls": False}
        )
        made = scene.start.replace(tzinfo=None, hour=0, minute=0, second=0)
        book.set_properties({"created": made, "comments": LOG_FORMAT})
        form = _Form(scene, plan, school, Pen(book))
        form.write()
        form.pen.close()


class _Form:
    """Writes the sheets of one form."""

    def __init__(self, scene: Scene, plan: Plan, school: SchoolCode, pen: Pen) -> None:
        self.scene, self.school, self.pen = scene, school, pen
        self.name = plan.by_code[school].name
        self.bound = bind(scene, plan, school)
        self.times = planned(scene)

    def write(self) -> None:
        """All sheets in their order."""
        for sheet in logcolumns.LOG_SHEETS:
            rows = [*self._rows(sheet.table)]
            spare = EMPTY_ROWS if sheet is logcolumns.LISTED else 0
            page = self.pen.open_sheet(sheet, max(len(rows), spare))
            for r, row in enumerate(rows, start=FIRST):
                for n, column in enumerate(sheet.columns):
                    self.pen.write_cell(page, (r, n), row.get(column.name))
        for objective in self.scene.objectives:
            self._evaluation(objective)

    def _rows(self, table: str) -> Iterator[dict[str, Any]]:
        """What is known before the day."""
        if table == "log":
            day = self.scene.start.date().isoformat()
            source = show_word(Medium.LIVE)
            yield {
                "scene": self.scene.id,
                "school": self.school,
                "source": source,
                "day": day,
            }
        if table == "releases":
            yield from ({"inject": inject.id} for inject in self.scene.injects)
        if table == "actions":
            for _inject, expected in self.scene.expected():
                person, _deputy = self.bound.get(expected.by, ("", ""))
                hint = (expected.act, _(expected.by.label), self._limit(expected))
                yield {
                    "action": expected.id,
                    "person": person or None,
                    "hint": " · ".join(hint),
                }

    def _limit(self, expected: Expected) -> str:
        standard = self.scene.standard(expected.standard)
        if standard is None:
            return _("看质量")
        said = _("目标 {target} 分，{fail} 分不得分（{source}）")
        return said.format(
            target=times.show_span(standard.target),
            fail=times.show_span(standard.fail),
            source=_(standard.source_class.label),
        )

    # --- the evaluators' sheets ----------------------------------------------------

    def _evaluation(self, objective: Objective) -> None:
        """A sheet to print: what to look at for one objective."""
        asked = [
            (inject, expected)
            for inject, expected in self.scene.expected()
            if (expected.objective or inject.objective) == objective.id
        ]
        if not asked:
            return
        page = self.pen.book.add_worksheet(
            _("评估表 {id}").format(id=objective.id)[:31]
        )
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.5, right=0.5)
        page.set_footer(f"&C{_(BLAME)}&R&P/&N")
        self._head(page, objective)
        self._asked(page, asked)

    def _head(self, page: Worksheet, objective: Objective) -> None:
        last = len(_COLUMNS) - 1
        places = "、".join(_(place.label) for place in objective.in_place)
        lines = (
            (_("演练评估表（演练）"), "title"),
            (f"{self.name} · {self.scene.title} · {self.scene.start:%Y-%m-%d %H:%M}", "wrapped"),
            (_("目标 {id}：{text}（{places}）").format(id=objective.id, text=objective.text, places=places), "wrapped"),
            (_("评估人员（外校）：＿＿＿＿＿＿　单位：＿＿＿＿＿＿　签字：＿＿＿＿＿＿"), "wrapped"),
            (_(BLAME), "note"),
        )  # fmt: skip
        for r, (text, look) in enumerate(lines):
            page.merge_range(r, 0, r, last, text, self.pen.formats[look])
        for n, (heading, width) in enumerate(_COLUMNS):
            page.write_string(len(lines), n, _(heading), self.pen.formats["header"])
            page.set_column(n, n, width)
        page.repeat_rows(len(lines))

    def _asked(self, page: Worksheet, asked: list[tuple[Inject, Expected]]) -> None:
        first = 6
        for r, (inject, expected) in enumerate(asked, start=first):
            cells = (
                expected.id,
                f"{'★' if expected.critical else ''}{expected.act}",
                f"{inject.id} {self._at(inject)}",
                _who(expected.by, self.bound.get(expected.by)),
                self._limit(expected),
                "、".join(expected.evidence),
            )
            for n, text in enumerate(cells):
                page.write_string(r, n, text, self.pen.formats["wrapped"])
            for n in range(len(cells), len(_COLUMNS)):
                page.write_blank(r, n, None, self.pen.formats["wrapped"])
            page.set_row(r, 42)
        legend = "　".join(f"{rating.value} {_(rating.label)}" for rating in Rating)
        last = first + len(asked)
        page.merge_range(
            last, 0, last, len(_COLUMNS) - 1, legend, self.pen.formats["wrapped"]
        )

    def _at(self, inject: Inject) -> str:
        at = self.times[inject.id]
        return _("手动") if at is None else times.show_moment(at)


_COLUMNS: Final = (
    (N_("编号"), 9),
    (N_("预期处置"), 34),
    (N_("情景"), 13),
    (N_("岗位"), 22),
    (N_("时限"), 22),
    (N_("证据"), 14),
    (N_("收到"), 8),
    (N_("开始"), 8),
    (N_("完成"), 8),
    (N_("评级"), 7),
    (N_("看到什么"), 34),
)


def _who(post: Post, bound: Bound | None) -> str:
    """The post and its person."""
    return f"{_(post.label)} {bound[0] if bound else ''}".strip()


# --- a log as YAML ----------------------------------------------------------------------


def save_log(log: Log, path: Path) -> None:
    """Write a log as YAML, its times in minutes from the log's own zero."""
    with speak(SOURCE):
        body = {"format": LOG_FORMAT, **_told(log)}
        put(path, dump(body).encode())


def _told(log: Log) -> dict[str, Any]:
    medium = next((m for m in Medium if m.value == log.source), Medium.PAPER)
    video = medium is Medium.VIDEO
    told: dict[str, Any] = {"scene": log.scene, "school": str(log.school)}
    told["source"] = show_word(medium)
    told |= {"played": True} if log.played else {}
    told |= {"drawn": True} if log.truth.drawn else {}
    told["clock"] = [
        _line(
            wall=_at(e.wall, video=video),
            kind=show_word(e.kind),
            value=e.value,
            by=e.by,
        )
        for e in log.clock
    ]
    entries = log.entries
    told["releases"] = [
        _release(e, video=video) for e in entries if e.inject and not e.action
    ]
    told["actions"] = [_action(e, video=video) for e in entries if e.action]
    told["truth"] = _truth(log)
    return {key: value for key, value in told.items() if value not in ([], "")}


def _line(**values: Any) -> Pairs:
    return Pairs({k: v for k, v in values.items() if v not in (None, "", 0.0, ())})


def _at(wall: float, *, video: bool) -> str:
    """A wall time as it is read back: minutes from zero, of a video a time code."""
    minutes = Minutes(wall)
    return shown_code(minutes) if video else times.show_moment(minutes)


def shown_code(minutes: float) -> str:
    """mm:ss of a video."""
    whole_, rest = divmod(round(minutes * 60 * 1000), 60_000)
    seconds = f"{rest / 1000:06.3f}".rstrip("0").rstrip(".")
    return f"{whole_}:{seconds.zfill(2)}"


def _release(entry: Entry, *, video: bool) -> Pairs:
    return _line(
        inject=entry.inject,
        wall=_at(entry.wall, video=video),
        skipped=entry.waived,
        note=entry.note,
    )


def _action(entry: Entry, *, video: bool) -> Pairs:
    done: Any = None if entry.waived else _at(entry.wall, video=video)
    stamps = {
        key: None if stamp is None else _at(stamp, video=video)
        for key, stamp in (("received", entry.received), ("started", entry.started))
    }
    return _line(
        action=entry.action,
        person=str(entry.person),
        **stamps,
        done=True if entry.untimed else done,
        rating=entry.rating.value if entry.rating else None,
        rater=entry.rater,
        second_rating=entry.second_rating.value if entry.second_rating else None,
        second_rater=entry.second_rater,
        evidence=entry.evidence,
        listed=Line(map(str, entry.listed)) if entry.listed else None,
        rectified=entry.rectified,
        waived=entry.waived,
        note=entry.note,
    )


def _truth(log: Log) -> list[Pairs]:
    truth = log.truth
    rows = [
        (INDEX, (truth.index,) if truth.index else ()),
        (SECONDARY, truth.secondary),
    ]
    rows += [(setting, persons) for setting, persons in truth.contacts]
    return [
        Pairs(what=what, persons=Line(map(str, persons)))
        for what, persons in rows
        if persons
    ]
