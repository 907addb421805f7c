"""The rule book 规则库: dated rows, each with its document; nothing here is a constant.

`rules.csv` and `documents.csv` are the book; docs/rules.md lists them.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache, cached_property
from importlib import resources
from typing import Final, TypeVar

from bihuan.base.wording import N_
from bihuan.plan.words import Word


class SourceClass(Word):
    """What stands behind a row; only what is law is a hard line."""

    LAW = "law", N_("法定")
    PLAN = "plan", N_("预案")
    PRACTICE = "practice", N_("惯例")
    TARGET = "target", N_("目标")


class Level(Word):
    """Who issued a document."""

    NATIONAL = "national", N_("国家")
    PROVINCE = "province", N_("省")
    DISTRICT = "district", N_("区县")
    PLACE = "place", N_("各地、学校")


class Standing(Word):
    """How far a document has come into the book."""

    READ = "read", N_("已转录")
    KNOWN = "known", N_("只知其存在，须核对原文")
    PENDING = "pending", N_("待录入")


class Measured(Word):
    """What the value of a row is measured in."""

    NOTHING = "", N_("—")
    CASES = "cases", N_("例")
    LINKED_CASES = "linked_cases", N_("例（有关联）")
    HOSPITALISED = "hospitalised", N_("例（住院或死亡）")
    DEATHS = "deaths", N_("例死亡")
    CLASSES = "classes", N_("个班")
    GRADES = "grades", N_("个年级")
    SHARE = "share", N_("占比")
    SECONDS = "seconds", N_("秒")
    MINUTES = "minutes", N_("分钟")
    HOURS = "hours", N_("小时")
    DAYS = "days", N_("天")
    YEARS = "years", N_("年")
    CLOCK = "clock", N_("点钟前")
    CELSIUS = "celsius", N_("℃")
    METRES = "metres", N_("米")
    GRAMS = "grams", N_("克")
    MILLIGRAM_PER_LITRE = "mg_per_litre", N_("mg/L")
    PARTS = "parts", N_("份")
    TIMES = "times", N_("次")
    ITEMS = "items", N_("项、件")
    PERSONS = "persons", N_("人")
    STUDENTS = "students", N_("名学生")
    ROOMS = "rooms", N_("间")


DISEASES: Final[Mapping[str, str]] = {
    "influenza": N_("流感、流感样病例"),
    "h1n1": N_("甲型H1N1流感（2009）"),
    "covid": N_("新型冠状病毒感染"),
    "norovirus": N_("诺如病毒感染"),
    "hfmd": N_("手足口病"),
    "varicella": N_("水痘"),
    "mumps": N_("流行性腮腺炎"),
    "measles": N_("麻疹"),
    "rubella": N_("风疹"),
    "scarlet_fever": N_("猩红热"),
    "ahc": N_("急性出血性结膜炎"),
    "dysentery": N_("细菌性痢疾"),
    "tb": N_("结核病"),
    "dengue": N_("登革热"),
    "food_poisoning": N_("疑似食物中毒"),
    "old": N_("旧分类（已取代）"),
}
"""Diseases that rows speak of; a row without one speaks of all."""

_T = TypeVar("_T")
_EVER: Final = date.min
_NEVER_ENDS: Final = date.max


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A document of the book; from `effective_from` on those it supersedes are out of force."""

    code: str
    title: str
    issuer: str
    level: Level
    number: str
    issued: date | None
    effective_from: date | None
    effective_to: date | None
    status: Standing
    supersedes: tuple[str, ...]
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A row of the book: what holds, where, from when to when, by which document.

    how_sure: R read in a copy of the text, M from memory, D our own proposal; then H, M
    or L for high, middle, low.
    """

    code: str
    key: str
    name: str
    disease: str
    value: float | None
    unit: Measured
    scope: str
    window: int | None
    """Days in which cases are counted."""
    days: int | None
    """Days that a closure lasts."""
    day: date | None
    """The day a row fixes, for opening dates."""
    region: str
    """Code of GB/T 2260, as many digits as it reaches; empty: everywhere."""
    effective_from: date | None
    effective_to: date | None
    document: str
    clause: str
    source_class: SourceClass
    how_sure: str
    checked: str
    note: str

    @property
    def binds(self) -> bool:
        """Whether a plan that breaks it is wrong, not only unlike others.

        A row from memory binds nobody before somebody has read the text.
        """
        official = self.source_class in (SourceClass.LAW, SourceClass.PLAN)
        return official and self.how_sure.startswith("R")

    def in_force(self, day: date) -> bool:
        """Whether its own dates have come and are not over."""
        return (
            (self.effective_from or _EVER) <= day <= (self.effective_to or _NEVER_ENDS)
        )


@dataclass(frozen=True, kw_only=True)
class Book:
    """Rules and the documents they come from."""

    rules: tuple[Rule, ...]
    documents: tuple[Document, ...]

    @cached_property
    def by_code(self) -> Mapping[str, Document]:
        """Documents by their code."""
        return {document.code: document for document in self.documents}

    def on(
        self, day: date, *, disease: str | None = None, region: str | None = None
    ) -> "Book":
        """The rows in force on a day; those of no disease always stay.

        What binds another region is kept as a practice: it may be followed, not broken.
        """
        gone = self.superseded(day)
        kept = (
            rule
            for rule in self.rules
            if rule.in_force(day) and rule.document not in gone
        )
        return replace(self, rules=tuple(kept)).about(disease=disease, region=region)

    def about(self, *, disease: str | None = None, region: str | None = None) -> "Book":
        """The rows of all times that speak of a disease (and of none), seen from a region."""
        kept = (
            rule if region is None else _seen_from(rule, region)
            for rule in self.rules
            if disease is None or rule.disease in ("", disease)
        )
        return replace(self, rules=tuple(kept))

    def superseded(self, day: date) -> frozenset[str]:
        """Documents that a newer one in force on a day has replaced."""
        return frozenset(
            code
            for document in self.documents
            if document.effective_from and document.effective_from <= day
            for code in document.supersedes
        )

    def named(self, key: str) -> tuple[Rule, ...]:
        """The rows of a key, those of the strongest source first."""
        order = list(SourceClass)
        found = (rule for rule in self.rules if rule.key == key)
        return tuple(
            sorted(found, key=lambda r: (not r.binds, order.index(r.source_class)))
        )

    def best(self, key: str, *, disease: str = "", scope: str = "") -> Rule | None:
        """The row of a key that counts most: own disease, strongest source, newest."""
        found = [
            rule
            for rule in self.named(key)
            if rule.disease in ("", disease) and scope in ("", rule.scope)
        ]
        found.sort(key=lambda r: r.effective_from or _EVER, reverse=True)
        found.sort(key=lambda r: (r.disease != disease, _strength(r), -len(r.region)))
        return found[0] if found else None

    def value(
        self,
        key: str,
        on: date,
        *,
        disease: str = "",
        region: str | None = None,
        scope: str = "",
    ) -> float | None:
        """The number of a key on a day; None: no row in force, or a row without number."""
        in_force = self.on(on, disease=disease, region=region)
        rule = in_force.best(key, disease=disease, scope=scope)
        return rule.value if rule else None


def _strength(rule: Rule) -> tuple[bool, int]:
    return not rule.binds, list(SourceClass).index(rule.source_class)


def _seen_from(rule: Rule, region: str) -> Rule:
    elsewhere = not region.startswith(rule.region)
    weaker = elsewhere and rule.source_class in (SourceClass.LAW, SourceClass.PLAN)
    return replace(rule, source_class=SourceClass.PRACTICE) if weaker else rule


@cache
def load() -> Book:
    """Read the book that comes with the program."""
    documents = tuple(map(_document, _rows("documents.csv")))
    by_code = {document.code: document for document in documents}
    rules = tuple(_rule(row, by_code) for row in _rows("rules.csv"))
    return Book(rules=rules, documents=documents)


def columns(kind: type[Rule] | type[Document]) -> tuple[str, ...]:
    """Names of the columns of a table of the book, in their order."""
    return tuple(field.name for field in fields(kind))


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (resources.files(__name__) / name).read_text("utf-8")
    return csv.DictReader(text.splitlines())


def _document(row: dict[str, str]) -> Document:
    return Document(
        code=row["code"],
        title=row["title"],
        issuer=row["issuer"],
        level=Level(row["level"]),
        number=row["number"],
        issued=_given(row["issued"], date.fromisoformat),
        effective_from=_given(row["effective_from"], date.fromisoformat),
        effective_to=_given(row["effective_to"], date.fromisoformat),
        status=Standing(row["status"]),
        supersedes=tuple(row["supersedes"].split()),
        note=row["note"],
    )


def _rule(row: dict[str, str], documents: Mapping[str, Document]) -> Rule:
    """A row; where it has no dates of its own, its document's hold."""
    document = documents[row["document"]]
    start = _given(row["effective_from"], date.fromisoformat)
    end = _given(row["effective_to"], date.fromisoformat)
    return Rule(
        code=row["code"],
        key=row["key"],
        name=row["name"],
        disease=row["disease"],
        value=_given(row["value"], float),
        unit=Measured(row["unit"]),
        scope=row["scope"],
        window=_given(row["window"], int),
        days=_given(row["days"], int),
        day=_given(row["day"], date.fromisoformat),
        region=row["region"],
        effective_from=start or document.effective_from,
        effective_to=end or document.effective_to,
        document=row["document"],
        clause=row["clause"],
        source_class=SourceClass(row["source_class"]),
        how_sure=row["how_sure"],
        checked=row["checked"],
        note=row["note"],
    )


def _given(text: str, read: Callable[[str], _T]) -> _T | None:
    return read(text) if text else None
