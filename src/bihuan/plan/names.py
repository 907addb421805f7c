"""Names of classes and grades: 初三(2)班, 九(2)班 and 902 are one class; 初三 is 九年级.

The key of a class is (level, number), of a grade its level; level 1 to 12 counts from
primary one, 0 is kindergarten.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_DIGITS: Final = "〇一二三四五六七八九"
_LAST: Final = 12
_STAGES: Final = {"初": 6, "高": 9, "小": 0}
_BRACKETS: Final = str.maketrans("[【〔〈<]】〕〉>", "((((()))))")
_SPREAD: Final = re.compile(r"[\s\u200b\ufeff]+")
_NUMERAL: Final = "[0-9〇零一二三四五六七八九十]+"
_STAGED: Final = re.compile(rf"(?P<stage>初中?|高中?|小学?)(?P<year>{_NUMERAL})(年级)?")
_PLAIN: Final = re.compile(rf"(?P<year>{_NUMERAL})(年级?)?")
_LATIN: Final = re.compile(r"(?:g|grade)0?(?P<year>\d{1,2})", re.IGNORECASE)
_BRACKETED: Final = re.compile(rf"(?P<grade>.+)\((?P<number>{_NUMERAL})\)班?")
_SHORT: Final = re.compile(r"(?P<year>1[0-2]|[1-9])(?P<number>\d\d)班?")
_CODE: Final = re.compile(r"g0?(?P<year>\d{1,2})c0?(?P<number>\d{1,2})", re.IGNORECASE)
_PARTS: Final = re.compile(r"(\d+)")


def plain(text: str) -> str:
    """Half-width characters, no spaces: Ｇ１２ and G 12 are G12."""
    return _SPREAD.sub("", unicodedata.normalize("NFKC", text))


def folded(text: str) -> str:
    """A name for comparison: plain, without case, stars and quotation marks."""
    return plain(text).casefold().strip("*:").replace("_", "")


def numeral(text: str) -> int | None:
    """The number that Chinese or Arabic digits say, up to 99."""
    if text.isdecimal():
        return int(text) if len(text) < len("100") else None
    tens, ten, ones = text.replace("零", "〇").rpartition("十")
    if not ten:
        return _DIGITS.find(ones) if len(ones) == 1 and ones in _DIGITS else None
    if len(tens) > 1 or len(ones) > 1:
        return None
    parts = (_DIGITS.find(tens) if tens else 1, _DIGITS.find(ones) if ones else 0)
    return None if -1 in parts else parts[0] * 10 + parts[1]


def grade_key(name: str) -> int | None:
    """The level of a grade by its name; None: not the name of a grade."""
    text = plain(name)
    if text in ("幼儿园", "学前"):
        return 0
    if match := _LATIN.fullmatch(text):
        return _level(int(match["year"]))
    if match := _STAGED.fullmatch(text):
        year, years = numeral(match["year"]), 6 if match["stage"][0] == "小" else 3
        if year is None or not 1 <= year <= years:
            return None
        return _STAGES[match["stage"][0]] + year
    match = _PLAIN.fullmatch(text)
    return _level(numeral(match["year"])) if match else None


def class_key(name: str) -> tuple[int, int] | None:
    """Level and number of a class by its name; None: not the name of a class."""
    text = plain(name).translate(_BRACKETS)
    if match := _CODE.fullmatch(text) or _SHORT.fullmatch(text):
        return _key(_level(int(match["year"])), int(match["number"]))
    if match := _BRACKETED.fullmatch(text):
        return _key(grade_key(match["grade"]), numeral(match["number"]))
    return _parted(text.removesuffix("班")) if text.endswith("班") else None


@lru_cache(maxsize=1 << 16)
def in_order(code: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts G2 before G10."""
    return tuple(
        (int(part), "") if part.isdecimal() else (-1, part)
        for part in _PARTS.split(code)
    )


def _parted(text: str) -> tuple[int, int] | None:
    """Grade and number that follow each other without a bracket: 高一3, 九年级二."""
    parts = ((text[:n], text[n:]) for n in range(len(text) - 1, 0, -1))
    keys = (_key(grade_key(grade), numeral(number)) for grade, number in parts)
    return next(filter(None, keys), None)


def _level(year: int | None) -> int | None:
    return year if year is not None and 1 <= year <= _LAST else None


def _key(level: int | None, number: int | None) -> tuple[int, int] | None:
    return (level, number) if level is not None and number else None
