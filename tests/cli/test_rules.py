"""`bihuan rules`: the rows in force, as a table and for machines."""

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from bihuan.cli.main import run
from bihuan.rules.book import load

SCHEMA = Path(__file__).parents[2] / "docs/schema/rules.json"
Said = pytest.CaptureFixture[str]


def answer(said: Said, *words: str) -> dict[str, list[dict[str, object]]]:
    assert run(["rules", "--json", *words]) == 0
    whole: dict[str, list[dict[str, object]]] = json.loads(said.readouterr().out)
    jsonschema.validate(whole, json.loads(SCHEMA.read_text("utf-8")))
    return whole


def test_answer_without_a_day_has_every_row(capsys: Said) -> None:
    whole = answer(capsys)
    assert len(whole["rules"]) == len(load().rules)
    assert len(whole["pending"]) == 5


def test_answer_on_a_day_has_the_rows_in_force(capsys: Said) -> None:
    whole = answer(capsys, "--on", "2020-06-01", "--disease", "influenza")
    codes = {row["code"] for row in whole["rules"]}
    assert {"C1a", "N12a", "T1a"} <= codes
    assert not {"C2a", "T5", "N4a"} & codes
    documents = {row["code"] for row in whole["documents"]}
    assert documents == {row["document"] for row in whole["rules"]}


def test_region_makes_practices_of_what_binds_elsewhere(capsys: Said) -> None:
    rows = answer(capsys, "--on", "2020-04-07", "--region", "410183")["rules"]
    classes = {row["code"]: row["source_class"] for row in rows}
    assert (classes["M1"], classes["M2a"]) == ("law", "practice")


def test_table_names_row_value_document_and_class(capsys: Said) -> None:
    assert run(["rules", "--on", "2020-04-07"]) == 0
    lines = capsys.readouterr().out.splitlines()
    line = next(row for row in lines if row.split()[:1] == ["M1"])
    for cell in ("14", "天", "2020-03-31", "2020-08-31", "法定", "R/H"):
        assert cell in line
    rows = len(load().on(date(2020, 4, 7)).rules)
    assert f"{rows} 条" in lines[-1]


def test_unknown_disease_is_refused_with_the_closest(capsys: Said) -> None:
    assert run(["rules", "--disease", "influensa"]) != 0
    assert "「influenza」" in capsys.readouterr().err


def test_day_that_is_none_is_refused(capsys: Said) -> None:
    assert run(["rules", "--on", "2020-13-01"]) == 2
    assert "2020-13-01" in capsys.readouterr().err
