"""All numbers of a rehearsal as one workbook, a row a number, for those who count on."""

import io
import math
from collections.abc import Iterable, Iterator
from datetime import datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from bihuan.base.problems import Weight
from bihuan.base.wording import _, speak
from bihuan.loop.outcome import (
    SIZE_BINS,
    Estimate,
    Outcome,
    Question,
    Rehearsal,
    SchoolRehearsal,
)
from bihuan.report import pool, wording
from bihuan.report.packed import clean, packed

Value = str | float | int | None
Sheet = tuple[str, tuple[str, ...], list[tuple[Value, ...]]]


def xlsx(rehearsal: Rehearsal, *, lang: str) -> bytes:
    """The workbook's bytes; the same rehearsal gives the same bytes."""
    file = io.BytesIO()
    with speak(lang), xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        made = datetime.combine(rehearsal.plan_date, datetime.min.time())
        book.set_properties({"title": clean(_(rehearsal.title)), "created": made})
        strong = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for title, columns, rows in sheets(rehearsal):
            sheet = book.add_worksheet(title)
            _fill(sheet, columns, rows, strong)
    return packed(file.getvalue())


def sheets(rehearsal: Rehearsal) -> Iterator[Sheet]:
    """Every sheet: its name, headings, rows."""
    yield _("说明"), (_("项"), _("值")), list(_about(rehearsal))
    yield _("先补什么"), _mend_columns(), list(_mends(rehearsal))
    yield _("结果"), _outcome_columns(), list(_outcomes(rehearsal))
    yield _("规模"), _size_columns(), list(_sizes(rehearsal))
    yield _("场所与时段"), _hour_columns(), list(_hours(rehearsal))
    yield _("措施"), _worth_columns(), list(_worths(rehearsal))
    yield _("薄弱点"), _leak_columns(), list(_leaks(rehearsal))
    yield _("物资"), _supply_columns(), list(_supplies(rehearsal))
    yield _("检查"), _problem_columns(), list(_problems(rehearsal))
    yield _("参数与假定"), _assumption_columns(), list(_assumptions(rehearsal))
    yield _("敏感性"), _sensitivity_columns(), list(_sensitivity(rehearsal))


def _fill(
    sheet: Worksheet,
    columns: tuple[str, ...],
    rows: list[tuple[Value, ...]],
    strong: Format,
) -> None:
    """Write the mark, the headings, the rows; a text is never taken for a formula."""
    sheet.write_string(0, 0, _("情景推演，非预测"), strong)
    for place, heading in enumerate(columns):
        sheet.write_string(1, place, heading, strong)
        sheet.set_column(place, place, _width(heading, [row[place] for row in rows]))
    for number, row in enumerate(rows, 2):
        for place, value in enumerate(row):
            _put(sheet, number, place, value)
    sheet.freeze_panes(2, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, 1)


def _put(sheet: Worksheet, row: int, place: int, value: Value) -> None:
    if isinstance(value, str):
        sheet.write_string(row, place, clean(value))
    elif value is not None and math.isfinite(value):  # unknown: left empty
        sheet.write_number(row, place, value)


def _width(heading: str, values: Iterable[Value]) -> float:
    longest = max((_cells(str(value)) for value in (heading, *values)), default=0)
    return min(max(longest + 2, 8), 48)


def _cells(text: str) -> int:
    """How many half-width places a text takes."""
    return sum(2 if letter >= "\u2e80" else 1 for letter in text)


def _three(estimate: Estimate | None) -> tuple[Value, ...]:
    if estimate is None:
        return (None, None, None)
    return estimate.value, estimate.low, estimate.high


def _ends() -> tuple[str, str, str]:
    return _("期望值"), _("90% 下端"), _("90% 上端")


def _about(rehearsal: Rehearsal) -> Iterator[tuple[Value, ...]]:
    value, low, high = rehearsal.pathogen_low_high
    yield from (
        (_("标题"), _(rehearsal.title)),
        (_("区县"), _(rehearsal.district)),
        (_("预案"), rehearsal.plan_file),
        (_("预案日期"), rehearsal.plan_date.isoformat()),
        (_("上一版"), rehearsal.older_file),
        (_("病原"), _(rehearsal.pathogen_name)),
        (_("不采取措施时 1 人平均传给"), value),
        (_("同上，下端"), low),
        (_("同上，上端"), high),
        (_("要求次数"), rehearsal.runs),
        (_("天数"), rehearsal.days),
        (_("种子"), str(rehearsal.seed)),
        (_("模型"), rehearsal.model_version),
        (_("参数表"), rehearsal.parameters_version),
        (_("校外每天每十万人新增感染"), rehearsal.incidence),
        (_("是否跑完"), _("中途停止") if rehearsal.interrupted else _("跑完")),
    )
    yield from ((_("用默认值补上的"), _(text)) for text in rehearsal.filled)
    yield from ((_("没算"), _(text)) for text in rehearsal.left_out)
    yield from (
        (_("接下来"), f"{when.isoformat()} {_(text)}") for when, text in rehearsal.ahead
    )
    for school in rehearsal.schools:
        who = school.school.name
        yield from (
            (_("{school}：学生").format(school=who), school.students),
            (_("{school}：寄宿生").format(school=who), school.boarders),
            (_("{school}：教职工").format(school=who), school.staff),
            (_("{school}：班级").format(school=who), school.classes),
            (_("{school}：不采取措施时 1 人平均传给").format(school=who), school.r0),
        )


