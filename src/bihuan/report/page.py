"""The report as one self-contained page: styles and drawings inside, no script, no request."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import jinja2

from bihuan.base.wording import _, language, speak
from bihuan.loop.outcome import Mend, Question, Rehearsal, SchoolRehearsal
from bihuan.report import figures, findings, pool, tables, wording
from bihuan.report.figures import Figure
from bihuan.report.findings import Sight
from bihuan.report.tables import Table

TEMPLATES: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A thing to mend as the first page shows it."""

    title: str
    text: str
    duty: str
    effect_name: str
    value: str
    interval: str
    unclear: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """One school's part of the report."""

    anchor: str
    name: str
    facts: str
    problems: Table | None
    answers: tuple[tuple[Table, Figure | None], ...]
    settings: Figure | None
    more: tuple[Table, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Everything the templates show."""

    lang: str
    title: str
    district: str
    day: str
    scenario: str
    lead: str
    lead_note: str
    banner: str
    premises: tuple[tuple[str, str], ...]
    mends: tuple[Item, ...]
    checks: Table
    sights: tuple[tuple[str, str], ...]
    dates: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...]
    assumptions: Table
    sensitivity: Table | None
    filled: tuple[str, ...]
    left_out: tuple[str, ...]
    method: tuple[tuple[str, str], ...]
    glossary: str
    foot: str


def html(rehearsal: Rehearsal, *, lang: str) -> str:
    """The whole report as the text of one file."""
    with speak(lang):
        template = _environment().get_template("report.html")
        return template.render(page=page(rehearsal), _=_, numeral=wording.numeral)


def page(rehearsal: Rehearsal) -> Page:
    """The values of the report, in the language being spoken."""
    return Page(
        lang=language(),
        title=_(rehearsal.title),
        district=_(rehearsal.district),
        day=wording.dated(rehearsal.plan_date),
        scenario=scenario(rehearsal),
        lead=findings.lead(rehearsal),
        lead_note=lead_note(rehearsal),
        banner=banner(rehearsal),
        premises=premises(rehearsal),
        mends=tuple(item(mend, rehearsal) for mend in rehearsal.mends),
        checks=tables.checks(rehearsal),
        sights=sights(rehearsal),
        dates=dates(rehearsal),
        figures=figures.all_of(rehearsal),
        sections=sections(rehearsal),
        assumptions=tables.assumptions(rehearsal),
        sensitivity=tables.sensitivity(rehearsal),
        filled=tuple(_(text) for text in rehearsal.filled),
        left_out=tuple(_(text) for text in rehearsal.left_out),
        method=method(rehearsal),
        glossary=glossary(),
        foot=foot(rehearsal),
    )


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def scenario(rehearsal: Rehearsal) -> str:
    """Pathogen, days, runs in one line."""
    return _("{pathogen}；{days} 天；每校 {runs} 次").format(
        pathogen=_(rehearsal.pathogen_name),
        days=rehearsal.days,
        runs=wording.number(figures.done(rehearsal)),
    )


def lead_note(rehearsal: Rehearsal) -> str:
    """Where the intervals of the lead's numbers stand."""
    if len(rehearsal.schools) > 1:
        return _("（各校期望值；90% 区间见图 1）")
    return _("（期望值；90% 区间见图 1）")


def banner(rehearsal: Rehearsal) -> str:
    """What must be said before anything else: that the rehearsal was stopped early."""
    if not rehearsal.interrupted:
        return ""
    return _(
        "推演中途停止：要求每校 {asked} 次，完成 {done} 次。已完成的每一次都完整；区间比跑完时宽。"
    ).format(
        asked=wording.number(rehearsal.runs),
        done=wording.number(figures.done(rehearsal)),
    )


def premises(rehearsal: Rehearsal) -> tuple[tuple[str, str], ...]:
    """What the numbers rest on, for the first page."""
    value, low, high = (f"{number:g}" for number in rehearsal.pathogen_low_high)
    pathogen = _(
        "{name}；不采取措施时 1 人平均传给 {value} 人（{low} 至 {high}）"
    ).format(name=_(rehearsal.pathogen_name), value=value, low=low, high=high)
    rows = [(_("病原"), pathogen), (_("推演什么"), _scenarios(rehearsal))]
    return (*rows, (_("哪些是假定"), assumed(rehearsal)))


def _scenarios(rehearsal: Rehearsal) -> str:
    said = {
        Question.RETURNER: _("1 名感染者第 0 天返校"),
        Question.IMPORTS: _(
            "校外每天每十万人新增 {incidence} 人感染，随进出带入"
        ).format(incidence=wording.plain(rehearsal.incidence)),
    }
    asked = _("；").join(said[question] for question in pool.asked(rehearsal))
    return _("{asked}。两问分开回答，各推演 {days} 天，每校 {runs} 次").format(
        asked=asked,
        days=rehearsal.days,
        runs=wording.number(figures.done(rehearsal)),
    )


def assumed(rehearsal: Rehearsal) -> str:
    """How many parameters have no source, and which."""
    names = [_(row.name) for row in rehearsal.assumptions if row.assumed]
    if not names:
        return _("{n} 个参数都有出处").format(n=len(rehearsal.assumptions))
    return _("{n} 个参数里 {k} 个没有出处，用的是假定值：{names}").format(
        n=len(rehearsal.assumptions), k=len(names), names=wording.listed(names)
    )


def moved(rehearsal: Rehearsal) -> str:
    """Whether what was assumed decides what comes first."""
    if not rehearsal.sensitivity:
        return ""
    count = sum(row.reorders for row in rehearsal.sensitivity)
    if not count:
        return _("把 {n} 个假定改到范围两端，头两项都不换位").format(
            n=len(rehearsal.sensitivity)
        )
    return _("把 {n} 个假定改到范围两端，其中 {k} 个使头两项换位").format(
        n=len(rehearsal.sensitivity), k=count
    )


def item(mend: Mend, rehearsal: Rehearsal) -> Item:
    """A thing to mend in words."""
    told = (
        wording.said(mend.effect, wording.MEND_FORMS[mend.unit])
        if mend.effect
        else None
    )
    return Item(
        title=_(mend.title),
        text=wording.sentence(_(mend.text)),
        duty=_duty(mend, rehearsal),
        effect_name=_(mend.effect_name),
        value=told.value if told else _("无论推演结果，都要补"),
        interval=_("90% 区间 {interval}").format(interval=told.interval)
        if told
        else "",
        unclear=bool(mend.effect and mend.effect.covers_zero),
    )


def _duty(mend: Mend, rehearsal: Rehearsal) -> str:
    """Which schools, who, by when, at what cost."""
    where = _where(mend, rehearsal)
    parts = [_("学校：{names}").format(names=where)] if where else []
    if mend.who:
        parts.append(_("责任：{who}").format(who=_(mend.who)))
    if mend.due:
        parts.append(_("{day}前").format(day=wording.day(mend.due)))
    if mend.cost:
        parts.append(_("代价：{cost}").format(cost=_(mend.cost).rstrip("。")))
    return wording.sentence(_("；").join(parts))


def _where(mend: Mend, rehearsal: Rehearsal) -> str:
    """The schools it concerns; nothing where the title names them."""
    names = [s.school.name for s in rehearsal.schools if s.school.code in mend.schools]
    if all(name in _(mend.title) for name in names):
        return ""
    every = len(names) == len(rehearsal.schools)
    return wording.schools(len(names)) if every else _("、").join(names)


def sights(rehearsal: Rehearsal) -> tuple[tuple[str, str], ...]:
    """What can be told and what cannot, question by question, and what was left out."""
    rows = pool.measures(rehearsal)
    found = [findings.sight(rows, question) for question in pool.asked(rehearsal)]
    told = [
        (_("看得清"), _sight(found, "clear", _("各校方向一致，区间都不含 0"))),
        (_("反而多"), _sight(found, "worse", _("各校方向一致，区间都不含 0"))),
        (_("各校不一"), _sight(found, "mixed", _("有的学校看得出，有的看不出"))),
        (_("看不清"), _sight(found, "unclear", _("差异在误差范围内"))),
    ]
    left = wording.listed((_(text) for text in rehearsal.left_out), 8)
    rest = [(_("没算"), left), (_("假定"), moved(rehearsal))]
    return tuple((head, wording.sentence(text)) for head, text in told + rest if text)


def _sight(found: list[Sight], pile: str, why: str) -> str:
    rows = [(sight.question, getattr(sight, pile)) for sight in found]
    parts = [
        _("{question}时，{names}").format(
            question=wording.question(question), names=wording.listed(names)
        )
        for question, names in rows
        if names
    ]
    if not parts:
        return ""
    return _("{parts}（{why}）").format(parts=_("；").join(parts), why=why)


def dates(rehearsal: Rehearsal) -> tuple[tuple[str, str], ...]:
    """What comes next, day by day: things to have mended, openings."""
    due = [
        (mend.due, _(mend.title) if mend.effect else _("改完预案检查出的错误"))
        for mend in rehearsal.mends
        if mend.due
    ]
    ahead = [(when, _(text)) for when, text in rehearsal.ahead]
    by_day: dict[date, list[str]] = {}
    for when, text in sorted(due + ahead, key=lambda row: row[0]):
        row = by_day.setdefault(when, [])
        if text not in row:
            row.append(text)
    return tuple((wording.day(when), _("；").join(row)) for when, row in by_day.items())


def sections(rehearsal: Rehearsal) -> tuple[Section, ...]:
    """The schools' parts in customary order."""
    return tuple(
        section(school, f"school-{number}")
        for number, school in enumerate(rehearsal.schools, 1)
    )


def section(school: SchoolRehearsal, anchor: str) -> Section:
    """One school's part."""
    answers = [
        (table, figures.school_sizes(school, question))
        for question in Question
        if (table := tables.outcome(school, question))
    ]
    return Section(
        anchor=anchor,
        name=school.school.name,
        facts=facts(school),
        problems=tables.problems(school),
        answers=tuple(answers),
        settings=next(
            (
                found
                for question in Question
                if (found := figures.school_settings(school, question))
            ),
            None,
        ),
        more=tables.present(
            (tables.worth(school), tables.imports(school), tables.supplies(school))
        ),
    )


def facts(school: SchoolRehearsal) -> str:
    """Who is in the school."""
    return _(
        "学生 {students} 人（寄宿 {boarders} 人），教职工 {staff} 人，{classes} 个班；不采取措施时，本校 1 人平均传给 {r0} 人"
    ).format(
        students=wording.number(school.students),
        boarders=wording.number(school.boarders),
        staff=wording.number(school.staff),
        classes=wording.number(school.classes),
        r0=wording.plain(school.r0),
    )


def method(rehearsal: Rehearsal) -> tuple[tuple[str, str], ...]:
    """How the numbers were made, so that they can be made again."""
    rows = [
        (_("预案"), f"{rehearsal.plan_file} · {wording.dated(rehearsal.plan_date)}"),
        (_("上一版"), rehearsal.older_file),
        (_("病原"), f"{_(rehearsal.pathogen_name)} · {rehearsal.pathogen}"),
        (_("模型"), rehearsal.model_version),
        (_("参数表"), rehearsal.parameters_version),
        (_("种子"), str(rehearsal.seed)),
        (
            _("次数"),
            _("每校每问 {done} 次，{days} 天").format(
                done=wording.number(figures.done(rehearsal)), days=rehearsal.days
            ),
        ),
        (
            _("怎样比较"),
            _(
                "同一个种子、同一批随机数，只撤回一项措施，其余不变；期望值之外都给 90% 区间。同样的种子给出同样的数字。"
            ),
        ),
    ]
    return tuple((head, text) for head, text in rows if text)


def glossary() -> str:
    """The words of the report, once."""
    return _(
        "暴发：校内师生 5 人及以上感染（另列 20 人及以上）。机会：各次推演中出现的比例。期望值：各次推演的平均。90% 区间：这样算出的区间，十次约有九次包住推演无数次的平均；它不含参数本身的不确定。高峰床位：最满一天占用床位的 95 分位。人·天：一人一天。班·天：一班停一天课。误报：健康的人被当作有症状。"
    )


def foot(rehearsal: Rehearsal) -> str:
    """Version line of every page."""
    return _(
        "预案 {plan}　模型 {model}　参数表 {parameters}　种子 {seed}　每校 {runs} 次"
    ).format(
        plan=rehearsal.plan_date.isoformat(),
        model=rehearsal.model_version,
        parameters=rehearsal.parameters_version,
        seed=rehearsal.seed,
        runs=wording.number(figures.done(rehearsal)),
    )
