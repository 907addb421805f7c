"""A drill's pages: framed, closed to the outside, escaped, no person, no number alone."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from bihuan.base.wording import speak
from bihuan.loop.drilled import Review
from bihuan.report import drill, wording
from bihuan.report.drill import compare, letters, page, tables, words
from report import drill_example as example
from report.test_page import read

Maker = Callable[[Review], str]

KINDS: dict[str, Maker] = {
    "report": lambda r: page.html(r, example.comparison().practices, lang="zh-Hans"),
    "head": lambda r: letters.head(r, lang="zh-Hans"),
    "bureau": lambda r: letters.bureau(r, lang="zh-Hans"),
}
REVIEWS: dict[str, Callable[[], Review]] = {
    "whole": example.review,
    "played": lambda: example.review(0),
    "bare": example.bare,
    "hostile": example.hostile,
}
PAGES = [
    *((kind, name) for kind in KINDS for name in REVIEWS),
    ("index", "comparison"),
    ("index", "level"),
]


@cache
def made(kind: str, name: str) -> str:
    if kind == "index":
        whole = example.comparison() if name == "comparison" else example.level()
        return compare.html(whole, lang="zh-Hans")
    return KINDS[kind](REVIEWS[name]())


@pytest.mark.parametrize(("kind", "name"), PAGES)
def test_page_is_whole_and_asks_nothing_of_the_outside(kind: str, name: str) -> None:
    text = made(kind, name)
    reader = read(text)
    tags = {tag for tag, _attrs in reader.tags}
    assert tags.isdisjoint({"script", "link", "img", "iframe", "object", "form"})
    assert set(re.findall(r"url\([^)]*\)|@import", text)) == {"url(#wm)"}
    assert not [k for _tag, attrs in reader.tags for k in attrs if k.startswith("on")]
    links = {attrs["href"] or "" for _t, attrs in reader.tags if "href" in attrs}
    assert not [link for link in links if re.match(r"\w+:|//", link)]
    ids = [attrs["id"] for _tag, attrs in reader.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)


@pytest.mark.parametrize(("kind", "name"), PAGES)
def test_every_page_is_framed_and_says_what_it_is_not(kind: str, name: str) -> None:
    text = made(kind, name)
    assert '<div class="stripes">' in text
    assert text.count("演练数据不得用于追责和考核") >= 2
    band = text[text.index('<div class="band">') : text.index("<main")]
    assert "双盲" in band


@pytest.mark.parametrize("kind", KINDS)
def test_simulated_players_are_told_in_the_band(kind: str) -> None:
    for name, told in (("played", True), ("whole", False)):
        text = made(kind, name)
        band = text[text.index('<div class="band">') : text.index("<main")]
        assert ("模拟参演人员，不是真人" in band) is told


@pytest.mark.parametrize(("kind", "name"), PAGES)
def test_no_page_names_a_person_or_a_pupil(kind: str, name: str) -> None:
    text = made(kind, name)
    assert re.search(r"P-\w+|S2-\d|T2-\d", text) is None


def test_owner_of_a_correction_is_the_only_person() -> None:
    assert "XM03-T017" in made("report", "whole")


@pytest.mark.parametrize("kind", KINDS)
def test_texts_that_try_to_be_markup_stay_text(kind: str) -> None:
    text = made(kind, "hostile")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_every_price_stands_with_its_interval() -> None:
    text = "".join(read(made("report", "whole")).texts)
    form = wording.Form(paired=True, large=10.0)
    for price in example.review().prices:
        assert wording.words(price.infections, form) in text
        assert wording.words(price.apart_days, form) in text
        points = wording.Form(factor=100.0, paired=True)
        assert wording.words(price.outbreak5, points) in text


def test_price_that_covers_zero_is_hollow_and_has_no_number() -> None:
    text = made("report", "whole")
    assert text.count('class="hollow"') == 2 * 3  # wide and narrow
    assert "+0.4" not in text
    assert "差异在误差范围内" in text


def test_place_of_few_actions_has_no_number() -> None:
    table = tables.places(example.evaluation())
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}
    assert rows["物资保障"] == ["1", "1", "1.00", "未充分检验", "—"]
    assert rows["应急处置"][:3] == ["11", "11", "1.00"]
    assert re.fullmatch(r"0\.\d\d 至 0\.\d\d", rows["应急处置"][4])


def test_every_standard_carries_class_and_source() -> None:
    text = made("report", "whole")
    for standard in example.scene().standards:
        assert standard.source in text
    table = tables.items(example.evaluation())
    classes = {row[0].text: (row[5].text, row[5].tag) for row in table.rows}
    assert classes["F3"] == ("法定", "law")
    assert classes["F1"] == ("预案", "plan")
    assert classes["B3"] == ("惯例", "practice")
    assert classes["A1"] == ("目标", "target")
    assert classes["A3"] == ("—", "")
    tagged = re.findall(r'<span class="v tag law">([^<]*)', text)
    assert set(tagged) == {"法定"}


def test_line_of_the_law_carries_its_condition() -> None:
    text = made("report", "whole")
    assert f"红虚线 120 分（法定）：{example.LAW}" in text
    assert 'class="law"' in text
    judged = example.evaluation()
    custom = tuple(m for m in judged.marks if m.expected.standard != "report_law")
    soft = replace(example.review(), evaluation=replace(judged, marks=custom))
    said = page.html(soft, lang="zh-Hans")
    assert f"红虚线 120 分（本次不是法定，按惯例）：{example.RULE}" in said
    assert "惯例线" in said
    targets = tuple(m for m in custom if m.expected.standard != "report")
    none = replace(soft, evaluation=replace(judged, marks=targets))
    assert 'class="law"' not in page.html(none, lang="zh-Hans")


def test_states_of_actions_differ() -> None:
    table = tables.items(example.evaluation())
    states = {row[0].text: (row[7].text, row[7].mark) for row in table.rows}
    assert states["A1"] == ("按时", "pass")
    assert states["B1"] == ("超时", "late")
    assert states["C3"] == ("超时，事后补正", "late")
    assert states["F3"] == ("没做，过了法定时限", "fail")
    assert states["G2"] == ("不适用", "na")
    assert states["H3"] == ("截断", "na")


def test_numbers_lead_to_their_rows_in_the_log() -> None:
    table = tables.items(example.evaluation())
    links = {row[0].text: row[6].link for row in table.rows}
    log = tables.log(example.evaluation())
    rows = {row[0].anchor: row[2].text for row in log.rows}
    assert rows[links["D1"].lstrip("#")] == "D1"
    assert links["F3"] == ""


def test_correction_closes_only_by_a_passed_redrill() -> None:
    rows = tables.corrections(example.review()).rows
    ends = {row[0].text: (row[5].text, row[5].mark) for row in rows}
    assert ends["D1"] == ("复演 INJ-04", "wait")
    assert ends["B3"] == ("复演 INJ-02 已通过", "pass")
    assert rows[-1][0].text == "B3"


def test_comparison_ranks_only_where_it_can() -> None:
    assert "差异不显著，不排名" in made("index", "level")
    assert "P = " not in "".join(read(made("index", "level")).texts)
    assert "职教中心 高于 三高，P = 0.99" in made("index", "comparison")


def test_comparison_keeps_the_customary_order_and_leads_to_schools() -> None:
    table = tables.progress(example.comparison())
    assert [row[0].text for row in table.rows] == list(example.NAMES)
    assert table.rows[2][0].link == "XM03/report.html"
    assert table.rows[2][2].text == "真人"
    reader = read(made("index", "comparison"))
    links = {attrs.get("href") for _tag, attrs in reader.tags}
    assert {f"{code}/report.html" for code in example.CODES} <= links


def test_comparison_of_places_gives_interval_and_n() -> None:
    text = "".join(read(made("index", "comparison")).texts)
    for review in example.comparison().reviews:
        for place in review.evaluation.places:
            if place.value:
                assert words.score(place.value.value) in text
                assert f"{words.ends(place.value)}，n = {place.counted}" in text


def test_english_page_is_english() -> None:
    text = page.html(example.review(), lang="en")
    assert '<html lang="en">' in text
    with speak("en"):
        assert compare.page(example.level()).frame.lang == "en"


def test_write_makes_a_folder_for_each_school(tmp_path: Path) -> None:
    whole = example.comparison()
    few = replace(whole, reviews=whole.reviews[1:3])
    paths = drill.write(few, tmp_path, lang="zh-Hans")
    names = [str(path.relative_to(tmp_path)) for path in paths]
    each = ("report.html", "head.html", "bureau.html", "report.docx")
    wanted = [f"{code}/{name}" for code in ("XM02", "XM03") for name in each]
    assert names == ["index.html", *wanted]
    before = [path.read_bytes() for path in paths]
    drill.write(few, tmp_path, lang="zh-Hans")
    assert [path.read_bytes() for path in paths] == before
    assert sum(path.is_file() for path in tmp_path.rglob("*")) == len(paths)


def test_write_of_one_school_stays_in_its_folder(tmp_path: Path) -> None:
    home = tmp_path / "out"
    paths = drill.write(example.bare(), home, lang="zh-Hans")
    assert len(paths) == 4
    assert all(path.resolve().is_relative_to(home.resolve()) for path in paths)


def test_versions_of_the_whole_stand_on_each_school() -> None:
    whole = example.comparison()
    bare = replace(whole.reviews[0], runs=0, seed=0, model_version="")
    filled = compare.with_versions(whole, bare)
    assert (filled.runs, filled.seed, filled.model_version) == (2000, 20200328, "1.0")
