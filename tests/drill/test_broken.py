"""Broken scripts and logs: each is told at its place, with a code of its own."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from bihuan.base.ids import SchoolCode
from bihuan.base.problems import Problem, Weight
from bihuan.drill.lint import lint
from bihuan.drill.load import load, save
from bihuan.drill.logform import read_log
from script_world import small_script
from world import QIZHONG, YIGAO, small_plan

PLAN = small_plan()


def _text(folder: Path) -> str:
    save(small_script(), folder / "small.yaml")
    return (folder / "small.yaml").read_text("utf-8")


def _line(text: str, part: str) -> str:
    """The number of the first line that has a part of text."""
    return str(next(n for n, row in enumerate(text.splitlines(), 1) if part in row))


def _found(path: Path) -> list[Problem]:
    loaded = load(path)
    said = [*loaded.problems]
    if loaded.draft is not None:
        said += lint(loaded.draft, PLAN, YIGAO, places=loaded.places)
    return said


def test_the_script_that_is_broken_below_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    save(small_script(), path)
    assert [p for p in _found(path) if p.weight is Weight.ERROR] == []


BROKEN = (
    # what is put in its place, code, text of the line where it is told
    ("format: bihuan-msel/1", "format: bihuan-msel/9", "D005", "format:"),
    ("title: 小演练", "titel: 小演练", "D008", "titel"),
    ("title: 小演练", "title: 小演练\ntitle: 大演练", "D009", "大演练"),
    ("title: 小演练", "title: &x 小演练", "D007", "&x"),
    ("title: 小演练", "title: !!python/name:os.system ''", "D007", "!!python"),
    ("title: 小演练", "title: '小演练", "D003", ""),
    ("title: 小演练", "title: [小, {演: 练}]", "D004", "title"),
    ("start: 2020-04-13 07:00", "start: 四月十三日", "D022", "start"),
    ("start: 2020-04-13 07:00", "notice: 双盲", "D023", ""),
    ("max_hours: 6", "max_hours: 很久", "P101", "max_hours"),
    ("max_hours: 6", "max_hours: -6", "P103", "max_hours"),
    ("at: T+00:10", "at: 稍后", "D020", "at: 稍后"),
    ("at: T+00:10", "at: 2020-04-12 06:00", "D024", "at: 2020"),
    ("delay: 5", "delay: 一会儿", "D021", "一会儿"),
    ("to: [保安]", "to: [保国]", "P108", "保国"),
    ("channel: 电话", "channel: 电报", "P108", "电报"),
    ("recall: 0.95", "recall: 95", "P104", "recall: 95"),
    ("act: 做 C1, ", "", "P110", "action: C1"),
    ("isolation.delay: A1.at", "isolation.delay: ''", "D026", "isolation.delay"),
    ("- id: B\n", "- id: A # again\n", "D101", "# again"),
    ("action: C1", "action: B1", "D101", "做 C1"),
    ("after: A1\n  delay", "after: A9\n  delay", "D102", "after: A9"),
    ("within: report", "within: reprot", "D103", "reprot"),
    ("serves: O2", "serves: O7", "D104", "serves: O7"),
    ("delay: A1.at", "delay: A7.at", "D105", "A7.at"),
    ("delay: A1.at", "delay: A1.speed", "D105", "A1.speed"),
    ("isolation.delay:", "isolation.dealy:", "D106", "dealy"),
    ("isolation.delay: A1.at", "isolation.delay: A1.missed", "D108", "A1.missed"),
    ("  at: T+00:10\n", "", "D110", "id: A"),
    ("  at: T+00:10\n", "  at: T+00:10\n  after: B\n", "D111", "at: T+00:10"),
    ("  at: T+00:10\n", "  after: B1\n", "D112", "after: B1"),
    ("  after: A1\n  late_by: 5", "  after: A2\n  late_by: 5", "D113", "late_by"),
    ("  late_by: 5", "  late_by: 5\n  unless_late: 3", "D113", "unless_late"),
    ("at: T+02:00", "at: T+07:00", "D115", "T+07:00"),
    ("T+01:50", "T+00:05", "D116", "T+00:05"),
    ("key: apart, target: 10, fail: 30", "key: apart, target: 10, fail: 5", "D118", "key: apart"),
    ("target: 10, fail: 30,", "target: 10, fail: 30, contact_time: 20,", "D119", "key: apart"),
    ("act: 做 B2", "act: 水银体温计复测, within: t3", "D009", ""),
    ("by: 年级主任", "by: 校车司机", "D120", "校车司机"),
    ("law: true", "law: false", "D134", "法定"),
    ("act: 做 D1, by: 年级主任, within: list, recall: 0.95, precision: 0.6", "act: 做 D1, by: 年级主任, within: list", "D135", "contact_listing"),
)  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "line"), BROKEN)
def test_broken_script_is_told_where_it_breaks(
    old: str, new: str, code: str, line: str, tmp_path: Path
) -> None:
    text = _text(tmp_path)
    assert old in text
    text = text.replace(old, new, 1)
    (tmp_path / "bad.yaml").write_text(text, "utf-8")
    told = [p for p in _found(tmp_path / "bad.yaml") if p.code == code]
    assert told, [str(p) for p in _found(tmp_path / "bad.yaml")]
    assert {p.where.file for p in told} == {"bad.yaml"}
    if line:
        assert _line(text, line) in {p.where.cell for p in told}
    assert all(str(p).endswith(f"[{code}]") and "{" not in p.said for p in told)


def test_a_thermometer_in_three_minutes_is_physics(tmp_path: Path) -> None:
    text = _text(tmp_path).replace("target: 10, fail: 30", "target: 3, fail: 30")
    text = text.replace("act: 做 B2", "act: 水银体温计复测")
    (tmp_path / "bad.yaml").write_text(text, "utf-8")
    (told,) = [p for p in _found(tmp_path / "bad.yaml") if p.code == "D119"]
    assert told.where.cell == _line(text, "key: apart")
    assert "水银体温计" in told.said


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("D114", lambda t: t.replace("after: A1\n  delay", "after: A2\n  delay")),
        ("D117", lambda t: t.replace("manual: true", "manual: false").replace("at: T+02:00", "at: T+01:00")),
        ("D130", lambda t: t.replace("action: D2", "action: D2").replace(", serves: O2}", "}")),
        ("D131", lambda t: t.replace("  objective: O1\n", "")),
        ("D132", lambda t: t.replace("objectives:\n", "objectives:\n- {id: O9, text: 无人检验, in_place: [应急处置]}\n")),
        ("D133", lambda t: t.replace("standards:\n", "standards:\n- {key: idle, target: 1, fail: 2, source_class: 目标, source: 无}\n")),
        ("D136", lambda t: t.replace("draw: 接触者真值", "draw: 接触者")),
        ("D137", lambda t: t.replace("draw: 首例", "draw: 首例\n  scripted_if_none: false")),
        ("D139", lambda t: t.split("stop_rules:")[0]),
        ("D140", lambda t: t.replace("stop_rules:", "- id: Z\n  title: 空\n  at: T+00:20\n  to: [校长]\nstop_rules:").replace("jumps:\n- {after: B, to: 'T+01:50'}\n", "").replace("jumps:\n- {after: B, to: T+01:50}\n", "")),
    ],
)  # fmt: skip
def test_what_is_doubtful_is_a_warning(
    code: str, spoil: Callable[[str], str], tmp_path: Path
) -> None:
    before = _text(tmp_path)
    text = spoil(before)
    assert text != before
    (tmp_path / "odd.yaml").write_text(text, "utf-8")
    told = [p for p in _found(tmp_path / "odd.yaml") if p.code == code]
    assert told, [str(p) for p in _found(tmp_path / "odd.yaml")]
    assert all(p.weight is Weight.WARNING for p in told)


def test_a_measure_that_a_school_does_not_plan_is_told_at_that_school() -> None:
    scene = small_script()
    at = {
        school: [p for p in lint(scene, PLAN, school) if p.code == "D107"]
        for school in (YIGAO, QIZHONG)
    }
    assert at[YIGAO] == []
    assert {p.where.sheet for p in at[QIZHONG]} == {"injects"}
    assert all("七中" in p.said for p in at[QIZHONG])


def test_a_script_without_anything_to_do_is_refused(tmp_path: Path) -> None:
    text = "format: bihuan-msel/1\nstart: 2020-04-13 07:00\ninjects:\n- {title: 空, at: 10}\n"
    (tmp_path / "bad.yaml").write_text(text, "utf-8")
    codes = {p.code for p in _found(tmp_path / "bad.yaml")}
    assert {"D123", "D138"} <= codes


def test_a_script_that_never_ends_is_soon_refused(tmp_path: Path) -> None:
    """Thousands of injects, each waiting for the one before: no recursion, no hours."""
    rows = "".join(f"- {{id: I{n}, title: x, after: I{n - 1}}}\n" for n in range(9000))
    text = f"format: bihuan-msel/1\nstart: 2020-04-13 07:00\ninjects:\n{rows}"
    (tmp_path / "bad.yaml").write_text(text, "utf-8")
    told = [p for p in _found(tmp_path / "bad.yaml") if p.code == "D016"]
    assert [p.where.cell for p in told] == ["304"]


# --- workbooks --------------------------------------------------------------------------


def _book(folder: Path) -> openpyxl.Workbook:
    save(small_script(), folder / "small.xlsx")
    return openpyxl.load_workbook(folder / "small.xlsx")


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("B5", "一大早", "D020"),
        ("B5", "=1+1", "P123"),
        ("E5", "门神", "P108"),
        ("H7", "A9", "D102"),
        ("W7", "reprot", "D103"),
        ("V9", "校车司机", "D120"),
    ],
)
def test_broken_cell_of_a_chronogram_is_told_by_name(
    cell: str, value: str, code: str, tmp_path: Path
) -> None:
    book = _book(tmp_path)
    book["事件清单"][cell] = value
    book.save(tmp_path / "bad.xlsx")
    told = [p for p in _found(tmp_path / "bad.xlsx") if p.code == code]
    assert [(p.where.sheet, p.where.cell) for p in told][:1] == [("事件清单", cell)]


def test_broken_workbooks(tmp_path: Path) -> None:
    book = _book(tmp_path)
    book.create_sheet("预案图")["A1"] = "图"
    book.create_sheet("演练脚本")["A1"] = "情景"
    book["演练"].append(["x", "y"])
    book.save(tmp_path / "bad.xlsx")
    told = {p.code: p.where.sheet for p in _found(tmp_path / "bad.xlsx")}
    assert told["D012"] == "预案图"
    assert told["D013"] == "演练脚本"
    assert told["D015"] == "演练"


def test_action_above_every_inject_is_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["情景", "时间", "处置", "岗位"],
        ["", "", "引离", "保安"],
        ["发热", 5, "复测", "校医"],
    ):
        sheet.append(row)
    book.save(tmp_path / "bad.xlsx")
    told = [p for p in _found(tmp_path / "bad.xlsx") if p.code == "D014"]
    assert [p.where.cell for p in told] == ["A2"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("none.yaml", None, "D001"),
        ("folder.yaml", "folder", "D002"),
        ("script.docx", "x", "D011"),
        ("plan.xlsx", "book", "D010"),
        ("bomb.yaml", "a: &a [1, 1]\nb: [*a, *a]\n", "D007"),
        ("deep.yaml", "[" * 500 + "]" * 500, "D006"),
        ("long.yaml", "x" * (3 * 2**20), "D006"),
        ("many.yaml", "[" + "1," * 200_000 + "]", "D006"),
        ("two.yaml", "format: bihuan-msel/1\n---\nformat: bihuan-msel/1\n", "D007"),
        ("empty.yaml", "", "D005"),
        ("bytes.yaml", b"title: \xff\xff", "D003"),
        ("keys.yaml", "? [a]\n: b\n", "D003"),
        ("zip.xlsx", "PK", "P005"),
    ],
)
def test_file_that_is_no_script(
    name: str, content: str | bytes | None, code: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif content == "book":
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(["姓名", "电话"])
        book.save(path)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        path.write_text(content, "utf-8")
    loaded = load(path)
    assert loaded.scene is None
    assert code in {p.code for p in loaded.problems}
    assert all(p.where.file == name for p in loaded.problems)


# --- logs -------------------------------------------------------------------------------

LOG = """format: bihuan-drill-log/1
scene: small
school: YIGAO
source: 现场
clock:
- {wall: '07:00', kind: 开始, by: 总指挥}
- {wall: '12:00', kind: 结束}
releases:
- {inject: A, wall: '07:10'}
- {inject: B, wall: '07:25'}
- {inject: D, wall: '09:00'}
actions:
- {action: A1, person: GUARD-2, received: '07:10', done: '07:18', rating: P, rater: 外校校医}
- {action: B1, done: '07:50', rating: S, rater: 外校校医}
- {action: D1, done: '09:50', listed: [DOCTOR-1, DOCTOR-2]}
"""


def _log(folder: Path, text: str) -> tuple[object, tuple[Problem, ...]]:
    (folder / "log.yaml").write_text(text, "utf-8")
    return read_log(folder / "log.yaml", small_script(), PLAN, YIGAO)


def test_the_log_that_is_broken_below_is_sound(tmp_path: Path) -> None:
    log, problems = _log(tmp_path, LOG)
    assert log is not None
    assert problems == ()


BROKEN_LOGS = (
    ("bihuan-drill-log/1", "bihuan-drill-log/2", "D005", "format"),
    ("scene: small", "scene: night", "D214", "scene"),
    ("school: YIGAO", "school: QIZHONG", "D215", "school"),
    ("source: 现场", "source: 听说", "P108", "听说"),
    ("kind: 开始", "kind: 暂停", "D202", "kind: 暂停"),
    ("'12:00', kind: 结束", "'12:00', kind: 继续", "D206", "继续"),
    ("'12:00', kind: 结束", "'12:00', kind: 变速, value: 0", "D207", "变速"),
    ("inject: B", "inject: BB", "D211", "inject: BB"),
    ("action: B1", "action: B7", "D212", "action: B7"),
    ("action: B1", "action: A1", "D213", "'07:50'"),
    ("inject: B", "inject: A", "D213", "'07:25'"),
    ("done: '07:18'", "done: '07:05'", "D216", "'07:05'"),
    ("- {inject: B, wall: '07:25'}\n", "", "D217", "action: B1"),
    ("done: '07:18'", "done: '06:50'", "D218", "'06:50'"),
    ("done: '09:50'", "done: '12:20'", "D219", "action: D1"),
    ("received: '07:10'", "received: '07:20'", "D220", "received: '07:20'"),
    ("person: GUARD-2", "person: GUARD-Z", "D221", "GUARD-Z"),
    ("DOCTOR-1, DOCTOR-2", "DOCTOR-1, DOKTOR-2", "D221", "DOKTOR"),
    ("rater: 外校校医}\n- {action: B1", "rater: 甲, second_rating: S, second_rater: 甲}\n- {action: B1", "D222", "second_rater"),
    ("rater: 外校校医}\n- {action: B1", "rater: GUARD-2}\n- {action: B1", "D223", "rater: GUARD-2"),
    ("rating: S,", "rating: S, waived: 不用报,", "D225", "waived"),
    ("rating: S,", "rating: S, listed: [DOCTOR-1],", "D226", "action: B1"),
    ("listed: [DOCTOR-1, DOCTOR-2]", "note: 没带名单", "D227", "没带名单"),
    ("done: '07:50'", "done: 很快", "D020", "很快"),
    ("rating: S", "rating: A+", "P108", "A+"),
    ("{inject: D, wall: '09:00'}", "{inject: D}\n- {inject: C}", "D230", "inject: D"),
    ("clock:\n- {wall: '07:00', kind: 开始, by: 总指挥}\n- {wall: '12:00', kind: 结束}\n", "", "D224", ""),
    ("actions:", "truth:\n- {what: 操场上, persons: [DOCTOR-1]}\nactions:", "D229", "操场上"),
    ("source: 现场", "source: 录像", "D228", "'07:10'"),
)  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "line"), BROKEN_LOGS)
def test_broken_log_is_told_where_it_breaks(
    old: str, new: str, code: str, line: str, tmp_path: Path
) -> None:
    assert old in LOG
    text = LOG.replace(old, new, 1)
    if code == "D228":  # clock times are time codes of seven minutes; 07:60 is none
        text = text.replace("'07:10'", "'07:70'", 1)
        line = "'07:70'"
    log, problems = _log(tmp_path, text)
    told = [p for p in problems if p.code == code]
    assert told, [str(p) for p in problems]
    if line:
        assert _line(text, line) in {p.where.cell for p in told}
    assert (log is None) == any(p.weight is Weight.ERROR for p in problems)
    assert all("{" not in str(p) for p in told)


def test_a_log_without_its_sheets_is_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["时间", "谁"])
    book.save(tmp_path / "log.xlsx")
    path = tmp_path / "log.xlsx"
    log, problems = read_log(path, small_script(), PLAN, SchoolCode("YIGAO"))
    assert log is None
    assert [p.code for p in problems] == ["D210"]
