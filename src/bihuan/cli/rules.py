"""``bihuan rules``: the rows of the rule book, those in force on a day."""

import datetime as dt
from dataclasses import asdict
from difflib import get_close_matches
from typing import Annotated, Any, Final

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from bihuan.base.wording import N_, _
from bihuan.cli.answer import answer
from bihuan.rules.book import DISEASES, Book, Rule, load

WIDE: Final = 200
"""Columns of a table that goes into a file: no row is cut."""


def rules(
    *,
    on: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help=N_("只列这一天生效的，如 2020-04-07")),
    ] = None,
    disease: Annotated[
        str | None, typer.Option(help=N_("只列这种病的和不分病种的，如 influenza"))
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(help=N_("行政区划代码，如 410183；别处的规定作惯例看")),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=N_("以 JSON 回答"))] = False,
) -> None:
    day = on.date() if on else None
    book = select(load(), day=day, disease=_known(disease), region=region)
    if as_json:
        answer("rules", _answer(book, day, disease, region))
    else:
        _show(book)


def select(
    book: Book, *, day: dt.date | None, disease: str | None, region: str | None
) -> Book:
    """The rows that are asked for; without a day those of all times."""
    if day:
        return book.on(day, disease=disease, region=region)
    return book.about(disease=disease, region=region)


def register(app: typer.Typer) -> None:
    app.command("rules", help=N_("列出规则库：条款、数值、生效日期、文件"))(rules)


def _known(disease: str | None) -> str | None:
    if disease is None or disease in DISEASES:
        return disease
    closest = get_close_matches(disease, DISEASES, n=1)
    hint = _("；最接近的是「{name}」", name=closest[0]) if closest else ""
    raise typer.TyperException(
        _(
            "没有病种「{name}」{hint}；可选：{names}",
            name=disease,
            hint=hint,
            names="、".join(DISEASES),
        )
    )


def _answer(
    book: Book, day: dt.date | None, disease: str | None, region: str | None
) -> dict[str, object]:
    used = {rule.document for rule in book.rules}
    return {
        "on": _plain(day),
        "disease": disease,
        "region": region,
        "rules": [_row(rule) for rule in book.rules],
        "documents": [_row(row) for row in book.documents if row.code in used],
        "pending": [row.code for row in book.documents if row.status == "pending"],
    }


def _row(row: Any) -> dict[str, object]:
    return {name: _plain(value) for name, value in asdict(row).items()}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


def _show(book: Book) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDE)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in (
        _("编号"),
        _("内容"),
        _("数值"),
        _("单位"),
        _("范围"),
        _("生效"),
        _("截止"),
        _("文件"),
        _("条"),
        _("依据"),
        _("把握"),
    ):
        table.add_column(heading, overflow="fold")
    for rule in book.rules:
        table.add_row(*_cells(book, rule))
    console.print(table)
    console.print(_("共 {n} 条。", n=len(book.rules)))


def _cells(book: Book, rule: Rule) -> tuple[str, ...]:
    number = "" if rule.value is None else f"{rule.value:g}"
    return (
        rule.code,
        rule.name,
        str(rule.day or number),
        _(rule.unit.label) if number else "",
        rule.scope,
        str(rule.effective_from or ""),
        str(rule.effective_to or ""),
        book.by_code[rule.document].title,
        rule.clause,
        _(rule.source_class.label),
        rule.how_sure,
    )
