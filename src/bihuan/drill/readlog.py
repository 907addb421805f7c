"""The log of a real drill, or of a video of one, from Excel or YAML."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from bihuan.base.ids import PersonId, SchoolCode
from bihuan.base.problems import Problem, error, errors, warning
from bihuan.base.units import Minutes
from bihuan.base.where import Where
from bihuan.base.wording import N_, _
from bihuan.drill import clock, logcolumns, times
from bihuan.drill.bind import bind
from bihuan.drill.load import ENDING, NO_FILE, UNREADABLE, WORKBOOK, YAML
from bihuan.drill.logcolumns import Medium
from bihuan.drill.marks import ClockEvent, ClockKind, Entry, Log, Truth
from bihuan.drill.msel_workbook import TWICE_SHEET
from bihuan.drill.msel_yaml import Walk, check_format
from bihuan.drill.script import Expected, Inject, Scene
from bihuan.drill.written import Reader, empty, named
from bihuan.drill.yamltree import BadFile, read_tree
from bihuan.plan.load.cells import YES, BadCell, Raw, closest, spellings_of, text_of
from bihuan.plan.load.headers import Sheet
from bihuan.plan.load.package import Refused
from bihuan.plan.load.rows import Row
from bihuan.plan.load.workbook import open_book, read_table
from bihuan.plan.names import folded, plain
from bihuan.plan.plan import Plan
from bihuan.plan.populate import populate
from bihuan.plan.words import Setting

NO_LOG: Final = error(
    "D210",
    N_("没有演练记录的表；有：{came}。"),
    N_("请用 bihuan drill template 写出记录表，工作表名称不要改。"),
)
NO_INJECT: Final = error(
    "D211",
    N_("脚本里没有情景「{came}」；最接近的是「{closest}」。"),
    N_("改成脚本里的编号。"),
)
NO_ACTION: Final = error(
    "D212",
    N_("脚本里没有处置「{came}」；最接近的是「{closest}」。"),
    N_("改成脚本里的处置编号。"),
)
TWICE: Final = error(
    "D213",
    N_("「{came}」记了两行，第一行在 {first}。"),
    N_("只留一行；迟到的补正写在补正原因里。"),
)
WRONG_SCENE: Final = error(
    "D214",
    N_("记录写的脚本是「{came}」，这里按「{allowed}」评估。"),
    N_("请核对脚本，或改记录的脚本代码。"),
)
WRONG_SCHOOL: Final = error(
    "D215",
    N_("记录写的学校是「{came}」，这里评估的是「{allowed}」。"),
    N_("请核对学校，或改记录的学校代码。"),
)
BEFORE_RELEASE: Final = error(
    "D216",
    N_("处置「{name}」{came} 完成，比情景发出（{released}）还早。"),
    N_("请核对两个时间。"),
)
NOT_RELEASED: Final = error(
    "D217",
    N_("处置「{name}」做了，情景「{inject}」却没有发出时间。"),
    N_("在情景发出表里补上发出时间。"),
)
BEFORE_START: Final = error(
    "D218",
    N_("「{column}」填的是「{came}」，在演练开始（{start}）以前。"),
    N_("请核对时间；过了零点的写 次日 00:10。"),
)
AFTER_END: Final = warning(
    "D219",
    N_("「{name}」在演练结束以后（{came}），时间不作数。"),
    N_("请核对时间；确实在结束以后的，照实留着。"),
)
OUT_OF_ORDER: Final = error(
    "D220",
    N_("处置「{name}」的收到、开始、完成不是一个比一个晚：{came}。"),
    N_("请核对时间。"),
)
NO_PERSON: Final = warning(
    "D221",
    N_("学校没有人员「{came}」；最接近的是「{closest}」。"),
    N_("请核对编号；名单里写错的人按没有列到算。"),
)
ONE_RATER: Final = error(
    "D222",
    N_("处置「{name}」的两个评级都是「{came}」评的。"),
    N_("两个评级要由两个人各自评。"),
)
OWN_RATER: Final = error(
    "D223",
    N_("处置「{name}」由做事的人「{came}」自己评级。"),
    N_("评估人员不能是参演人员，请由外校人员评。"),
)
NO_CLOCK: Final = warning(
    "D224",
    N_("没有时钟记录，按 {start} 开始、没有暂停处理。"),
    N_("请在时钟表里写开始和结束。"),
)
WAIVED_DONE: Final = error(
    "D225",
    N_("处置「{name}」既写了完成，又写了不适用的原因。"),
    N_("只留一个。"),
)
LOOSE_LIST: Final = error(
    "D226",
    N_("处置「{name}」不是提交名单，却有一份名单。"),
    N_("把名单记在提交名单的处置下。"),
)
EMPTY_LIST: Final = warning(
    "D227",
    N_("处置「{name}」是提交名单，记录里没有名单，查全率按 0 算。"),
    N_("把学校交出的名单填到接触者名单表。"),
)
BAD_CODE: Final = error(
    "D228",
    N_("「{column}」填的是「{came}」，不是录像的时间码。"),
    N_("请填 分:秒，如 12:34；超过一小时填 1:02:34。"),
)
NO_SETTING: Final = error(
    "D229",
    N_("真值的「{came}」不是首例、续发，也不是接触的场景；最接近的是「{closest}」。"),
    N_("请填首例、续发，或寝室、餐桌这样的场景。"),
)
NOTHING_TOLD: Final = warning(
    "D230",
    N_("情景「{name}」既没有发出时间，也没有写没有发的原因，按没有发处理。"),
    N_("填发出时间，或填原因。"),
)

HOUR: Final = 60
DAY: Final = 1440
_NEAREST: Final = 50
"""Unknown codes for which the nearest known one is told."""
EVALUATION: Final = ("评估表", "EEG")
"""How the names of the evaluators' sheets begin; they are paper, nothing is read there."""

