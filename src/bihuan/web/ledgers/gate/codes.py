"""Codes that are scanned at a gate: who, where, until when, signed; never an ID number.

A code is letters and digits of a QR code's small alphabet. `digest` is what a phone's
list of the day holds of it, so that a list that is lost makes nobody a badge.
"""

import base64
import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.conf import settings

from bihuan.rules.passage import Code

MARK: Final = "BH1"
DAY_CODE: Final = 0
"""Number of a code that is good for one day; badges count from 1."""
_MAC: Final = 10
_PARTS: Final = 7
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PURPOSE: Final = b"bihuan gate codes 1"


class Whose(StrEnum):
    """Whose code it is."""

    PERSON = "P"
    VISIT = "V"


@dataclass(frozen=True, slots=True)
class Read:
    """What a code says; for one that does not hold, only how it failed."""

    code: Code
    whose: Whose = Whose.PERSON
    pk: int = 0
    site: int = 0
    number: int = DAY_CODE


def make(whose: Whose, pk: int, site: int, until: dt.date, number: int = 0) -> str:
    """A signed code of a person or a visit at a school, good to the end of a day."""
    parts = (
        MARK,
        whose.value,
        _to36(site),
        _to36(pk),
        _to36(number),
        f"{until:%Y%m%d}",
    )
    text = ":".join(parts)
    return f"{text}:{_sign(text)}"


def read(text: str, day: dt.date) -> Read:
    """Read a code as scanned."""
    parts = text.strip().upper().split(":")
    if len(parts) != _PARTS or parts[0] != MARK:
        return Read(Code.UNREADABLE)
    if not hmac.compare_digest(_sign(":".join(parts[:-1])), parts[-1]):
        return Read(Code.UNREADABLE)
    until = dt.datetime.strptime(parts[5], "%Y%m%d").date()  # noqa: DTZ007  # a day
    site, pk, number = (int(part, 36) for part in parts[2:5])
    how = Code.READ if day <= until else Code.EXPIRED
    return Read(how, Whose(parts[1]), pk, site, number)


def digest(text: str) -> str:
    """What a list holds of a code."""
    found = hashlib.sha256(text.encode("ascii")).digest()
    return base64.urlsafe_b64encode(found[:12]).decode("ascii")


def _sign(text: str) -> str:
    key = hmac.new(settings.KEYS.blind, _PURPOSE, hashlib.sha256).digest()
    mac = hmac.new(key, text.encode("utf-8"), hashlib.sha256).digest()[:_MAC]
    return base64.b32encode(mac).decode("ascii")


def _to36(number: int) -> str:
    digits = ""
    while number:
        number, last = divmod(number, 36)
        digits = _DIGITS[last] + digits
    return digits or "0"
