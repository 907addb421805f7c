"""Answers from a chat's 群接龙 or from a sheet: read, matched to names, shown, never merged.

Only what a line says is an answer. What it leaves out stays open until somebody says it,
and a name that is not exactly one of the class is shown with the closest, not taken.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any, Final

from bihuan.rules.triage import Symptom

MOST: Final = 400
"""Lines that are read at once."""
CLOSE: Final = 0.5
"""Least likeness of a name that is shown as the closest."""
_NUMBER: Final = re.compile(r"^\s*[(（]?\d{1,3}\s*[)）.、,，:：\s]\s*")
_HEAD: Final = re.compile(r"^\s*(#?\s*接龙|例[:：]|示例|【|群接龙|请.*接龙)")
_DAY: Final = re.compile(
    r"(?:(20\d\d)\s*[年./-]\s*)?(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*(?:日|号)?"
)
_KIN: Final = re.compile(r"(的?(妈妈|爸爸|爷爷|奶奶|外公|外婆|家长|母亲|父亲|妈|爸))$")
_NO: Final = r"(?:无|没有?|未|不曾|从未)"

_SAID: Final[Sequence[tuple[re.Pattern[str], Mapping[str, bool]]]] = tuple(
    (re.compile(pattern), told)
    for pattern, told in (
        (
            rf"{_NO}(?:去过|到过|在|离开?|出)?(?:外出|出门|出行|旅居|出过门|出县|出市)",
            {"travelled": False, "outside": False},
        ),
        (r"(?:一直|都)?(?:在家|未离开|没离开)", {"travelled": False, "outside": False}),
        (
            rf"{_NO}(?:去过?|到过?|出)(?:外地|外省|外市|中高风险)",
            {"outside": False},
        ),
        (
            rf"{_NO}(?:任何)?(?:症状|不适|发热|发烧|咳嗽|异常)|(?<!不)健康|"  # noqa: ISC004
            r"身体(?:良好|正常|好)|体温正常|36\.\d",
            {"symptoms": False},
        ),
        (rf"{_NO}(?:与|跟)?[^，,；;\s]{{0,10}}接触", {"contact": False}),
        (
            r"(?<!未)(?<!没)(?<!没有)(?<!无)(?:从|自)[^，,；;\s]{1,12}(?:回|返)|外省|外地|外市",
            {"travelled": True, "outside": True},
        ),
        (r"(?:去过|到过|去了|外出|旅游|出差|探亲)", {"travelled": True}),
        (r"(?:密切?接触|有接触|接触过|接触史)", {"contact": True}),
        (
            r"发热|发烧|咳嗽|咽痛|嗓子[疼痛]|腹泻|拉肚子|呕吐|乏力|不舒服|(?:3[789]|4\d)\.\d",
            {"symptoms": True},
        ),
    )
)
"""What words say, the denials first: what one has explained is not read again."""
_SIGNS: Final = {
    "发热": Symptom.FEVER, "发烧": Symptom.FEVER, "咳": Symptom.COUGH,
    "咽痛": Symptom.SORE_THROAT, "嗓子": Symptom.SORE_THROAT,
    "腹泻": Symptom.DIARRHOEA, "拉肚子": Symptom.DIARRHOEA,
    "呕吐": Symptom.VOMITING, "乏力": Symptom.FATIGUE,
}  # fmt: skip
QUESTIONS: Final = ("travelled", "outside", "contact", "symptoms")
HEADINGS: Final = {
    "name": ("姓名", "学生姓名"),
    "travelled": ("假期是否外出", "是否外出", "外出"),
    "outside": ("是否去过外地", "外地", "是否去过外省"),
    "place": ("地点", "去过哪里", "旅居地"),
    "arrived": ("返回日期", "返回时间"),
    "transport": ("交通", "交通工具"),
    "contact": ("接触史", "有无接触史"),
    "symptoms": ("目前健康", "目前有无症状", "有无症状", "健康状况"),
}
_YES: Final = frozenset({"是", "有", "1", "y", "yes", "√", "外出", "异常"})
_NOT: Final = frozenset(
    {"否", "无", "没有", "没", "0", "n", "no", "×", "—", "-", "健康", "正常", "未外出"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """Somebody of the class."""

    pk: int
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A line as it was read."""

    line: str
    person: int | None = None
    """None: the name is not exactly one of the class."""
    closest: int | None = None
    """Who may be meant; to be chosen by a person."""
    twice: bool = False
    """Another line names the same person."""
    travelled: bool | None = None
    outside: bool | None = None
    contact: bool | None = None
    symptoms: bool | None = None
    symptom_codes: tuple[str, ...] = ()
    place: str = ""
    transport: str = ""
    arrived: dt.date | None = None

    @property
    def open(self) -> tuple[str, ...]:
        """Questions that the line leaves out."""
        return tuple(one for one in QUESTIONS if getattr(self, one) is None)


def read_text(text: str, names: Sequence[Name], today: dt.date) -> tuple[Told, ...]:
    """Read a pasted chat line by line; headings and empty lines are left out."""
    lines = (_plain(line) for line in text.splitlines()[: 4 * MOST])
    bodies = (_NUMBER.sub("", line) for line in lines if not _HEAD.match(line))
    told = [_read(body, names, today) for body in bodies if body.strip()]
    return _marked(told[:MOST])


