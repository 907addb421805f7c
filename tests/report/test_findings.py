"""Titles that are findings: every branch, also the one where nothing can be told."""

from dataclasses import replace

import pytest

from bihuan.loop.outcome import Estimate, Leak, Outcome, Question, Rehearsal
from bihuan.plan.words import Setting
from bihuan.report import findings, pool
from bihuan.report.pool import HeatRow, MeasureRow
from report import example

RETURNER, IMPORTS = Question.RETURNER, Question.IMPORTS


def schools_with(
    *pairs: tuple[float, float], beds: tuple[int, float] = (10, 4.0)
) -> Rehearsal:
    """Schools with a chance as planned and one without measures (2 points each side)."""
    whole = example.rehearsal()

    def answer(chance: float) -> tuple[tuple[Question, Outcome], ...]:
        one = example.outcome(chance, beds[0], beds[1], RETURNER)
        return ((RETURNER, replace(one, outbreak5=example.around(chance, 0.02))),)

    return replace(
        whole,
        schools=tuple(
            replace(one, planned=answer(plan), nothing=answer(bare))
            for one, (plan, bare) in zip(whole.schools, pairs, strict=False)
        ),
    )


@pytest.mark.parametrize(
    ("pairs", "title"),
    [
        (((0.2, 0.6), (0.3, 0.7)), "照预案，两校暴发的机会都低于不采取措施时"),
        (((0.2, 0.21), (0.3, 0.3)), "照预案与不采取措施，两校暴发的机会分不出高低"),
        (
            ((0.2, 0.6), (0.3, 0.3)),
            "照预案，1 校暴发的机会低于不采取措施时，1 校分不出高低",
        ),
        (
            ((0.2, 0.6), (0.7, 0.3)),
            "照预案，1 校暴发的机会低于不采取措施时，1 校反而高",
        ),
    ],
)
def test_title_compares_the_plan_with_nothing(
    pairs: tuple[tuple[float, float], ...], title: str
) -> None:
    said = findings.chance_title(schools_with(*pairs), RETURNER)
    assert said == f"1 名感染者返校：{title}；隔离床位够用"


@pytest.mark.parametrize(
    ("pair", "title"),
    [
        ((0.2, 0.6), "照预案，暴发的机会低于不采取措施时"),
        ((0.6, 0.2), "照预案，暴发的机会反而高于不采取措施时"),
        ((0.2, 0.2), "照预案与不采取措施，暴发的机会分不出高低"),
    ],
)
def test_title_of_a_single_school_does_not_count_schools(
    pair: tuple[float, float], title: str
) -> None:
    assert title in findings.chance_title(schools_with(pair), RETURNER)


def test_lead_of_a_single_school_names_it() -> None:
    said = findings.lead(schools_with((0.2, 0.6)))
    assert "实验高中出现 5 人及以上暴发的机会是 20%" in said
    one = replace(example.rehearsal(), schools=example.rehearsal().schools[1:2])
    assert findings.lead(one).endswith("预案检查发现 1 处错误。")


def test_title_without_anything_to_compare() -> None:
    assert findings.chance_title(example.bare(), RETURNER).startswith(
        "1 名感染者返校：各校暴发的机会；"
    )


def test_title_compares_with_the_older_version_where_there_is_one() -> None:
    whole = example.versus()
    assert findings.against_older(whole, RETURNER) == findings.Verdicts(2, 2, 3)
    assert (
        "两校暴发的机会低了，两校高了，三校差异在误差范围内"
        in findings.chance_title(whole, RETURNER)
    )
    assert "七校暴发的机会差异都在误差范围内" in findings.chance_title(whole, IMPORTS)


@pytest.mark.parametrize(
    ("beds", "title"),
    [
        ((2, 19.0), "实验高中、一高隔离床位不够"),
        ((10, 9.0), "实验高中、一高隔离床位可能不够"),
        ((30, 9.0), "隔离床位够用"),
    ],
)
def test_title_names_the_schools_without_beds(
    beds: tuple[int, float], title: str
) -> None:
    pairs = ((0.2, 0.6), (0.3, 0.7))
    assert findings.beds_title(schools_with(*pairs, beds=beds), RETURNER) == title


def test_many_schools_without_beds_are_counted_not_named() -> None:
    pairs = ((0.2, 0.6),) * 4
    said = findings.beds_title(schools_with(*pairs, beds=(0, 19.0)), RETURNER)
    assert said == "四校隔离床位不够"


def test_lead_says_chances_and_errors() -> None:
    said = findings.lead(example.rehearsal())
    assert (
        "七校出现 5 人及以上暴发的机会是 18% 至 30%；不采取任何措施，是 47% 至 78%。"
        in said
    )
    assert said.endswith("预案检查发现 11 处错误，涉及六校。")


def test_lead_of_a_plan_without_errors_or_comparison() -> None:
    said = findings.lead(example.bare())
    assert "不采取任何措施" not in said
    assert said.endswith("预案检查没有发现错误。")


def heat_row(setting: Setting, low: float, high: float, **hours: float) -> HeatRow:
    by_hour = tuple(hours.get(f"h{hour}", 0.0) for hour in range(24))
    return HeatRow(setting, Estimate((low + high) / 2, low, high), by_hour)


