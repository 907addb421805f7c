"""docs/plan.md has the sheets and columns of the source."""

import form
from bihuan.plan.load.headers import SHEETS, hints, kind_of, ordered

TEXT = form.PAGE.read_text("utf-8")


def test_page_is_what_the_source_knows() -> None:
    assert form.written(TEXT) == TEXT


def test_text_around_the_tables_stays() -> None:
    page = f"before\n{form.START}old{form.END}after\n"
    new = form.written(page)
    assert new.startswith(f"before\n{form.START}")
    assert new.endswith(f"{form.END}after\n")


def test_every_table_has_a_sheet_and_every_field_a_column() -> None:
    assert {sheet.table for sheet in SHEETS} == set(ordered())
    for sheet in SHEETS:
        for cls in sheet.types:
            for field in hints(cls):
                kind = kind_of(cls)
                fit = [
                    column
                    for column in sheet.columns
                    if column.name == field
                    and (not column.kinds or kind in column.kinds)
                ]
                assert len(fit) == 1, (cls, field)


def test_no_column_is_of_a_field_that_nothing_has() -> None:
    for sheet in SHEETS:
        for column in sheet.columns:
            fields = {
                field
                for cls in sheet.types
                if not column.kinds or kind_of(cls) in column.kinds
                for field in hints(cls)
            }
            assert column.name in fields | {"kind"}, (sheet.table, column.name)
            assert len([c for c in sheet.columns if c.zh == column.zh]) == 1


def test_headers_mean_one_column_each() -> None:
    for sheet in SHEETS:
        names = [name for column in sheet.columns for name in (column.zh, column.en)]
        assert len(names) == len(set(names)), sheet.table


def test_column_for_several_measures_holds_the_same_in_all() -> None:
    (measures,) = [sheet for sheet in SHEETS if sheet.table == "measures"]
    for column in measures.columns:
        held = {
            (hints(cls)[column.name].of, hints(cls)[column.name].unit)
            for cls in measures.types
            if column.name in hints(cls)
            and (not column.kinds or kind_of(cls) in column.kinds)
        }
        assert len(held) <= 1, column.zh
