"""The page: whole, closed to the outside, escaped, in either language."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from bihuan.base import wording as base_wording
from bihuan.loop.outcome import Estimate, Rehearsal
from bihuan.report import page, wording
from bihuan.report.page import html
from report import example

VOID = {"meta", "link", "br", "img", "input"}


class Reader(HTMLParser):
    """Checks that elements are closed in order, and keeps what they carry."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


ALL = {
    "rehearsal": example.rehearsal,
    "versus": example.versus,
    "bare": example.bare,
    "hostile": example.hostile,
}


@pytest.mark.parametrize("name", ALL)
def test_page_is_whole_and_asks_nothing_of_the_outside(name: str) -> None:
    text = html(ALL[name](), lang="zh-Hans")
    reader = read(text)
    tags = {tag for tag, _attrs in reader.tags}
    assert tags.isdisjoint(
        {"script", "link", "img", "iframe", "object", "form", "base"}
    )
    links = [
        attrs[key] or ""
        for _tag, attrs in reader.tags
        for key in ("href", "src")
        if key in attrs
    ]
    assert links
    assert all(link.startswith("#") for link in links)
    assert re.search(r"url\(|@import", text) is None
    assert not [
        key for _tag, attrs in reader.tags for key in attrs if key.startswith("on")
    ]


def test_links_of_the_contents_lead_somewhere() -> None:
    reader = read(html(example.rehearsal(), lang="zh-Hans"))
    ids = [attrs["id"] for _tag, attrs in reader.tags if "id" in attrs]
    links = {attrs["href"] for _tag, attrs in reader.tags if "href" in attrs}
    assert len(ids) == len(set(ids))
    assert {(link or "")[1:] for link in links} <= set(ids)


def test_names_that_try_to_be_markup_stay_text() -> None:
    text = html(example.hostile(), lang="zh-Hans")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert example.HOSTILE in "".join(read(text).texts)


def estimates(value: object) -> Iterator[Estimate]:
    """Every estimate anywhere in a value."""
    if isinstance(value, Estimate):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from estimates(part)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from estimates(getattr(value, name))


def test_every_estimate_of_an_outcome_stands_beside_its_interval() -> None:
    whole = example.rehearsal()
    text = "".join(read(html(whole, lang="zh-Hans")).texts)
    outcome = whole.schools[0].planned[0][1]
    for name in ("outbreak5", "outbreak20", "found"):
        assert wording.words(getattr(outcome, name), wording.CHANCE) in text
    for name in (
        "size",
        "beds_peak",
        "bedless_days",
        "apart_days",
        "class_days",
        "confirmed",
        "tests",
        "false_positives",
    ):
        assert wording.words(getattr(outcome, name)) in text
    for school in whole.schools:
        for _question, row in school.worth:
            for worth in row:
                assert wording.words(worth.outbreak5, wording.DIFFERENCE) in text
                assert wording.words(worth.lessons) in text
    for row_ in whole.sensitivity:
        assert wording.words(row_.low, wording.CHANCE) in text
    assert len(list(estimates(whole))) > 100


def test_number_cells_of_estimates_carry_an_interval() -> None:
    """A value of a paired difference never stands without its interval."""
    text = html(example.rehearsal(), lang="zh-Hans")
    cells = re.findall(r'<span class="v">差异在误差范围内</span>(.{0,40})', text)
    assert cells
    assert all('class="i"' in rest for rest in cells)


def test_what_must_be_said_stands_before_the_first_thing_to_mend() -> None:
    text = html(example.versus(), lang="zh-Hans")
    head = text[text.index("<main>") : text.index('<section id="mend">')]
    for words in (
        "情景推演，非预测",
        "推演中途停止：要求每校 1,000 次，完成 412 次",
        "新冠病毒（2020 年初毒株参数）",
        "3 个参数里 2 个没有出处",
        "教室空气路径强度",
    ):
        assert words in head
    assert "推演中途停止" not in html(example.rehearsal(), lang="zh-Hans")


def test_schools_stand_in_customary_order_everywhere() -> None:
    shown = page.page(example.rehearsal())
    assert [section.name for section in shown.sections] == list(example.NAMES)
    assert [row[0].text for row in shown.checks.rows] == list(example.NAMES)
    assert [row[0].text for row in shown.figures[0].table.rows] == list(example.NAMES)


