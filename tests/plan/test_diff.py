"""What changed between two plans, in words."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from bihuan.base.ids import DocumentCode, PersonId, ZoneCode
from bihuan.base.units import Metres, Share
from bihuan.base.wording import speak
from bihuan.plan import measures as m
from bihuan.plan.diff import Deed, diff
from bihuan.plan.plan import TABLES, Plan
from bihuan.plan.words import DocumentStatus
from world import QIZHONG, YIGAO, small_plan


def test_plan_does_not_differ_from_itself() -> None:
    assert diff(small_plan(), small_plan()) == ()


@settings(deadline=None, max_examples=20)
@given(st.data(), st.sampled_from(TABLES))
def test_rows_that_moved_did_not_change(data: st.DataObject, table: str) -> None:
    rows = data.draw(st.permutations(getattr(small_plan(), table)))
    moved: dict[str, Any] = {table: tuple(rows)}
    assert diff(small_plan(), replace(small_plan(), **moved)) == ()


def _measure(code: str, **fields: object) -> Plan:
    """一高's measure of a code, changed."""
    measures = tuple(
        replace(row, **fields) if (row.school, row.code) == (YIGAO, code) else row  # type: ignore[arg-type]  # fields of its kind
        for row in small_plan().measures
    )
    return replace(small_plan(), measures=measures)


def _first(table: str, **fields: object) -> Plan:
    first, *others = getattr(small_plan(), table)
    return replace(small_plan(), **{table: (replace(first, **fields), *others)})  # type: ignore[arg-type]  # a tuple of rows


PLAN = small_plan()
NEW = replace(PLAN.supplies[0], item="口罩收纳盒")
CHANGES = (
    (_measure("M01", at=time(7)), "一高：晨午晚检 M01 检查时间 07:55 改为 07:00"),
    (_measure("M01", missed=Share(0.125)), "一高：晨午晚检 M01 漏检率 5% 改为 12.5%"),
    (_measure("M05", delay=5.0), "一高：发热等症状者隔离 M05 隔离用时（分钟） 10 改为 5"),
    (_measure("M06", delay=12.0), "一高：病原检测 M06 延迟（小时） 24 改为 12"),
    (_measure("M17", scope=()), "一高：分批开学 M17 适用范围 高三 改为 空"),
    (_measure("M20", end=date(2020, 7, 1)), "一高：返校摸排 M20 截止日期 空 改为 2020-07-01"),
    (_first("classes", students=30), "一高：高一(1)班 学生数 24 改为 30"),
    (_first("classes", room=ZoneCode("R1202")), "一高：高一(1)班 教室 高一(1)班教室 改为 高三(2)班教室"),
    (_first("classes", homeroom=PersonId("T9")), "一高：高一(1)班 班主任 T10-1 改为 T9"),
    (_first("people", lives_in=True), "一高：HEAD 住校 否 改为 是"),
    (_first("documents", status=DocumentStatus.SIGNED), "开学工作通知 状态 待录入 改为 校长签发"),
    (_first("schools", staff=60), "一高 教职工数 55 改为 60"),
    (_first("periods", end=time(6, 30)), "一高：起床洗漱 结束 06:20 改为 06:30"),
    (replace(PLAN, district=replace(PLAN.district, opens=date(2020, 4, 8))), "新密市 开学日期 2020-04-07 改为 2020-04-08"),
    (replace(PLAN, supplies=(*PLAN.supplies, NEW)), "一高：物资增加「口罩收纳盒」"),
    (replace(PLAN, lessons=PLAN.lessons[1:]), "七中：课表去掉「七(1)班 1 1」"),
    (replace(PLAN, documents=PLAN.documents[1:]), "文件去掉「开学工作通知」"),
)  # fmt: skip


@pytest.mark.parametrize(("new", "said"), CHANGES, ids=[said for _new, said in CHANGES])
def test_change_is_said_in_words(new: Plan, said: str) -> None:
    assert [str(change) for change in diff(small_plan(), new)] == [said]


def test_change_backwards_is_the_same_row_the_other_way_round() -> None:
    for new, _said in CHANGES:
        (there,), (back,) = diff(small_plan(), new), diff(new, small_plan())
        assert (there.row, there.field) == (back.row, back.field)
        assert (there.before, there.after) == (back.after, back.before)


def test_measure_of_another_kind_is_another_measure() -> None:
    other = m.SeatSpacing(school=YIGAO, code="M06", distance=Metres(1.2))
    rows = [other if r.code == "M06" else r for r in PLAN.measures if r.school == YIGAO]
    old = tuple(row for row in PLAN.measures if row.school == YIGAO)
    changes = diff(replace(PLAN, measures=old), replace(PLAN, measures=tuple(rows)))
    assert [(c.deed, c.row) for c in changes] == [
        (Deed.REMOVED, "病原检测 M06"),
        (Deed.ADDED, "座位间距 M06"),
    ]


def test_rows_of_one_key_are_told_apart_by_their_order() -> None:
    row = PLAN.liaison[0]
    second = replace(row, organisation="第二家")
    old = replace(PLAN, liaison=(row, second))
    new = replace(PLAN, liaison=(row, replace(second, phone="0371-11111111")))
    assert [(c.field, c.after) for c in diff(old, new)] == [("phone", "0371-11111111")]


def test_same_code_in_another_school_is_another_row() -> None:
    zones = tuple(
        replace(z, lanes=9) if (z.school, z.code) == (QIZHONG, "GATE") else z
        for z in PLAN.zones
    )
    (change,) = diff(PLAN, replace(PLAN, zones=zones))
    assert (change.school, change.row, change.after) == ("七中", "南门", "9")


def test_english_headers_are_used_in_english() -> None:
    with speak("en"):
        (change,) = diff(PLAN, _first("classes", students=30))
        assert change.label == "Students"


def test_document_code_is_its_key() -> None:
    changes = diff(PLAN, _first("documents", code=DocumentCode("B9")))
    assert [c.deed for c in changes] == [Deed.REMOVED, Deed.ADDED]
