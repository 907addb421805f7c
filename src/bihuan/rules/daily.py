"""A school's daily report 日报 from its classes' checks: a missing class is told, never zero."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bihuan.base.wording import N_
from bihuan.plan.words import Word
from bihuan.rules.triage import Symptom


class Timing(Word):
    """When something was handed in."""

    ON_TIME = "on_time", N_("按时")
    LATE = "late", N_("补报")
    WAITING = "waiting", N_("还没到时间")
    MISSING = "missing", N_("没有报")


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum over those who reported, and who is missing from it."""

    value: int | None
    """None: nobody has reported."""
    without: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nobody is missing."""
        return self.value is not None and not self.without


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassCount:
    """A class's check: how many there should be, how many there are."""

    expected: int
    present: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Ill:
    """Somebody who is absent or ill today."""

    unit: str
    """Class."""
    sick: bool
    """Absent for illness; False: leave, late, or ill and present."""
    symptoms: frozenset[Symptom] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Daily:
    """The sums of a school's day; symptoms may overlap, nobody is in `other` besides."""

    expected: Sum
    present: Sum
    sick: Sum
    fever: Sum
    cough: Sum
    gastro: Sum
    rash: Sum
    other: Sum

    @property
    def complete(self) -> bool:
        """Whether every class has reported."""
        return self.expected.complete

    @property
    def zero(self) -> bool:
        """Whether it is a zero report: all have reported and nobody is ill."""
        ill = (self.sick, self.fever, self.cough, self.gastro, self.rash, self.other)
        return self.complete and all(one.value == 0 for one in ill)


LABELS: Mapping[str, str] = {
    "expected": N_("应到"),
    "present": N_("实到"),
    "sick": N_("病假"),
    "fever": N_("其中发热"),
    "cough": N_("咳嗽"),
    "gastro": N_("腹泻呕吐"),
    "rash": N_("皮疹"),
    "other": N_("其他"),
}
"""Columns of the report in their order."""

_GASTRO = frozenset({Symptom.DIARRHOEA, Symptom.VOMITING})
_NAMED = _GASTRO | {Symptom.FEVER, Symptom.COUGH, Symptom.RASH}


def daily(checks: Mapping[str, ClassCount | None], ill: Iterable[Ill]) -> Daily:
    """The report of a school: its classes' checks (None: not handed in) and who is ill.

    Who is ill in a class that has not reported is counted; the class is still missing.
    """
    rows = tuple(ill)
    missing = tuple(sorted(unit for unit, check in checks.items() if check is None))
    came = [check for check in checks.values() if check is not None]

    def count(holds: Callable[[Ill], bool]) -> Sum:
        found = sum(map(holds, rows))
        return Sum(found if came or found else None, missing)

    return Daily(
        expected=_over(came, missing, lambda check: check.expected),
        present=_over(came, missing, lambda check: check.present),
        sick=count(lambda row: row.sick),
        fever=count(lambda row: Symptom.FEVER in row.symptoms),
        cough=count(lambda row: Symptom.COUGH in row.symptoms),
        gastro=count(lambda row: bool(_GASTRO & row.symptoms)),
        rash=count(lambda row: Symptom.RASH in row.symptoms),
        other=count(_is_other),
    )


def together(reports: Mapping[str, Daily | None]) -> Daily:
    """The sum of schools; one that lacks a class is missing as one that lacks all."""
    return Daily(**{column: _of_schools(reports, column) for column in LABELS})


def timing(handed_in: datetime | None, due: datetime, now: datetime) -> Timing:
    """Whether something came in time, late, or not."""
    if handed_in is not None:
        return Timing.ON_TIME if handed_in <= due else Timing.LATE
    return Timing.WAITING if now <= due else Timing.MISSING


def _over(
    came: Iterable[ClassCount],
    missing: tuple[str, ...],
    of: Callable[[ClassCount], int],
) -> Sum:
    values = [of(check) for check in came]
    return Sum(sum(values) if values else None, missing)


def _of_schools(reports: Mapping[str, Daily | None], column: str) -> Sum:
    sums = {
        name: Sum(None) if report is None else getattr(report, column)
        for name, report in reports.items()
    }
    values = [one.value for one in sums.values() if one.value is not None]
    lacking = sorted(name for name, one in sums.items() if not one.complete)
    return Sum(sum(values) if values else None, tuple(lacking))


def _is_other(row: Ill) -> bool:
    known = row.symptoms - {Symptom.UNKNOWN}
    return (row.sick or bool(known)) and not known & _NAMED
