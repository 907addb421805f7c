"""Pages as a hostile visitor reads them: links, forms, and whether his mark took effect.

``Page`` reads HTML; ``crawl`` follows every link somebody is shown; ``fill`` fills a form as
a person would, with a text of the visitor's own in every free field.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from django.test import Client

MARK: Final = "x9"
"""Name of the tag and of the script that must never come to life."""
LONG: Final = f"\"'><img src=q onerror={MARK}><script>{MARK}()</script>"
SHORT: Final = f'"><{MARK}>'
TINY: Final = f"<{MARK}>"
PAYLOADS: Final = (LONG, f"\"><img src=q onerror='{MARK}'>", SHORT, TINY)
TYPED: Final = {"text", "search", "textarea", "tel", "url", "email"}
PLAUSIBLE: Final = {
    "celsius": "38.6", "phone": "13800000000", "cell": "B2", "plate": "豫A12345",
    "count": "1", "lane": "1", "expected": "6", "present": "6", "beds": "3", "days": "1",
    "code": "0001", "username": "someone", "password": "correct-horse-42",
}  # fmt: skip
"""What a person would type where the name alone says it."""
DAY: Final = "2026-03-10"
BY_KIND: Final = {
    "date": DAY, "time": "07:30", "datetime-local": f"{DAY}T07:30", "number": "1",
    "hidden": "", "checkbox": "on",
}  # fmt: skip


@dataclass
class Field:
    """A field of a form; `value` stands there, `choices` may be picked."""

    name: str
    kind: str
    value: str = ""
    choices: list[str] = field(default_factory=list)
    high: int = 10_000

    @property
    def free(self) -> bool:
        """Whether any text may be typed into it."""
        return self.kind in TYPED and self.name not in PLAUSIBLE


@dataclass
class Form:
    """A form: where it goes, what it holds, its buttons."""

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def key(self) -> tuple[str, str]:
        """The same form on two pages is one."""
        return self.action, ",".join(sorted({one.name for one in self.fields}))


class Page(HTMLParser):
    """A page's links and forms, and the visitor's marks that came to life in it."""

    def __init__(self, address: str, text: str) -> None:
        super().__init__()
        self.address = address
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.loose: dict[str, list[Field]] = {}
        self.alive: list[str] = []
        self._inside = ""
        self._select: Field | None = None
        self.feed(text)
        for form in self.forms:
            form.fields += self.loose.get(form.action, [])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self._inside = tag
        self._judge(tag, told)
        if tag == "a" and "href" in told:
            self.links.append(urljoin(self.address, told["href"]))
        elif tag == "form":
            where = urljoin(self.address, told.get("action", ""))
            self.forms.append(Form(where, told.get("method", "get").lower()))
        elif tag in {"input", "select", "textarea", "button"} and self.forms:
            self._field(tag, told)
        elif tag == "option" and self._select is not None:
            self._select.choices.append(told.get("value", ""))
            if "selected" in told:
                self._select.value = told.get("value", "")

    def _judge(self, tag: str, told: dict[str, str]) -> None:
        """A tag or an attribute that the visitor wrote, or an address that runs."""
        wrote = tag == MARK or any(
            name == MARK or (name.startswith("on") and MARK in value)
            for name, value in told.items()
        )
        runs = any(
            told.get(name, "").strip().lower().startswith(("javascript:", "data:text"))
            for name in ("href", "src", "action", "formaction")
        )
        if wrote or runs:
            self.alive.append(f"{self.address}: {self.get_starttag_text()}")

    def _field(self, tag: str, told: dict[str, str]) -> None:
        kind = told.get("type", "text") if tag == "input" else tag
        form, name, value = self.forms[-1], told.get("name", ""), told.get("value", "")
        if tag == "button" or kind == "submit":
            form.buttons.append((name, value))
        elif kind in {"radio", "checkbox"}:
            same = next((f for f in form.fields if f.name == name), None)
            if same is None:
                form.fields.append(same := Field(name, kind))
            same.choices.append(value or "on")
            if "checked" in told:
                same.value = value
        elif name and "disabled" not in told:
            high = int(told.get("maxlength") or 10_000)
            made = Field(name, kind, value, high=high)
            form.fields.append(made)
            self._select = made if tag == "select" else None

    def handle_data(self, data: str) -> None:
        if self._inside == "script" and f"{MARK}()" in data:
            # the texts of a page are data in a script of its own kind
            script = self.get_starttag_text() or ""
            if "application/json" not in script:
                self.alive.append(f"{self.address}: {data[:80]}")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""
        if tag == "select":
            self._select = None


def read(client: Client, address: str) -> Page | None:
    """The page at an address; None: it is no page."""
    answer = client.get(address)
    kind = answer.headers.get("Content-Type", "")
    if answer.streaming:
        list(answer)  # read to its end, so that its file is closed
        return None
    if "html" not in kind:
        return None
    return Page(address, answer.content.decode())


def crawl(
    client: Client,
    start: str = "/",
    *,
    most: int = 150,
    alike: int = 3,
    visit: Callable[[Page], None] = lambda _page: None,
) -> dict[str, Page]:
    """Every page somebody is led to; of addresses alike but for numbers, some."""
    found: dict[str, Page] = {}
    shapes: dict[str, int] = {}
    waiting = [start, "/ledgers/", "/inbox/", "/people/", "/superior/", "/bots/"]
    while waiting and len(found) < most:
        address = waiting.pop(0)
        shape = "".join("#" if c.isdigit() else c for c in address)
        if address in found or shapes.get(shape, 0) >= alike:
            continue
        shapes[shape] = shapes.get(shape, 0) + 1
        page = read(client, address)
        if page is not None:
            found[address] = page
            visit(page)
            waiting += [own for link in page.links if (own := own_address(link))]
    return found


def own_address(link: str) -> str:
    """A link without its fragment, if it stays on the site."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def fill(form: Form, text: str, only: str = "") -> dict[str, Any]:
    """A form as somebody fills it, with a text in every free field, or in one only."""
    told: dict[str, Any] = {}
    for one in form.fields:
        if one.kind == "file":
            continue
        if one.free and (not only or one.name == only):
            told[one.name] = text[: one.high]
        else:
            told[one.name] = plausible(one)
    return told


def plausible(one: Field) -> Any:
    """What somebody would put into a field."""
    if one.value and one.kind not in TYPED:
        return one.value
    if one.choices:
        filled = [choice for choice in one.choices if choice]
        return filled[:1] if one.kind == "checkbox" else next(iter(filled), "")
    if one.name in PLAUSIBLE:
        return PLAUSIBLE[one.name]
    return one.value or BY_KIND.get(one.kind, "示例文字一二三四五六")


def presses(form: Form) -> Iterator[dict[str, str]]:
    """Each way to send a form."""
    for name, value in form.buttons or [("", "")]:
        yield {name: value} if name else {}