Tables = Mapping[str, list[Row]]


def read_log(
    path: Path, scene: Scene, plan: Plan, school: SchoolCode
) -> tuple[Log | None, tuple[Problem, ...]]:
    """The log of a school's drill; None: an error kept it from use."""
    heard: list[Problem] = []
    tables = _tables(path, heard)
    if tables is None:
        return None, tuple(heard)
    log = _Builder(tables, heard, path.name, scene, plan, school).log()
    told = tuple(dict.fromkeys(heard))
    return (None if any(errors(told)) else log), told


def _tables(path: Path, heard: list[Problem]) -> Tables | None:
    where, ending = Where(path.name), path.suffix.lower()
    if not path.exists():
        heard.append(NO_FILE.at(where))
    elif not path.is_file():
        heard.append(UNREADABLE.at(where, came=_("不是普通文件")))
    elif ending not in (*YAML, WORKBOOK):
        allowed = "、".join((*YAML, WORKBOOK))
        heard.append(ENDING.at(where, came=ending, allowed=allowed))
    else:
        return _opened(path, heard)
    return None


def _opened(path: Path, heard: list[Problem]) -> Tables | None:
    try:
        if path.suffix.lower() == WORKBOOK:
            return _of_workbook(path, heard)
        return _of_yaml(path, heard)
    except BadFile as bad:
        heard.append(bad.problem)
    except Refused as bad:
        heard.append(bad.kind.at(Where(path.name), **bad.words))
    except OSError as bad:
        heard.append(UNREADABLE.at(Where(path.name), came=bad.strerror or "?"))
    return None


def _of_workbook(path: Path, heard: list[Problem]) -> Tables | None:
    book = open_book(path)
    tables: dict[str, list[Row]] = {}
    sheets: dict[str, str] = {}
    for name in filter(book.filled, book.names):
        known = (s for s in logcolumns.LOG_SHEETS if folded(name) in s.known_as)
        sheet = next(known, None)
        if sheet is None or name.startswith(EVALUATION):
            continue
        if sheet.table in tables:
            words = {"came": name, "other": sheets[sheet.table]}
            heard.append(TWICE_SHEET.at(Where(path.name, name), **words))
            continue
        sheets[sheet.table] = name
        rows = read_table(sheet, book.page(name), heard).rows
        tables[sheet.table] = [r for r in named(sheet, [*rows]) if not empty(r)]
    if not {"log", "actions"} <= set(tables):
        heard.append(NO_LOG.at(Where(path.name), came="、".join(book.names[:9])))
        return None
    return tables