def test_heat_title_names_setting_and_time() -> None:
    night = heat_row(Setting.DORM_ROOM, 0.4, 0.5, h3=0.2, h22=0.1)
    evening = heat_row(Setting.DORM_ROOM, 0.4, 0.5, h3=0.1, h22=0.2)
    table = heat_row(Setting.TABLE, 0.1, 0.2, h12=0.1)
    assert findings.heat_title((night, table)) == "寝室占得最多，0 至 6 时最集中"
    assert findings.heat_title((evening,)) == "寝室占得最多，22 时前后最集中"


def test_heat_title_when_the_first_cannot_be_told() -> None:
    rows = (
        heat_row(Setting.DORM_ROOM, 0.3, 0.5),
        heat_row(Setting.TABLE, 0.2, 0.35),
    )
    assert findings.heat_title(rows) == "寝室与餐桌占得最多，两者分不出高低"
    assert findings.heat_title(()) == "推演中校内没有传播"


def measure(
    kind: str, lessons: Estimate = pool.ZERO, **worth: tuple[Estimate, ...]
) -> MeasureRow:
    single = tuple((Question(name), found) for name, found in worth.items())
    return MeasureRow(
        kind=kind,
        by_question=tuple((q, pool.mean(found)) for q, found in single),
        single=single,
        lessons=lessons,
        labour_hours=0.0,
        schools=1,
    )


CLEAR = Estimate(-0.05, -0.07, -0.03)
LITTLE = Estimate(-0.02, -0.03, -0.01)
UNCLEAR = Estimate(-0.01, -0.03, 0.01)
WORSE = Estimate(0.05, 0.03, 0.07)


def test_measures_title_when_nothing_can_be_told() -> None:
    assert findings.measures_title(()) == "没有比较单项措施"
    row = measure("mask", returner=(UNCLEAR,))
    assert findings.measures_title((row,)) == "没有一项措施的作用看得出来"


def test_measures_title_names_the_best_and_the_dearest() -> None:
    dear = Estimate(4.0, 3.0, 5.0)
    best = measure("isolation", returner=(CLEAR,))
    other = measure("suspension", dear, returner=(LITTLE,))
    assert findings.measures_title((best, other)) == (
        "2 项措施的作用都看得出来，按期望值减得最多的是发热等症状者隔离；停课占课最多"
    )


def test_measures_title_answers_the_questions_apart() -> None:
    rows = (
        measure("closed_campus", returner=(UNCLEAR,), imports=(CLEAR,)),
        measure("isolation", returner=(CLEAR,), imports=(UNCLEAR,)),
        measure("mask", returner=(UNCLEAR,), imports=(UNCLEAR,)),
    )
    assert findings.measures_title(rows) == (
        "看得出作用的有 2 项（共 3 项），按期望值减得最多的，"
        "1 名感染者返校时是发热等症状者隔离，感染从校外带入时是封闭管理；都不占课"
    )


def test_measures_title_when_lessons_cannot_be_told() -> None:
    row = measure("mask", Estimate(0.1, -0.1, 0.3), returner=(CLEAR,))
    assert findings.measures_title((row,)).endswith("；占不占课看不出来")


def leak(cause: str, low: float, high: float) -> Leak:
    between = Estimate((low + high) / 2, low, high)
    return Leak(cause=cause, crossings_per_week=10.0, imports=between)


def test_leaks_title() -> None:
    first, near, far = (
        leak("boarders", 3.0, 5.0),
        leak("staff", 2.0, 3.5),
        leak("visitors", 0.1, 0.2),
    )
    assert findings.leaks_title((first, far)) == "闭环最大的薄弱点是寄宿生离校返校"
    assert findings.leaks_title((first, near)) == (
        "寄宿生离校返校与教职工往返带入最多，两者分不出高低"
    )
    faint = leak("boarders", 0.0, 0.1)
    assert findings.leaks_title((faint, far)) == "带入的太少，分不出从哪里带入最多"
    before = leak("before", 3.0, 5.0)
    assert findings.leaks_title((before, far)) == "带入最多的是开学前已感染"
    assert findings.leaks_title(()) == "推演中没有感染从校外带入"
    assert findings.leaks_title((leak("staff", 0.0, 0.0),)) == (
        "推演中没有感染从校外带入"
    )


@pytest.mark.parametrize(
    ("estimates", "pile"),
    [
        ((CLEAR, CLEAR), "clear"),
        ((CLEAR, UNCLEAR), "mixed"),
        ((CLEAR, WORSE), "mixed"),
        ((UNCLEAR, UNCLEAR), "unclear"),
        ((WORSE, WORSE), "worse"),
    ],
)
def test_sight_asks_every_school(estimates: tuple[Estimate, ...], pile: str) -> None:
    seen = findings.sight((measure("mask", returner=estimates),), RETURNER)
    assert getattr(seen, pile) == ("佩戴口罩",)
    assert findings.sight((measure("mask", imports=estimates),), RETURNER) == (
        findings.Sight(RETURNER, (), (), (), ())
    )


def test_pressing_takes_errors_before_warnings_and_counts() -> None:
    found = example.problems(5, "三高")
    assert findings.pressing(found, 2) == (
        "隔离室床位 12 张，按规定要 19 张（等 4 处）",
        "「校门测温」没有 B角（等 3 处）",
    )
    assert findings.pressing((), 2) == ()
