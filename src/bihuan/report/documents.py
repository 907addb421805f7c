"""The report as a .docx for filing, laid out as an official document."""

from collections.abc import Iterator

from docx.document import Document

from bihuan.base.wording import _, speak
from bihuan.loop.outcome import Rehearsal
from bihuan.report import wording
from bihuan.report.official import Sheet, heading, line, saved, sheet, table, title
from bihuan.report.page import Page, Section, page
from bihuan.report.tables import Table


def document(rehearsal: Rehearsal, *, lang: str) -> bytes:
    """The document's bytes; the same rehearsal gives the same bytes."""
    with speak(lang):
        return saved(_written(page(rehearsal), rehearsal))


def _written(shown: Page, rehearsal: Rehearsal) -> Document:
    made = sheet(
        Sheet(
            title=shown.title,
            head=_("{title}　　情景推演，非预测").format(title=shown.title),
            foot=shown.foot,
            mark=_("情景推演，非预测"),
            day=rehearsal.plan_date,
        )
    )
    _first(made, shown)
    _figures(made, shown)
    for section in shown.sections:
        _school(made, section)
    _basis(made, shown)
    return made


def _first(made: Document, shown: Page) -> None:
    title(made, shown.title, f"{shown.day}　{shown.scenario}")
    for text in (shown.banner, shown.lead + _("各校期望值；90% 区间见后文各表。")):
        if text:
            line(made, text)
    for head_, text in shown.premises:
        line(made, _("{head}：{text}。").format(head=head_, text=text))
    heading(made, _("一、先补什么"), 1)
    for number, item in enumerate(shown.mends, 1):
        heading(
            made,
            _("（{n}）{title}").format(n=wording.ordinal(number), title=item.title),
            2,
        )
        line(made, item.text + item.duty)
        line(made, _effect(item.effect_name, item.value, item.interval))
    heading(made, _("二、{title}").format(title=shown.checks.title), 1)
    table(made, shown.checks)
    heading(made, _("三、看得清与看不清"), 1)
    for head_, text in shown.sights:
        line(made, _("{head}：{text}").format(head=head_, text=text))
    for day, text in shown.dates:
        line(made, _("{day}：{text}。").format(day=day, text=text))


def _effect(name: str, value: str, interval: str) -> str:
    if not interval:
        return _("{value}（{name}）。").format(value=value, name=name)
    return _("{name}：{value}（{interval}）。").format(
        name=name, value=value, interval=interval
    )


def _figures(made: Document, shown: Page) -> None:
    heading(made, _("四、各校放在一起看"), 1)
    line(made, _("本文件不带图，图里的数字列成表；图见同时生成的 report.html。"))
    for number, figure in enumerate(shown.figures, 1):
        heading(made, _("图 {n}　{title}", n=number, title=figure.title), 2)
        table(made, figure.table)


def _school(made: Document, section: Section) -> None:
    heading(made, section.name, 1)
    line(made, section.facts + _("。"))
    for found in _tables_of(section):
        heading(made, found.title, 2)
        table(made, found)


def _tables_of(section: Section) -> Iterator[Table]:
    if section.problems:
        yield section.problems
    for answer, figure in section.answers:
        yield answer
        if figure:
            yield figure.table
    if section.settings:
        yield section.settings.table
    yield from section.more


def _basis(made: Document, shown: Page) -> None:
    heading(made, shown.assumptions.title, 1)
    table(made, shown.assumptions)
    if shown.sensitivity:
        heading(made, shown.sensitivity.title, 2)
        table(made, shown.sensitivity)
    for name, rows in (
        (_("预案没写、用默认值补上的"), shown.filled),
        (_("没有算进去的"), shown.left_out),
    ):
        if rows:
            heading(made, name, 2)
            for text in rows:
                line(made, text)
    heading(made, _("怎么得来的"), 1)
    for head, text in shown.method:
        line(made, _("{head}：{text}").format(head=head, text=text))
    line(made, shown.glossary)