def _of_yaml(path: Path, heard: list[Problem]) -> Tables:
    root = read_tree(path)
    walk = Walk(path.name, heard)
    if wrong := check_format(walk, root, logcolumns.LOG_FORMAT):
        raise BadFile(wrong)
    lists = tuple(sheet.table for sheet in logcolumns.LOG_PARTS)
    head, nodes = walk.row("format", root, logcolumns.HEAD, but=("format", *lists))
    tables = {"log": [head]}
    for sheet in logcolumns.LOG_PARTS:
        if sheet.table in nodes:
            parts = walk.parts(sheet.table, nodes[sheet.table])
            tables[sheet.table] = [walk.row(sheet.table, p, sheet)[0] for p in parts]
    return tables


# --- times ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Wall:
    """How times of one log become minutes from a fixed zero."""

    video: bool
    day: dt.date
    begin: Minutes
    """The start, in minutes from midnight of the day; of a video 0."""
    zero: Minutes
    """What T+00:00 stands for."""
    longest: float

    def minutes(self, raw: Raw, column: str) -> Minutes:
        """Minutes of a time as written."""
        if self.video:
            return time_code(raw, column)
        moment = times.moment(raw, column)
        if moment.minutes is not None:
            return Minutes(self.zero + moment.minutes)
        return self._of_clock(moment)

    def _of_clock(self, moment: times.Moment) -> Minutes:
        midnight = dt.datetime.combine(self.day, dt.time())
        minutes = moment.after(midnight)
        told = moment.date is not None or moment.days
        later = minutes + DAY
        past = self.begin - minutes > HOUR and later - self.begin <= self.longest
        return Minutes(later) if past and not told else minutes


_CODE: Final = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{1,2}(?:\.\d{1,3})?)")


def time_code(raw: Raw, column: str) -> Minutes:
    """Minutes of a time code mm:ss or h:mm:ss; Excel takes 12:34 for hours and minutes."""
    bad = BadCell(BAD_CODE, column=column, came=text_of(raw))
    if isinstance(raw, dt.time):
        if raw.second:
            return Minutes(raw.hour * HOUR + raw.minute + raw.second / HOUR)
        return Minutes(raw.hour + raw.minute / HOUR)
    if isinstance(raw, dt.timedelta):
        return Minutes(raw.total_seconds() / HOUR / HOUR)
    text = plain(unicodedata.normalize("NFKC", text_of(raw)))
    match = _CODE.fullmatch(text)
    if not match or float(match[3]) >= HOUR:
        raise bad
    return Minutes(int(match[1] or 0) * HOUR + int(match[2]) + float(match[3]) / HOUR)


def _begin(raw: Raw, day: dt.date, usual: Minutes) -> tuple[Minutes, Minutes]:
    """The start and what T+00:00 stands for, from the first time of the clock's log."""
    try:
        moment = times.moment(raw, "")
    except BadCell:
        return usual, usual
    if moment.minutes is not None:
        return moment.minutes, Minutes(0.0)
    begin = moment.after(dt.datetime.combine(day, dt.time()))
    return begin, begin


# --- rows to a log ----------------------------------------------------------------------


