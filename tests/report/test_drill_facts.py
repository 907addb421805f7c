"""What a drill's paper derives from the marks: nights, lines of law, what to mend first."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from bihuan.base.units import Minutes, Share
from bihuan.drill.marks import ClockEvent, ClockKind, Interval
from bihuan.drill.script import When
from bihuan.outbreak.summary import Estimate
from bihuan.report.charts.scale import Log
from bihuan.report.drill import facts, findings, page, tables, words
from report import drill_example as example


def test_what_to_mend_first_is_worth_per_effort() -> None:
    review = example.review()
    assert [p.key for p in facts.to_mend(review)] == [
        "tracing.recall",  # 2.4 for an effort of 1
        "isolation.night_delay",  # 3.1 for an effort of 2
        "report.night",
    ]
    assert [p.key for p in facts.need_not(review)] == [
        "isolation.night_arrival",
        "isolation.delay",
        "tracing.delay",
    ]
    assert next(p.key for p in facts.single(review)) == "isolation.night_delay"


def test_says_name_the_action_the_measure_and_the_price() -> None:
    first, second, rest = findings.says(example.review())
    assert first[0] == "先补：D1 名单漏人（查全率）"
    assert second[0] == "再补：F2 夜间分室、单管"
    assert "实测 46 分，标准 10 分" in second[1]
    assert "+3.1 人（1.2 至 5.6）" in second[1]
    assert rest[1].endswith("差异在误差范围内。")
    assert "+0.4" not in rest[1]


def test_lead_tells_day_from_night() -> None:
    assert findings.lead(example.review()) == (
        "白天 10 项按时 6 项，夜里 6 项按时 1 项；",
        "推演里最该先补的是名单漏人（查全率）、夜间分室、单管。",
    )
    assert findings.lead(example.bare())[0] == "没有一项处置能按时限评；"


def test_lead_of_a_drill_without_a_night() -> None:
    whole = example.evaluation()
    day = tuple(m for m in whole.marks if not facts.night(m, whole.scene))
    review = replace(example.review(), evaluation=replace(whole, marks=day))
    assert findings.lead(review)[0] == "有时限的处置 10 项，按时 6 项；"


def test_all_within_error_is_nothing_to_mend_first() -> None:
    review = example.review()
    blurred = tuple(
        replace(p, infections=Estimate(0.1, -0.2, 0.4)) for p in review.prices
    )
    review = replace(review, prices=blurred)
    assert findings.lead(review)[1] == "推演里看不出哪一处延误有代价。"
    assert findings.says(review)[0][0] == "没有要先补的"
    assert "差异在误差范围内" in findings.together(review)


def test_only_law_is_a_hard_line_and_a_custom_says_so() -> None:
    judged = example.evaluation()
    (line,) = facts.lines(judged.scene, judged.marks)
    assert (line.minutes, line.hard, line.source) == (120, True, example.LAW)
    custom = [m for m in judged.marks if m.expected.standard == "report"]
    (soft,) = facts.lines(judged.scene, custom)
    assert (soft.hard, soft.source) == (False, example.RULE)
    targets = [m for m in judged.marks if m.expected.standard == "contact_list"]
    assert facts.lines(judged.scene, targets) == ()


def test_breach_of_law_is_told_whatever_the_total() -> None:
    said = findings.law(example.evaluation())
    assert said.startswith("过了法定时限：F3 补报疾控和教体局，没做，法定最迟 120 分")
    assert example.LAW in said
    assert findings.law(example.evaluation(4)) == ""


def test_recall_is_counted_by_setting() -> None:
    rows = {r.setting: (r.true, r.found) for r in facts.recalled(example.evaluation())}
    assert rows == {
        "dorm_room": (7, 7),
        "table": (14, 8),
        "seat": (21, 21),
        "staff_room": (6, 3),
    }
    said = findings.recall(example.evaluation())
    assert said == (
        "真值 41 人，名单 37 人，排对 32 人，漏 9 人；查全率 0.78，查准率 0.86"
        "（目标：查全 0.95，查准 0.60）。"
    )


def test_what_has_no_price_is_not_forgotten() -> None:
    assert "B3、C3、G1、G3" in findings.left_out(example.review())
    assert findings.left_out(example.bare()) == ""


def test_substitutes_are_counted_as_actions_not_as_persons() -> None:
    found = facts.substituted(example.evaluation())
    assert [mark.expected.id for mark in found] == ["E1"]


def test_pauses_and_jumps_of_the_clock() -> None:
    log = example.evaluation().log
    assert facts.paused(log) == (1, 12.0)
    assert facts.jumps(log) == 1
    pause = ClockEvent(wall=Minutes(990), kind=ClockKind.PAUSE)
    stopped = replace(log, clock=(*log.clock[:-1], pause, log.clock[-1]))
    assert facts.paused(stopped) == (2, 22.0)
    assert facts.paused(replace(log, clock=())) == (0, 0.0)


@pytest.mark.parametrize(
    ("kappa", "word"),
    [(0.2, "不一致，要重评"), (0.4, "中等"), (0.74, "较一致"), (1.0, "很一致")],
)
def test_agreement_has_a_word(kappa: float, word: str) -> None:
    assert words.agreement(kappa) == word


def test_who_judged_is_said_with_n() -> None:
    two, one, none = example.evaluation(), example.evaluation(0), example.bare()
    assert "评估员 2 名，22 项双评，加权 κ = 0.74" in findings.who_judged(two)
    assert findings.who_judged(one) == "评估员 1 名，没有双评"
    assert findings.who_judged(none.evaluation) == "没有评估员，只有记录"
    assert findings.weak(replace(two, kappa=0.31)).startswith("评估员之间不一致")
    assert findings.weak(two) == ""


def test_order_is_printed_only_where_it_can_be_told() -> None:
    assert findings.order(example.level()) == "差异不显著，不排名"
    assert findings.pairs(example.level()) == ()
    assert findings.order(example.comparison()).startswith("分得开的先后：职教中心 > ")
    assert findings.pairs(example.comparison())[0] == "职教中心 高于 三高，P = 0.99"


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(1.5, "1.5 分"), (46.0, "46 分"), (46.4, "46 分"), (240, "4 小时"), (90, "90 分")],
)
def test_minutes_are_said_shortly(minutes: float, text: str) -> None:
    assert words.minutes(minutes) == text


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (When(at=Minutes(920)), "T+15:20"),
        (When(), "由导调释放"),
        (When(after="A2", delay=Minutes(5)), "A2 后 5 分"),
        (
            When(after="A2", delay=Minutes(5), late_by=Minutes(10)),
            "A2 后 5 分，且它迟了 10 分以上",
        ),
        (
            When(after="A2", unless_late=Minutes(5)),
            "A2 后 0 分，且它没有迟 5 分以上",
        ),
        (
            When(after="D1", recall_below=Share(0.9)),
            "D1 后 0 分，且名单查全率低于 0.90",
        ),
    ],
)
def test_due_times_are_said_with_their_condition(when: When, text: str) -> None:
    assert words.due(when) == text


def test_prices_have_a_sign_and_gains_the_other() -> None:
    costs, saves = Estimate(3.1, 1.2, 5.6), Estimate(-2.0, -3.0, -1.0)
    assert words.signed(costs) == "+3.1 人（1.2 至 5.6）"
    assert words.gain(costs) == "少 3.1 人（1.2 至 5.6）"
    assert words.signed(saves) == "−2.0 人（−3.0 至 −1.0）"
    assert words.gain(saves) == "多 2.0 人（1.0 至 3.0）"
    assert words.gain(Estimate(0.1, -1, 1)) == "差异在误差范围内（−1.0 至 1.0）"


def test_hours_over_midnight_say_so() -> None:
    assert page.hours(example.evaluation()) == "3月28日 07:00 至次日 01:00"
    assert page.hours(example.bare().evaluation) == "3月28日 07:00 起"


def test_no_value_is_said_as_such() -> None:
    assert words.interval(None) == "未充分检验"
    value = Interval(value=0.71, low=0.55, high=0.84)
    assert words.interval(value) == "0.71（0.55 至 0.84）"


@given(st.text(min_size=1, max_size=12))
@settings(deadline=None, max_examples=60)
def test_a_school_never_leaves_its_folder(code: str) -> None:
    name = tables.folder(code)
    assert name not in {"", ".", ".."}
    assert not set(name) & set("/\\\0.")


@given(st.text(min_size=1, max_size=6), st.text(min_size=1, max_size=6))
@settings(deadline=None, max_examples=60)
def test_two_schools_never_share_a_folder(one: str, other: str) -> None:
    assert (tables.folder(one) == tables.folder(other)) == (one == other)


@given(
    st.floats(0.5, 5.0),
    st.floats(20.0, 3000.0),
    st.floats(0.0, 5000.0),
    st.floats(0.0, 5000.0),
)
@settings(deadline=None, max_examples=80)
def test_log_scale_keeps_order_and_stays_inside(
    low: float, high: float, one: float, other: float
) -> None:
    scale = Log(low, high, 10.0, 400.0)
    a, b = scale(min(one, other)), scale(max(one, other))
    assert 10.0 - 1e-9 <= a <= b <= 400.0 + 1e-9
    ticks = scale.ticks(24.0)
    places = [scale(tick) for tick in ticks]
    assert all(y - x >= 24.0 for x, y in pairwise(places))
    assert all(low <= tick <= high for tick in ticks)
