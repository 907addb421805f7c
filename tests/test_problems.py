"""docs/problems.md says of every kind of problem what, why and what to do."""

import pytest

import problems
from bihuan.base.problems import Kind, Weight

KNOWN = problems.declared()
TEXT = problems.PAGE.read_text("utf-8")


def test_page_is_what_the_source_says() -> None:
    assert problems.written(KNOWN, problems.reasons(TEXT)) == TEXT


def test_every_kind_has_a_heading_and_a_reason() -> None:
    lines = [line for line in TEXT.splitlines() if line.startswith("### ")]
    headed = {code.strip(",") for line in lines for code in line.split()[1:]}
    assert set(KNOWN) <= headed
    assert [code for code, why in problems.reasons(TEXT).items() if not why] == []


def test_reasons_survive_a_change_of_the_source() -> None:
    old = Kind("P203", Weight.ERROR, "甲", "乙")
    first = problems.written({"P203": old}, {"P203": "Because.\n\nAnd so on."})
    new = Kind("P203", Weight.WARNING, "丙", "丁")
    second = problems.written({"P203": new}, problems.reasons(first))
    assert "### P203 (warning)\n\n> 丙\n> 丁\n\nBecause.\n\nAnd so on.\n" in second


@pytest.mark.parametrize("code", sorted(KNOWN))
def test_code_belongs_to_a_part(code: str) -> None:
    assert code[:2] in problems.PARTS