@dataclass
class _Builder:
    """Puts a log together and says what does not fit the script or the school."""

    tables: Tables
    heard: list[Problem]
    file: str
    scene: Scene
    plan: Plan
    school: SchoolCode
    reader: Reader = field(init=False)
    unknown: int = 0

    def __post_init__(self) -> None:
        self.reader = Reader(self.heard)

    def log(self) -> Log:
        """The whole log."""
        head = self._head()
        wall = self._wall(head)
        events = self._clock(wall)
        releases = self._releases(wall)
        done = self._actions(wall, releases, events)
        entries = (*releases.values(), *done)
        return Log(
            scene=self.scene.id,
            school=self.school,
            clock=events,
            entries=tuple(sorted(entries, key=lambda e: e.wall)),
            truth=self._truth(drawn=head["drawn"]),
            played=head["played"],
            source=head["source"].value,
        )

    def _rows(self, sheet: Sheet) -> Iterator[tuple[int, dict[str, Any]]]:
        for n, row in enumerate(self.tables.get(sheet.table, [])):
            yield n, self.reader.values(sheet, row, n)

    def _where(self, table: str, n: int, key: str = "") -> Where:
        cells = self.reader.places.get((table, n), {})
        return cells.get(key) or cells.get("") or Where(self.file)

    def _head(self) -> dict[str, Any]:
        rows = self.tables.get("log") or [Row(Where(self.file), {})]
        head = self.reader.values(logcolumns.HEAD, rows[0], 0)
        if head["scene"] and head["scene"] != self.scene.id:
            words = {"came": head["scene"], "allowed": self.scene.id}
            self.heard.append(WRONG_SCENE.at(self._where("log", 0, "scene"), **words))
        known = self.plan.by_code.get(self.school)
        names = {self.school, known.name if known else self.school}
        if head["school"] and head["school"] not in names:
            words = {"came": head["school"], "allowed": self.school}
            where = self._where("log", 0, "school")
            self.heard.append(WRONG_SCHOOL.at(where, **words))
        return head

    # --- clock -----------------------------------------------------------------------

    def _wall(self, head: dict[str, Any]) -> _Wall:
        """How times are read: from the start, the day and whether it is a video."""
        start = self.scene.start.replace(tzinfo=None)
        day = head["day"] or start.date()
        video = head["source"] is Medium.VIDEO
        begin = Minutes(start.hour * HOUR + start.minute + start.second / HOUR)
        begin = zero = Minutes(0.0) if video else begin
        rows = self.tables.get("clock", [])
        raw = rows[0].cells["wall"].raw if rows and "wall" in rows[0].cells else None
        if raw is not None and not video:
            begin, zero = _begin(raw, day, begin)
        longest = self.scene.max_hours * HOUR
        return _Wall(video=video, day=day, begin=begin, zero=zero, longest=longest)

    def _time(
        self, wall: _Wall, sheet: Sheet, n: int, key: str, raw: Raw
    ) -> Minutes | None:
        """Minutes of a cell; told where it cannot be read or lies before the start."""
        where, column = self._where(sheet.table, n, key), sheet.column(key).label
        try:
            minutes = wall.minutes(raw, column)
        except BadCell as bad:
            self.heard.append(bad.kind.at(where, **bad.words))
            return None
        if minutes < wall.begin:
            words = {"came": text_of(raw), "start": _shown(wall, wall.begin)}
            self.heard.append(BEFORE_START.at(where, column=column, **words))
        return minutes

    def _clock(self, wall: _Wall) -> tuple[ClockEvent, ...]:
        events, places = [], []
        for n, row in self._rows(logcolumns.CLOCK):
            at = self._time(wall, logcolumns.CLOCK, n, "wall", row["wall"])
            if at is not None:
                told = {name: row[name] for name in ("kind", "value", "by")}
                events.append(ClockEvent(wall=at, **told))
                places.append(self._where("clock", n))
        if not events:
            if not wall.video:
                start = _shown(wall, wall.begin)
                self.heard.append(NO_CLOCK.at(Where(self.file), start=start))
            return (ClockEvent(wall=wall.begin, kind=ClockKind.START),)
        self.heard += clock.problems(events, places)
        return tuple(events)

    # --- releases --------------------------------------------------------------------

    @cached_property
    def _injects(self) -> Mapping[str, Inject]:
        return {inject.id: inject for inject in self.scene.injects}

    def _releases(self, wall: _Wall) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        first: dict[str, Where] = {}
        for n, row in self._rows(logcolumns.RELEASES):
            name, where = row["inject"], self._where("releases", n, "inject")
            if name not in self._injects:
                self._unknown(where, name, self._injects, NO_INJECT)
            elif name in first:
                self.heard.append(TWICE.at(where, came=name, first=first[name]))
            else:
                first[name] = where
                entry = self._release(wall, n, row)
                if entry:
                    found[name] = entry
        return found

    def _release(self, wall: _Wall, n: int, row: dict[str, Any]) -> Entry | None:
        if row["wall"] is None and not row["skipped"]:
            where = self._where("releases", n)
            self.heard.append(NOTHING_TOLD.at(where, name=row["inject"]))
            return None
        at: Minutes | None = wall.begin
        if row["wall"] is not None:
            at = self._time(wall, logcolumns.RELEASES, n, "wall", row["wall"])
        if at is None:
            return None
        told = {"inject": row["inject"], "waived": row["skipped"], "note": row["note"]}
        return Entry(wall=at, **told)

    def _unknown(
        self, where: Where, came: str, known: Mapping[str, object], kind: Any
    ) -> None:
        self.unknown += 1  # looking for the nearest of thousands takes its time
        near = closest(came, known) if self.unknown <= _NEAREST else ""
        self.heard.append(kind.at(where, came=came[:60], closest=near or "—"))

    # --- actions ---------------------------------------------------------------------

    @cached_property
    def _expected(self) -> Mapping[str, tuple[Inject, Expected]]:
        return {e.id: (i, e) for i, e in self.scene.expected()}

    @cached_property
    def _people(self) -> Mapping[str, str]:
        """Who is at the school, by id."""
        if self.school not in self.plan.by_code:
            return {}
        return {p.id: p.id for p in populate(self.plan, self.school)}

    @cached_property
    def _bound(self) -> Mapping[Any, Any]:
        return bind(self.scene, self.plan, self.school)

    def _lists(self) -> dict[str, tuple[PersonId, ...]]:
        """The persons of the list's own sheet, by action."""
        found: dict[str, list[PersonId]] = {}
        for n, row in self._rows(logcolumns.LISTED):
            self._check_person(self._where("listed", n, "person"), row["person"])
            if row["action"] not in self._expected:
                where = self._where("listed", n, "action")
                self._unknown(where, row["action"], self._expected, NO_ACTION)
            found.setdefault(row["action"], []).append(row["person"])
        return {action: tuple(persons) for action, persons in found.items()}

    def _check_person(self, where: Where, person: PersonId) -> None:
        if person and self._people and person not in self._people:
            self._unknown(where, person, self._people, NO_PERSON)

    def _actions(
        self, wall: _Wall, releases: Mapping[str, Entry], events: Sequence[ClockEvent]
    ) -> list[Entry]:
        lists = self._lists()
        cuts = self._cuts(wall)
        end = next((e.wall for e in events if e.kind is ClockKind.STOP), None)
        found: list[Entry] = []
        first: dict[str, Where] = {}
        for n, row in self._rows(logcolumns.ACTIONS):
            name, where = row["action"], self._where("actions", n, "action")
            if name not in self._expected:
                self._unknown(where, name, self._expected, NO_ACTION)
                continue
            if name in first:
                self.heard.append(TWICE.at(where, came=name, first=first[name]))
                continue
            first[name] = where
            row["listed"] = (*row["listed"], *lists.get(name, ()))
            entry = self._entry(wall, n, row, releases, cuts)
            if entry is None:
                continue
            found.append(entry)
            if end is not None and entry.wall > end:
                came = _shown(wall, entry.wall)
                self.heard.append(AFTER_END.at(where, name=name, came=came))
        return found

    def _cuts(self, wall: _Wall) -> list[Minutes]:
        cuts = (
            self._time(wall, logcolumns.CUTS, n, "at", row["at"])
            for n, row in self._rows(logcolumns.CUTS)
        )
        return [cut for cut in cuts if cut is not None]

    def _entry(
        self,
        wall: _Wall,
        n: int,
        row: dict[str, Any],
        releases: Mapping[str, Entry],
        cuts: Sequence[Minutes],
    ) -> Entry | None:
        """What a row says; None: the action was never done."""
        inject, expected = self._expected[row["action"]]
        where = self._where("actions", n)
        self._check(n, row, expected)
        release = releases.get(inject.id)
        if row["waived"]:
            return Entry(
                wall=release.wall if release else wall.begin,
                action=expected.id,
                waived=row["waived"],
                note=row["note"],
            )
        at, untimed = self._done(wall, n, row)
        if at is None and not untimed:
            return None
        if release is None or release.waived:
            words = {"name": expected.id, "inject": inject.id}
            self.heard.append(NOT_RELEASED.at(where, **words))
            return None
        if at is not None and at < release.wall:
            words = {"came": _shown(wall, at), "released": _shown(wall, release.wall)}
            place = self._where("actions", n, "done")
            self.heard.append(BEFORE_RELEASE.at(place, name=expected.id, **words))
        if at is not None and self._cut(expected, release.wall, at, cuts):
            at, untimed = release.wall, True
        told = {key: row[key] for key in _KEPT}
        return Entry(
            wall=release.wall if at is None else at,
            action=expected.id,
            untimed=untimed,
            received=self._stamp(wall, n, row, "received"),
            started=self._stamp(wall, n, row, "started"),
            **told,
        )

    def _cut(
        self, expected: Expected, since: Minutes, at: Minutes, cuts: Sequence[Minutes]
    ) -> bool:
        """Whether a cut hides how long it took; past what counts, no cut can mend it."""
        standard = self.scene.standard(expected.standard)
        failed = standard is not None and at - since >= standard.fail
        return not failed and any(since < cut <= at for cut in cuts)

    def _done(
        self, wall: _Wall, n: int, row: dict[str, Any]
    ) -> tuple[Minutes | None, bool]:
        """When an action was done, and whether it was without a noted time."""
        raw = row["done"]
        if isinstance(raw, bool) or plain(text_of(raw)).casefold() in YES:
            return None, True
        if raw is None:
            good = row["rating"] is not None and row["rating"].value != "U"
            return None, good
        at = self._time(wall, logcolumns.ACTIONS, n, "done", raw)
        stamps = [
            stamp
            for key in ("received", "started")
            if (stamp := self._stamp(wall, n, row, key, heard=True)) is not None
        ]
        ordered = [*stamps, *([at] if at is not None else [])]
        if ordered != sorted(ordered):
            words = {"came": "、".join(_shown(wall, stamp) for stamp in ordered)}
            where = self._where("actions", n, "done")
            self.heard.append(OUT_OF_ORDER.at(where, name=row["action"], **words))
        return at, False

    def _stamp(
        self, wall: _Wall, n: int, row: dict[str, Any], key: str, *, heard: bool = False
    ) -> Minutes | None:
        if row[key] is None:
            return None
        if heard:
            return self._time(wall, logcolumns.ACTIONS, n, key, row[key])
        try:
            return wall.minutes(row[key], "")
        except BadCell:
            return None

    def _check(self, n: int, row: dict[str, Any], expected: Expected) -> None:
        """Raters, persons, lists of a row."""
        where, name = self._where("actions", n), expected.id
        if row["waived"] and row["done"] is not None:
            self.heard.append(WAIVED_DONE.at(where, name=name))
        self._check_person(self._where("actions", n, "person"), row["person"])
        if row["rater"] and row["rater"] == row["second_rater"]:
            self.heard.append(ONE_RATER.at(where, name=name, came=row["rater"]))
        bound = self._bound.get(expected.by, ("", ""))
        doer = row["person"] or bound[0]
        for key in ("rater", "second_rater"):
            if row[key] and row[key] == doer:
                self.heard.append(OWN_RATER.at(where, name=name, came=doer))
        if row["listed"] and expected.measure is None:
            place = self._where("actions", n, "listed")
            self.heard.append(LOOSE_LIST.at(place, name=name))
        if expected.measure and row["done"] is not None and not row["listed"]:
            self.heard.append(EMPTY_LIST.at(where, name=name))
        for person in row["listed"]:
            if "listed" in self.reader.places["actions", n]:
                self._check_person(self._where("actions", n, "listed"), person)

    # --- truth -----------------------------------------------------------------------

    def _truth(self, *, drawn: bool) -> Truth:
        index, secondary = PersonId(""), ()
        contacts: list[tuple[str, tuple[PersonId, ...]]] = []
        for n, row in self._rows(logcolumns.TRUTH):
            what = _what(row["what"])
            if what == INDEX:
                index = row["persons"][0] if row["persons"] else index
            elif what == SECONDARY:
                secondary = row["persons"]
            elif what:
                contacts.append((what, row["persons"]))
            else:
                known = {_(s.label): s for s in Setting}
                where = self._where("truth", n, "what")
                self._unknown(where, row["what"], known, NO_SETTING)
        return Truth(
            index=index, contacts=tuple(contacts), secondary=secondary, drawn=drawn
        )


_KEPT: Final = (
    "person",
    "rating",
    "rater",
    "second_rating",
    "second_rater",
    "evidence",
    "listed",
    "rectified",
    "note",
)
INDEX: Final = "index"
SECONDARY: Final = "secondary"
_SAID: Final = {
    "首例": INDEX,
    "指示病例": INDEX,
    "续发": SECONDARY,
    "续发病例": SECONDARY,
}


def _what(said: str) -> str:
    """What a row of the truth is of; empty: not known."""
    told = _SAID.get(said, said)
    if told in {INDEX, SECONDARY}:
        return told
    setting = spellings_of(Setting).get(folded(said).replace("、", ""))
    return setting.value if setting else ""


def _shown(wall: _Wall, minutes: Minutes) -> str:
    """A time for a message: of a video a code, else a time of day."""
    if wall.video:
        return f"{int(minutes)}:{round(minutes % 1 * HOUR):02}"
    hours, rest = divmod(round(minutes), HOUR)
    day = N_("次日 ") if hours >= DAY // HOUR else ""
    return f"{_(day) if day else ''}{hours % (DAY // HOUR):02}:{rest:02}"
