"""The charting grammar: places, ticks, shapes; text stays text."""

import re

import pytest
from defusedxml import ElementTree
from hypothesis import given, strategies as st

from bihuan.loop.outcome import Estimate, Question
from bihuan.report import figures
from bihuan.report.charts import marks, svg
from bihuan.report.charts.marks import Look
from bihuan.report.charts.scale import Scale, fitted, length, wrapped
from report import example


@given(
    st.lists(st.floats(-1e4, 1e4), max_size=8),
    st.integers(1, 8),
)
def test_fitted_scale_holds_zero_and_every_value(
    values: list[float], most: int
) -> None:
    scale, ticks = fitted(tuple(values), 0.0, 100.0, most)
    unseen = 1e-6 * max([1.0, *map(abs, values)])
    assert scale.low <= min([0.0, *values]) + unseen
    assert scale.high >= max([0.0, *values]) - unseen
    assert 2 <= len(ticks) <= most + 3
    assert any(abs(tick) < 1e-9 for tick in ticks)


def test_scale_turns_values_into_places() -> None:
    scale = Scale(0.0, 10.0, 100.0, 200.0)
    assert (scale(0), scale(5), scale.inside(12)) == (100.0, 150.0, 200.0)
    assert scale.over(100)(0.05) == 150.0


def test_ticks_have_the_digits_they_need() -> None:
    scale, ticks = fitted((0.3,), 0, 100, 3)
    drawn = "".join(marks.axis(scale, ticks, 20, 80))
    assert re.findall(r">([^<]+)</text>", drawn) == ["0.0", "0.1", "0.2", "0.3"]
    assert drawn.count('class="zero"') == 1


def test_interval_runs_from_end_to_end_and_the_mark_stands_on_the_value() -> None:
    scale = Scale(0.0, 100.0, 0.0, 100.0)
    line, mark = marks.interval(scale, Estimate(24, 21, 27), 10, Look.PLANNED)
    assert 'x1="21" y1="10" x2="27"' in line
    assert 'cx="24" cy="10"' in mark


def test_every_look_has_a_shape_or_colour_of_its_own() -> None:
    drawn = {look: marks.point(5, 5, look) for look in Look}
    assert len(set(drawn.values())) == len(Look)
    shapes = {look: re.sub(r' class="\w+"', "", mark) for look, mark in drawn.items()}
    versions = [shapes[look] for look in (Look.PLANNED, Look.NOTHING, Look.OLDER)]
    assert len(set(versions)) == 3, "versions must differ in grey print"


@given(st.lists(st.integers(0, 500), min_size=50, max_size=50).map(sorted))
def test_quantile_dots_are_twenty(sizes: list[int]) -> None:
    assert sum(marks.dots_by_bin(sizes)) == marks.DOTS
    assert "".join(marks.dots(sizes, 0, 30, 40)).count("<circle") == marks.DOTS


@pytest.mark.parametrize(
    ("share", "css"),
    [(0.0, "h0"), (0.002, "h1"), (0.01, "h2"), (0.03, "h3"), (0.05, "h4"), (0.3, "h5")],
)
def test_heat_classes(share: float, css: str) -> None:
    assert marks.heat(share) == css


def test_heat_cell_writes_its_number_from_four_and_a_half_percent_on() -> None:
    assert "<text" not in marks.heat_cell(0, 0, 20, 20, 0.044)
    assert ">5</text>" in marks.heat_cell(0, 0, 20, 20, 0.046)


def test_labels_break_between_words_and_characters() -> None:
    assert wrapped("Dormitory floor, washrooms", 110) == (
        "Dormitory floor,",
        "washrooms",
    )
    assert wrapped("发热等症状者隔离", 60) == ("发热等症状", "者隔离")
    assert wrapped("餐厅，晚餐", 36) == ("餐厅，", "晚餐")
    assert length("寝室") == 24


def test_texts_of_a_drawing_are_escaped() -> None:
    drawing = svg.Drawing(10, 10, (svg.text(0, 0, example.HOSTILE),), example.HOSTILE)
    root = ElementTree.fromstring(drawing.alone())
    assert root.attrib["aria-label"] == example.HOSTILE
    assert root[1].text == example.HOSTILE


def test_every_figure_is_well_formed_and_its_text_is_text() -> None:
    for figure in figures.all_of(example.versus()):
        for drawing in (*figure.wide, *figure.narrow):
            root = ElementTree.fromstring(drawing.alone())
            texts = [node.text for node in root.iter() if node.tag.endswith("text")]
            assert len(texts) > 5
            assert not [n for n in root.iter() if n.tag.endswith(("image", "script"))]


def test_unclear_worth_is_hollow_and_keeps_its_row() -> None:
    figure = next(
        f for f in figures.all_of(example.rehearsal()) if f.anchor == "figure-measures"
    )
    drawn = figure.wide[0].alone()
    assert drawn.count('class="hollow"') == 5
    assert drawn.count("差异在误差范围内") == 5
    assert len(figure.table.rows) == 9


def test_school_without_outcomes_has_no_drawing() -> None:
    one = example.bare().schools[0]
    assert figures.school_sizes(one, Question.IMPORTS) is None
    assert figures.school_settings(one, Question.RETURNER) is None


def test_drawing_that_stands_alone_brings_its_colours() -> None:
    drawing = figures.all_of(example.rehearsal())[0].wide[0]
    assert "<style>" in drawing.alone()
    assert "<style>" not in drawing.__html__()