def _mend_columns() -> tuple[str, ...]:
    return (
        _("补什么"),
        _("说明"),
        _("学校"),
        _("责任"),
        _("期限"),
        _("效果"),
        *_ends(),
        _("单位"),
        _("代价"),
    )


def _mends(rehearsal: Rehearsal) -> Iterator[tuple[Value, ...]]:
    names = {row.school.code: row.school.name for row in rehearsal.schools}
    for mend in rehearsal.mends:
        yield (
            _(mend.title),
            _(mend.text),
            _("、").join(names.get(code, code) for code in mend.schools),
            _(mend.who),
            mend.due.isoformat() if mend.due else "",
            _(mend.effect_name),
            *_three(mend.effect),
            _mend_unit(mend.unit),
            _(mend.cost),
        )


def _mend_unit(unit: str) -> str:
    """The unit as the cells hold it: shares, not points."""
    form = wording.MEND_FORMS[unit]
    return _(form.unit) if form.factor == 1 else _("份额（1 = 100%）")


def _answers(
    rehearsal: Rehearsal,
) -> Iterator[tuple[tuple[str, str, str], Outcome]]:
    """Every outcome with its key: school, question, version."""
    for school in rehearsal.schools:
        for version, rows in _versions(school):
            for question, outcome in rows:
                yield (school.school.name, wording.question(question), version), outcome


def _versions(
    school: SchoolRehearsal,
) -> tuple[tuple[str, tuple[tuple[Question, Outcome], ...]], ...]:
    return (
        (_("照预案"), school.planned),
        (_("上一版"), school.against),
        (_("不采取措施"), school.nothing),
    )


def _key() -> tuple[str, str, str]:
    return _("学校"), _("问题"), _("版本")


def _outcome_columns() -> tuple[str, ...]:
    return *_key(), _("指标"), *_ends(), _("单位")


def _outcomes(rehearsal: Rehearsal) -> Iterator[tuple[Value, ...]]:
    for key, outcome in _answers(rehearsal):
        for label, estimate, unit in _indicators(outcome):
            yield (*key, label, *_three(estimate), unit)
        yield (*key, _("次数"), outcome.runs, None, None, "")
        yield (*key, _("现有隔离床位"), outcome.beds, None, None, _("张"))
        if outcome.days_to_found:
            low, middle, high = outcome.days_to_found
            label = _("到第一次发现：中位数，10% 与 90% 分位")
            yield (*key, label, middle, low, high, _("天"))
        for cause, estimate in outcome.imports:
            label = _("带入：{cause}").format(cause=wording.cause(cause))
            yield (*key, label, *_three(estimate), _("人"))
    for school in rehearsal.schools:
        for question, change in school.change:
            key = (school.school.name, wording.question(question), _("照预案减上一版"))
            yield (*key, _("≥5 人暴发的机会"), *_three(change), _("份额（1 = 100%）"))


def _indicators(
    outcome: Outcome,
) -> tuple[tuple[str, Estimate | None, str], ...]:
    share, persons, days = _("份额（1 = 100%）"), _("人"), _("人·天")
    return (
        (_("≥5 人暴发的机会"), outcome.outbreak5, share),
        (_("≥20 人暴发的机会"), outcome.outbreak20, share),
        (_("校内感染"), outcome.size, persons),
        (_("有感染时被发现的机会"), outcome.found, share),
        (_("高峰床位（95 分位）"), outcome.beds_peak, _("张")),
        (_("无床可隔"), outcome.bedless_days, days),
        (_("隔离、停课的学生"), outcome.apart_days, days),
        (_("停掉的课"), outcome.class_days, _("班·天")),
        (_("确诊"), outcome.confirmed, persons),
        (_("检测"), outcome.tests, _("人次")),
        (_("误报"), outcome.false_positives, _("人次")),
    )