def test_things_to_mend_say_effect_who_when_and_cost() -> None:
    first, beds, must, leave, dining = page.page(example.rehearsal()).mends
    assert (first.value, first.interval) == (
        "−7.1 个百分点",
        "90% 区间 −10.2 至 −4.3",
    )
    assert "责任：各校校长；4月5日前；代价：夜班每晚 1 人。" in first.duty
    assert first.duty.startswith("学校：实验高中、二高、三高；")
    assert beds.duty.startswith("责任："), "the title names its schools"
    assert (must.value, must.interval) == ("无论推演结果，都要补", "")
    assert leave.value == "−38%"
    assert (dining.value, dining.unclear) == ("差异在误差范围内", True)


def test_thing_that_concerns_every_school_counts_them() -> None:
    whole = example.rehearsal()
    codes = tuple(school.school.code for school in whole.schools)
    mend = replace(whole.mends[0], schools=codes)
    assert page.item(mend, whole).duty.startswith("学校：七校；")


def test_days_that_come_next_are_joined_and_sorted() -> None:
    shown = page.page(example.rehearsal()).dates
    assert [day for day, _text in shown] == [
        "4月5日",
        "4月6日",
        "4月9日",
        "4月13日",
        "4月20日",
    ]
    assert shown[1][1] == "三高、二高隔离床位不到规定数；改完预案检查出的错误"


def test_assumptions_that_decide_are_told() -> None:
    whole = example.rehearsal()
    assert "其中 1 个使头两项换位" in page.moved(whole)
    calm = replace(whole, sensitivity=whole.sensitivity[1:])
    assert "头两项都不换位" in page.moved(calm)
    assert page.moved(example.bare()) == ""
    assert page.assumed(example.bare()) == "0 个参数都有出处"


def test_nothing_of_the_simulation_is_claimed() -> None:
    """会 and 将 are not said of a simulation (机会 is a chance, not a claim)."""
    text = "".join(read(html(example.rehearsal(), lang="zh-Hans")).texts)
    body = text[text.index("先补什么") :]
    assert re.findall(r"(?<!机)会(?!议)|将", body) == []
    assert "！" not in body


def test_same_rehearsal_gives_the_same_page() -> None:
    assert html(example.versus(), lang="zh-Hans") == html(
        example.versus(), lang="zh-Hans"
    )


class Pseudo:
    """A language in which every message is its places, so that what is not marked shows."""

    def gettext(self, message: str) -> str:
        return re.sub(r"[\u2e80-\uffef]+", "~", message)

    def ngettext(self, one: str, _many: str, _number: int) -> str:
        return self.gettext(one)


def ascii_only(whole: Rehearsal) -> Rehearsal:
    """The example with data in Latin letters."""

    def latin(value: object) -> object:
        if isinstance(value, str):
            return type(value)(value) if value.isascii() else _plain(value)
        if isinstance(value, tuple):
            return tuple(latin(part) for part in value)
        return value

    def _plain(value: str) -> str:
        return value if hasattr(value, "label") else "x"

    def walk(value: object) -> object:
        if isinstance(value, tuple):
            return tuple(walk(part) for part in value)
        if hasattr(value, "__dataclass_fields__"):
            parts = {
                name: walk(getattr(value, name)) for name in value.__dataclass_fields__
            }
            return type(value)(**parts)
        return latin(value)

    found = walk(whole)
    assert isinstance(found, Rehearsal)
    return found


@pytest.mark.parametrize("name", ["rehearsal", "versus", "bare"])
def test_every_text_of_the_page_goes_through_the_catalogue(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base_wording, "_catalogue", lambda _name: Pseudo())
    reader = read(html(ascii_only(ALL[name]()), lang="en"))
    styles = next(text for text in reader.texts if ":root" in text)
    said = [text for text in reader.texts if text is not styles]
    said += [value or "" for _tag, attrs in reader.tags for value in attrs.values()]
    left = {text for text in said if re.search(r"[\u4e00-\u9fff]", text)}
    assert left == set()


def test_page_says_its_language() -> None:
    assert '<html lang="en">' in html(example.rehearsal(), lang="en")
    assert '<html lang="zh-Hans">' in html(example.rehearsal(), lang="zh-Hans")
