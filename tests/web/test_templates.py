"""What holds for every template and script: the policy, the sprite, the words."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bihuan.web import pages
from bihuan.web.pages.shell import held
from page_server import render

WEB = Path(pages.__file__).parent.parent
TEMPLATES = WEB / "templates"
STATIC = WEB / "static"
FORBIDDEN = re.compile(
    r"""\sstyle\s*=|<style\b|\son[a-z]+\s*=\s*["']|javascript:|\shx-on|hx-vals=['"]js:"""
    r"""|<script(?![^>]*(?:\ssrc=|type="application/json"))|https?://|//cdn"""
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ALLOWED = {'xmlns="http://www.w3.org/2000/svg"'}


def templates() -> Iterator[tuple[str, str]]:
    for path in sorted(TEMPLATES.rglob("*.html")):
        text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
        yield path.relative_to(TEMPLATES).as_posix(), text


@pytest.mark.parametrize(
    ("name", "text"), [pytest.param(*one, id=one[0]) for one in templates()]
)
def test_a_template_keeps_to_the_policy(name: str, text: str) -> None:
    for harmless in ALLOWED:
        text = text.replace(harmless, "")
    assert [found.group() for found in FORBIDDEN.finditer(text)] == [], name


def test_every_mark_and_icon_is_in_the_sprite() -> None:
    sprite = set(
        re.findall(
            r'<symbol id="([\w-]+)"', (STATIC / "img/marks.svg").read_text("utf-8")
        )
    )
    asked = {
        (name, symbol)
        for name, text in templates()
        for symbol in (
            *re.findall(r"""mark\(["']([\w-]+)["']""", text),
            *(f"i-{icon}" for icon in re.findall(r"""icon\(["']([\w-]+)["']""", text)),
            *(
                f"i-{icon}"
                for icon in re.findall(r"""icon_name=["']([\w-]+)["']""", text)
            ),
        )
    }
    assert asked
    assert {one for one in asked if one[1] not in sprite} == set()


def test_every_file_a_template_names_is_there() -> None:
    asked = {
        (name, file)
        for name, text in templates()
        for file in re.findall(r"""static\(["']([^"']+)["']\)""", text)
    }
    assert asked
    assert {one for one in asked if not (STATIC / one[1]).is_file()} == set()


def test_scripts_hold_no_words() -> None:
    scripts = sorted((STATIC / "js").glob("*.js"))
    assert scripts
    assert [
        path.name for path in scripts if CHINESE.search(path.read_text("utf-8"))
    ] == []


def test_what_a_phone_holds_is_there() -> None:
    assert {"js/app.js", "js/queue.js", "css/site.css"} <= set(held())
    assert "js/sw.js" not in held()
    assert [name for name in held() if not (STATIC / name).is_file()] == []


def test_what_the_scripts_say_is_what_they_ask_for() -> None:
    page = (TEMPLATES / "parts/words.html").read_text("utf-8")
    words = set(re.findall(r'"(\w+)": _\(', page))
    scripts = "".join(path.read_text("utf-8") for path in (STATIC / "js").glob("*.js"))
    asked = {
        key
        for call in re.findall(r"\bsay\(([^()]*)", scripts)
        for key in re.findall(r'"(\w+)"', call)
    }
    assert asked - words == set()
    assert {word for word in words if f'"{word}"' not in scripts} == set()


UI = '{% from "parts/ui.html" import count, mark, chip, button, empty, progress, seat_name, source %}'


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("count(none)", "未报"),
        ("count(0)", '<span class="zero">0</span>'),
        ("count(1234)", "1,234"),
        ("count(3, true)", '<b class="over">3</b>'),
        ('mark("fail")', 'role="img" aria-label="没达到"'),
        ('mark("fail", "")', 'aria-hidden="true"'),
        ('button("提交", "p")', '<button class="btn p" type="submit">'),
        ('button("提交", href="/x/?a=1&b=2")', 'href="/x/?a=1&amp;b=2"'),
        ('progress(3, 4, "三比四")', 'value="3" max="4" aria-label="三比四"'),
        ('seat_name("邵禾")', 'class="two"'),
        ('source("law")', '<span class="tag law">法定</span>'),
        ('empty("<b>", "下一件")', "&lt;b&gt;"),
        ("chip(none)", ""),
    ],
)  # fmt: skip
def test_a_macro_says(call: str, said: str) -> None:
    assert said in render(UI + "{{ " + call + " }}")