def _size_columns() -> tuple[str, ...]:
    return *_key(), _("量"), _("规模或分位"), _("值")


def _sizes(rehearsal: Rehearsal) -> Iterator[tuple[Value, ...]]:
    for key, outcome in _answers(rehearsal):
        yield (*key, _("份额（1 = 100%）"), "0", outcome.none)
        for bin_, part in zip(SIZE_BINS, outcome.size_bins, strict=True):
            yield (*key, _("份额（1 = 100%）"), wording.band(*bin_), part)
        for number, size in enumerate(outcome.size_quantiles):
            yield (*key, _("分位（人）"), f"{2 * number + 1}%", size)


def _hour_columns() -> tuple[str, ...]:
    hours = tuple(_("{hour} 时").format(hour=hour) for hour in range(24))
    return *_key(), _("场所"), *_ends(), *hours


def _hours(rehearsal: Rehearsal) -> Iterator[tuple[Value, ...]]:
    for key, outcome in _answers(rehearsal):
        shares, hours = dict(outcome.by_setting), dict(outcome.by_hour)
        for setting in dict.fromkeys((*shares, *hours)):
            three = _three(shares.get(setting))
            yield (*key, _(setting.label), *three, *hours.get(setting, (None,) * 24))


def _worth_columns() -> tuple[str, ...]:
    chance, size, lessons = _("≥5 人机会之差"), _("感染人数之差"), _("少上的课")
    named = [f"{name}·{end}" for name in (chance, size, lessons) for end in _ends()]
    return (
        _("学校"),
        _("问题"),
        _("代号"),
        _("措施"),
        _("种类"),
        *named,
        _("人工（小时）"),
        _("成对比较的增益"),
    )


def _worths(rehearsal: Rehearsal) -> Iterator[tuple[Value, ...]]:
    for school in rehearsal.schools:
        for question, rows in school.worth:
            for worth in rows:
                yield (
                    school.school.name,
                    wording.question(question),
                    worth.code,
                    _(worth.label),
                    pool.kind_name(worth.kind),
                    *_three(worth.outbreak5),
                    *_three(worth.size),
                    *_three(worth.lessons),
                    worth.labour_hours,
                    worth.gain_by_pairing,
                )


def _leak_columns() -> tuple[str, ...]:
    return _("学校"), _("进出"), _("每周人次"), *_ends()


def _leaks(rehearsal: Rehearsal) -> Iterator[tuple[Value, ...]]:
    for school in rehearsal.schools:
        for leak in school.leaks:
            name = wording.cause(leak.cause)
            week = leak.crossings_per_week
            yield (school.school.name, name, week, *_three(leak.imports))


def _supply_columns() -> tuple[str, ...]:
    return *_key(), _("物资"), _("推演期内期望用量"), _("库存")


def _supplies(rehearsal: Rehearsal) -> Iterator[tuple[Value, ...]]:
    for key, outcome in _answers(rehearsal):
        for item, used, stock in outcome.supplies:
            yield (*key, _(item), used, stock)


def _problem_columns() -> tuple[str, ...]:
    return _("学校"), _("分量"), _("在哪里"), _("是什么"), _("怎么改"), _("代号")


def _problems(rehearsal: Rehearsal) -> Iterator[tuple[Value, ...]]:
    for school in rehearsal.schools:
        for problem in school.problems:
            wrong = problem.weight is Weight.ERROR
            yield (
                school.school.name,
                _("错误") if wrong else _("提醒"),
                str(problem.where),
                problem.said,
                problem.mend,
                problem.code,
            )


def _assumption_columns() -> tuple[str, ...]:
    return (
        _("参数"),
        _("取值"),
        _("下端"),
        _("上端"),
        _("单位"),
        _("出处"),
        _("是否假定"),
    )


def _assumptions(rehearsal: Rehearsal) -> Iterator[tuple[Value, ...]]:
    for row in rehearsal.assumptions:
        yield (
            _(row.name),
            row.value,
            row.low,
            row.high,
            _(row.unit),
            _(row.source),
            _("假定") if row.assumed else _("有出处"),
        )


def _sensitivity_columns() -> tuple[str, ...]:
    ends = [f"{side}·{end}" for side in (_("取下端"), _("取上端")) for end in _ends()]
    return _("假定"), *ends, _("头两项换不换位")


def _sensitivity(rehearsal: Rehearsal) -> Iterator[tuple[Value, ...]]:
    for row in rehearsal.sensitivity:
        moved = _("换位") if row.reorders else _("不变")
        yield (_(row.name), *_three(row.low), *_three(row.high), moved)
