"""What the program says: the languages, and a catalogue that is whole."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

import words
from bihuan.base import wording
from bihuan.base.wording import (
    N_,
    SOURCE,
    UnknownLanguage,
    _,
    language,
    languages,
    speak,
    wanted,
)

CATALOGUE = list(words.translations(words.read(words.CATALOGUE)))


def test_every_message_of_the_source_has_english() -> None:
    english = {msgid for msgid, msgstr, _keep in CATALOGUE if msgstr}
    assert sorted(words.said() - english) == []


def test_catalogue_has_nothing_that_the_source_no_longer_says() -> None:
    entries = {msgid for msgid, _msgstr, _keep in CATALOGUE}
    assert sorted(entries - words.said()) == []


def test_no_message_is_an_f_string() -> None:
    assert words.unsayable() == []


def test_translation_has_the_places_of_its_message() -> None:
    """The form of one may say its number in a word."""
    wrong = [
        msgid
        for msgid, told, _keep in words.forms(words.read(words.CATALOGUE))
        if all(told)
        and (
            words.places(msgid) != words.places(told[-1])
            or not set(words.places(told[0])) <= set(words.places(msgid))
        )
    ]
    assert wrong == []


def test_english_has_no_chinese_unless_kept() -> None:
    mixed = [
        msgid for msgid, msgstr, keep in CATALOGUE if words.chinese(msgstr) and not keep
    ]
    assert mixed == []


def test_catalogue_is_written_as_words_writes_it() -> None:
    catalogue = words.read(words.CATALOGUE)
    messages = [msgid for msgid, _msgstr, _keep in CATALOGUE]
    rewritten = words.written(words.merged(messages, [catalogue]))
    assert words.CATALOGUE.read_text("utf-8") == rewritten


def test_merging_keeps_what_is_there_and_fills_what_is_empty() -> None:
    ours, theirs = Catalog(), Catalog()
    ours.add("甲", "ours")
    ours.add("乙", "")
    theirs.add("甲", "theirs")
    theirs.add("乙", "second 乙", user_comments=["keep"])
    theirs.add("丙", "nobody says it")
    merged = words.translations(words.merged({"甲", "乙"}, [ours, theirs]))
    assert list(merged) == [("乙", "second 乙", True), ("甲", "ours", False)]


def test_forms_of_one_and_many_stand_before_a_translation_without() -> None:
    ours, theirs = Catalog(), Catalog()
    ours.add("{n}条", "{n} items")
    theirs.add(("{n}条", "{n}条"), ("{n} item", "{n} items"))
    merged = words.merged({"{n}条"}, [ours, theirs])
    assert [told for _msgid, told, _keep in words.forms(merged)] == [
        ("{n} item", "{n} items")
    ]
    again = words.merged({"{n}条"}, [merged, ours])
    assert words.written(again) == words.written(merged)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"n": 1, "m": 5}, "1 of 5 alarm"),
        ({"n": 3, "m": 1}, "3 of 1 alarms"),
        ({"n": "{n}", "m": "{m}"}, "{n} of {m} alarms"),
        ({"n": "1", "m": 1}, "1 of 1 alarm"),
    ],
)
def test_a_message_takes_the_form_of_its_number(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    values: Mapping[str, object],
    said: str,
) -> None:
    made = Catalog(locale="en")
    message = "{m}条报警里的{n}条"
    made.add((message, message), ("{n} of {m} alarm", "{n} of {m} alarms"))
    folder = tmp_path / "en/LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "bihuan.mo").open("wb") as file:
        write_mo(file, made)
    monkeypatch.setattr(wording, "LOCALE", tmp_path)
    wording._catalogue.cache_clear()
    with speak("en"):
        assert _(message, **values) == said
    wording._catalogue.cache_clear()


def test_messages_are_found_in_source_and_templates(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text('_("甲") + N_("乙") + _(f"{x}丙")', "utf-8")
    (tmp_path / "two.html").write_text("<p>{{ _('丁') }}</p>", "utf-8")
    assert words.said(tmp_path) == {"甲", "乙", "丁"}
    assert words.unsayable(tmp_path) == ["one.py:1"]


@pytest.mark.parametrize(
    ("text", "is_chinese"),
    [("class 7(9)", False), ("七(9)班", True), ("yes，no", True), ("→ ✓ ≥", False)],
)
def test_chinese_is_told_from_other_text(text: str, *, is_chinese: bool) -> None:
    assert words.chinese(text) is is_chinese


def test_source_is_the_first_language_and_english_is_there() -> None:
    assert languages() == (SOURCE, "en")


def test_message_is_said_in_the_language_being_spoken() -> None:
    assert _("没有这个文件：{name}", name="a.xlsx") == "没有这个文件：a.xlsx"
    with speak("en"):
        assert language() == "en"
        assert (
            _("没有这个文件：{name}", name="a.xlsx") == "there is no such file: a.xlsx"
        )
    assert language() == SOURCE


def test_marked_message_stays_chinese_until_it_is_said() -> None:
    with speak("en"):
        marked = N_("没有中文字体")
        assert marked == "没有中文字体"
        assert _(marked) == "no Chinese font"


def test_message_without_values_keeps_its_braces() -> None:
    assert _("没有权限：{name}") == "没有权限：{name}"


def test_empty_message_is_empty_in_every_language() -> None:
    with speak("en"):
        assert _("") == ""


def test_unknown_language_is_refused() -> None:
    with pytest.raises(UnknownLanguage, match="tlh"):
        speak("tlh")


@pytest.mark.parametrize(
    ("option", "environment", "expected"),
    [
        (None, {}, "zh-Hans"),
        (None, {"LANG": "C.UTF-8"}, "zh-Hans"),
        (None, {"LANG": "POSIX"}, "zh-Hans"),
        (None, {"LANG": "zh_CN.UTF-8"}, "zh-Hans"),
        (None, {"LANG": "zh_TW"}, "zh-Hans"),
        (None, {"LANG": "en_GB.UTF-8"}, "en"),
        (None, {"LANG": "de_DE.UTF-8"}, "zh-Hans"),
        (None, {"LANG": "en_US", "LC_ALL": "zh_CN"}, "zh-Hans"),
        (None, {"LANG": "en_US", "LC_ALL": ""}, "en"),
        (None, {"LANG": "en_US", "BIHUAN_LANG": "zh"}, "zh-Hans"),
        (None, {"LANG": "zh_CN", "BIHUAN_LANG": "en"}, "en"),
        ("en", {"BIHUAN_LANG": "zh-Hans"}, "en"),
        ("zh-CN", {"BIHUAN_LANG": "en"}, "zh-Hans"),
        ("tlh", {"LANG": "en_US"}, "tlh"),
    ],
)
def test_language_is_the_option_else_the_variable_else_the_locale(
    option: str | None, environment: Mapping[str, str], expected: str
) -> None:
    assert wanted(option, environment) == expected