def read_rows(
    rows: Iterable[Sequence[Any]], names: Sequence[Name], today: dt.date
) -> tuple[Told, ...]:
    """Read a sheet: the row with 姓名 is the heading, what is above it is title."""
    told: list[Told] = []
    columns: dict[str, int] = {}
    for row in rows:
        if not columns:
            columns = _columns([_plain(_text(cell)) for cell in row])
            continue
        name = _plain(_text(row[columns["name"]])) if len(row) > columns["name"] else ""
        if name and not name.startswith("示例"):
            told.append(_row(name, row, columns, names=names, today=today))
        if len(told) >= MOST:
            break
    return _marked(told)


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Which column is which; empty: this is not the heading."""
    found: dict[str, int] = {}
    for number, cell in enumerate(cells):
        plain = cell.strip("* ")
        for field, headings in HEADINGS.items():
            if plain in headings:
                found.setdefault(field, number)
    return found if "name" in found else {}


def _row(
    name: str,
    row: Sequence[Any],
    columns: Mapping[str, int],
    *,
    names: Sequence[Name],
    today: dt.date,
) -> Told:
    cells = [_plain(_text(cell)) for cell in row]

    def cell(field: str) -> str:
        number = columns.get(field)
        return cells[number] if number is not None and number < len(cells) else ""

    travelled = _yes_no(cell("travelled"))
    outside = _yes_no(cell("outside"))
    person, closest, _rest = _who(name, names)
    at = columns.get("arrived", len(row))
    arrived = row[at] if at < len(row) else None
    return Told(
        line="，".join(part for part in cells if part)[:200],
        person=person,
        closest=closest,
        travelled=travelled,
        outside=False if outside is None and travelled is False else outside,
        contact=_yes_no(cell("contact")),
        symptoms=_yes_no(cell("symptoms")),
        symptom_codes=_signs(cell("symptoms")),
        place=cell("place")[:80] if travelled else "",
        transport=cell("transport")[:40] if travelled else "",
        arrived=_as_day(arrived, today),
    )


def _read(body: str, names: Sequence[Name], today: dt.date) -> Told:
    person, closest, rest = _who(body, names)
    said = dict(_answers(rest))
    return Told(
        line=body[:200],
        person=person,
        closest=closest,
        travelled=said.get("travelled"),
        outside=said.get("outside"),
        contact=said.get("contact"),
        symptoms=said.get("symptoms"),
        symptom_codes=_signs(rest) if said.get("symptoms") else (),
        place=_place(rest) if said.get("travelled") else "",
        arrived=_in_text(rest, today),
    )


def _who(body: str, names: Sequence[Name]) -> tuple[int | None, int | None, str]:
    """The person a line begins with: exactly one, else the closest to be chosen."""
    first = re.split(r"[\s,，:：;；+＋]+", body.strip(), maxsplit=1)[0]
    bare = _KIN.sub("", first)
    fitting = [one for one in names if one.name in (first, bare)]
    if not fitting:
        starts = [one for one in names if body.strip().startswith(one.name)]
        longest = max((len(one.name) for one in starts), default=0)
        fitting = [one for one in starts if len(one.name) == longest]
    if len(fitting) == 1:
        return fitting[0].pk, None, body.strip().removeprefix(fitting[0].name)
    near = fitting[0].pk if fitting else _closest(bare, names)
    return None, near, body.strip().removeprefix(first)


def _closest(name: str, names: Sequence[Name]) -> int | None:
    if not name:
        return None
    likeness = [
        (SequenceMatcher(None, name, one.name).ratio(), one.pk) for one in names
    ]
    best = max(likeness, default=(0.0, 0))
    return best[1] if best[0] >= CLOSE else None


def _answers(text: str) -> Iterator[tuple[str, bool]]:
    """What a line says, each question once: said both ways it stays open."""
    found: dict[str, set[bool]] = {}
    left = text
    for pattern, told in _SAID:
        if not pattern.search(left):
            continue
        left = pattern.sub("；", left)
        for question, yes in told.items():
            found.setdefault(question, set()).add(yes)
    for question, answers in found.items():
        if len(answers) == 1:
            yield question, answers.pop()


def _signs(text: str) -> tuple[str, ...]:
    told = {sign.value for word, sign in _SIGNS.items() if word in text}
    return tuple(sorted(told))


def _place(text: str) -> str:
    found = re.search(
        r"(?:去过|到过|去了|从|自)([^，,；;\s\d]{1,12}?)(?:回|返|旅游|[，,；;\s\d]|$)",
        text,
    )
    return found[1] if found else ""


def _in_text(text: str, today: dt.date) -> dt.date | None:
    found = _DAY.search(text)
    return _as_day(found[0], today) if found else None


def _as_day(came: Any, today: dt.date) -> dt.date | None:
    """A day as people write it; one without a year is the last such day."""
    if isinstance(came, dt.datetime):
        return came.date()
    if isinstance(came, dt.date):
        return came
    text = _plain(_text(came))
    whole = re.fullmatch(r"(20\d\d)(\d\d)(\d\d)", text)
    found = whole or _DAY.search(text)
    if found is None:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        told = dt.date(year or today.year, month, day)
    except ValueError:
        return None
    if not year and told > today:
        told = told.replace(year=today.year - 1) if (month, day) != (2, 29) else told
    return told


def _yes_no(cell: str) -> bool | None:
    """An answer of a cell; an empty one is none."""
    word = cell.strip().lower()
    if word in _NOT:
        return False
    if word in _YES or _signs(word):
        return True
    return None


def _marked(told: Sequence[Told]) -> tuple[Told, ...]:
    """Mark lines that name one person twice."""
    named = [one.person for one in told if one.person is not None]
    return tuple(
        replace(one, twice=named.count(one.person) > 1) if one.person else one
        for one in told
    )


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _plain(text: str) -> str:
    """Full-width letters, digits and spaces as the others."""
    return unicodedata.normalize("NFKC", text).replace("\u3000", " ").strip()
