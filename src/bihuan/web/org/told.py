"""What came in a request: JSON that is not too deep, days and moments of our times.

A day of the year 1 or 9999 is a day to Python and breaks whatever counts from it.
"""

import datetime as dt
import json
from typing import Annotated, Any, Final, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from pydantic import AfterValidator, AwareDatetime

Day = TypeVar("Day", bound=dt.date)
FIRST: Final = 1900
LAST: Final = 2199
"""Years that somebody may mean: from the birth of the oldest on."""


def json_of(request: HttpRequest) -> Any:
    """The JSON of a post; ValueError: it is none."""
    try:
        return json.loads(request.body)
    except RecursionError:
        raise ValueError("too deep") from None


def day_of(came: Any) -> dt.date:
    """A day as JSON and addresses have it; ValueError: it is none of our times."""
    return _within(dt.date.fromisoformat(came))


def moment_of(came: Any) -> dt.datetime:
    """A moment with its zone; ValueError: it is none, or none of our times."""
    at = _within(dt.datetime.fromisoformat(came))
    if at.utcoffset() is None:
        raise ValueError("without a zone")
    return at


class DayField(forms.DateField):
    """A day of our times in a form."""

    def to_python(self, value: Any) -> dt.date | None:
        """Read it; one of another age is none."""
        day = super().to_python(value)
        if day is not None and not FIRST <= day.year <= LAST:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class MomentField(forms.DateTimeField):
    """A moment of our times in a form."""

    def to_python(self, value: Any) -> dt.datetime | None:
        """Read it; one of another age is none."""
        at = super().to_python(value)
        if at is not None and not FIRST <= at.year <= LAST:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return at


def _within(day: Day) -> Day:
    if not FIRST <= day.year <= LAST:
        raise ValueError("not of our times")
    return day


Moment = Annotated[AwareDatetime, AfterValidator(_within)]
"""A moment with its zone in a body of the API."""
