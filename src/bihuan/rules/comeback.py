"""Whether somebody may come back to class 复课: the days rule, the paper, two signatures."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from bihuan.base.wording import N_
from bihuan.plan.measures import Isolation
from bihuan.plan.words import Word
from bihuan.rules.book import Book, Rule
from bihuan.rules.suspension import return_rows
from bihuan.rules.triage import Syndrome


class Answer(Word):
    """May or may not; or nobody can say yet."""

    YES = "yes", N_("可以复课")
    NO = "no", N_("还不能复课")
    UNKNOWN = "unknown", N_("缺材料，无法判断")


class Missing(Word):
    """What stands between somebody and the classroom."""

    DIAGNOSIS = "diagnosis", N_("诊断")
    SYMPTOM_FREE = "symptom_free", N_("症状消失的时间")
    ONSET = "onset", N_("发病日期")
    RASH = "rash", N_("出疹日期")
    TREATMENT = "treatment", N_("开始治疗的日期")
    DRY = "dry", N_("疱疹是否结痂干燥")
    NOT_DRY = "not_dry", N_("疱疹还没结痂干燥")
    WAIT = "wait", N_("天数不够")
    CERTIFICATE = "certificate", N_("医院证明")
    TEACHER = "teacher", N_("班主任签字")
    DOCTOR = "doctor", N_("校医签字")
    TWO_PERSONS = "two_persons", N_("两个签字须是两个人")


UNSAID: Final = frozenset(
    {
        Missing.DIAGNOSIS,
        Missing.SYMPTOM_FREE,
        Missing.ONSET,
        Missing.RASH,
        Missing.TREATMENT,
        Missing.DRY,
    }
)
"""What nobody has written down: it makes the answer unknown, not no."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recovery:
    """What is known of somebody who wants to come back."""

    disease: str = ""
    """Diagnosis, a key of the book's diseases; empty: none."""
    syndromes: frozenset[Syndrome] = frozenset()
    symptom_free_since: datetime | None = None
    """None: not known, or still ill."""
    onset: date | None = None
    rash_on: date | None = None
    treated_from: date | None = None
    dry: bool | None = None
    """Whether all blisters are dry and crusted."""
    complication: str = ""
    """A scope that rows name, as pneumonia."""
    certificate: bool = False
    teacher: str = ""
    """Key of who signed as class teacher; empty: not signed."""
    doctor: str = ""
    doctor_reason: str = ""
    """Reason of the school doctor to let somebody come back before the days are over."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Return:
    """The answer, what is missing, from when the days rule is kept, the rows that decide."""

    answer: Answer
    missing: tuple[Missing, ...] = ()
    earliest: datetime | None = None
    """None: it is not known, or no row has days."""
    rows: tuple[Rule, ...] = ()

    @property
    def row(self) -> Rule | None:
        """The row that counts most; None: no row speaks of it."""
        return self.rows[0] if self.rows else None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    """What a row, or the plan's own rule, says: from when on, or what it lacks to say so."""

    earliest: datetime | None = None
    missing: Missing | None = None


LIKE: Final = {
    Syndrome.ILI: "influenza",
    Syndrome.FEVER: "influenza",
    Syndrome.RESPIRATORY: "influenza",
    Syndrome.GASTRO: "norovirus",
    Syndrome.BELLY: "norovirus",
}
"""Without a diagnosis: the disease whose rows a syndrome follows."""
_SIGNED: Final = frozenset({Missing.TEACHER, Missing.DOCTOR})
_DRY: Final = {None: Missing.DRY, False: Missing.NOT_DRY, True: None}
_TELLING: Final = frozenset(
    {Syndrome.RASH, Syndrome.PAROTID, Syndrome.EYES, Syndrome.JAUNDICE}
)
"""Signs of diseases with days of their own: no guess will do."""


def may_return(
    recovery: Recovery,
    book: Book,
    now: datetime,
    *,
    region: str,
    isolation: Isolation | None = None,
) -> Return:
    """Whether somebody may come back now.

    isolation: the plan's own rule, kept besides the book's. The school doctor's reason
    stands in for days and paper, never for a signature.
    """
    rows = _rows(recovery, book, now.date(), region)
    held = (*_by_rows(recovery, rows, now), *_by_plan(recovery, isolation, now))
    missing = tuple(_missing(recovery, held, now))
    return Return(
        answer=_answer(frozenset(missing)),
        missing=missing,
        earliest=max((one.earliest for one in held if one.earliest), default=None),
        rows=rows,
    )


def _answer(missing: frozenset[Missing]) -> Answer:
    """No, where something known stands against it; unknown, where only facts are wanting."""
    if not missing:
        return Answer.YES
    wanting = missing & UNSAID
    return Answer.UNKNOWN if wanting and missing <= UNSAID | _SIGNED else Answer.NO


def _missing(
    recovery: Recovery, held: tuple[_Held, ...], now: datetime
) -> Iterator[Missing]:
    if not recovery.doctor_reason:
        lacks = {*_unkept(recovery, held, now)}
        yield from (one for one in Missing if one in lacks)
    yield from _unsigned(recovery)


def _unkept(
    recovery: Recovery, held: tuple[_Held, ...], now: datetime
) -> Iterator[Missing]:
    yield from (one.missing for one in held if one.missing)
    if any(one.earliest and now < one.earliest for one in held):
        yield Missing.WAIT
    if not recovery.disease and recovery.syndromes & _TELLING:
        yield Missing.DIAGNOSIS
    if not held and recovery.symptom_free_since is None:
        yield Missing.SYMPTOM_FREE


def _unsigned(recovery: Recovery) -> Iterator[Missing]:
    if not recovery.teacher:
        yield Missing.TEACHER
    if not recovery.doctor:
        yield Missing.DOCTOR
    if recovery.teacher and recovery.teacher == recovery.doctor:
        yield Missing.TWO_PERSONS


def _rows(recovery: Recovery, book: Book, day: date, region: str) -> tuple[Rule, ...]:
    """One row a key: of the own region, else of everywhere; others' only for want of any."""
    disease = recovery.disease or _like(recovery.syndromes)
    scopes = ("person", recovery.complication)
    found = return_rows(book.on(day, region=region), disease, day)
    rows = tuple(row for row in found if row.scope in scopes)
    own = tuple(row for row in rows if row.disease)
    near = tuple(row for row in own if _reaches(row, region))
    papers = tuple(row for row in rows if not row.disease and recovery.disease)
    return tuple(_one_a_key((*(near or own), *papers)))


def _one_a_key(rows: Iterable[Rule]) -> Iterator[Rule]:
    """Of each key the row that weighs most; the disease's own first, binding ones first."""
    found: dict[str, Rule] = {}
    for row in sorted(rows, key=_weight):
        found[row.key] = row
    yield from sorted(found.values(), key=lambda row: (not row.disease, not row.binds))


def _weight(row: Rule) -> tuple[bool, bool, float]:
    """Binding before others', a region's own before those of all, the longer wait first."""
    return row.binds, bool(row.region), row.value or 0.0


def _reaches(row: Rule, region: str) -> bool:
    return region.startswith(row.region)


def _like(syndromes: frozenset[Syndrome]) -> str:
    return next((LIKE[one] for one in Syndrome if one in syndromes and one in LIKE), "")


def _by_rows(
    recovery: Recovery, rows: Iterable[Rule], now: datetime
) -> Iterator[_Held]:
    starts = {
        "return_days": (recovery.onset, Missing.ONSET),
        "return_rash_days": (recovery.rash_on, Missing.RASH),
        "return_treatment_days": (recovery.treated_from, Missing.TREATMENT),
    }
    for row in rows:
        value = row.value or 0.0
        if row.key in starts:
            day, unsaid = starts[row.key]
            yield _since(_midnight(day, now), timedelta(days=value), unsaid)
        elif row.key == "return_dry":
            yield _Held(missing=_DRY[recovery.dry])
        elif row.key == "return_certificate":
            yield _Held(missing=None if recovery.certificate else Missing.CERTIFICATE)
        else:
            by_hour = row.key == "return_hours"
            wait = timedelta(hours=value) if by_hour else timedelta(days=value)
            yield _since(recovery.symptom_free_since, wait, Missing.SYMPTOM_FREE)


def _by_plan(
    recovery: Recovery, isolation: Isolation | None, now: datetime
) -> Iterator[_Held]:
    if isolation is not None:
        least = timedelta(days=isolation.least_days)
        yield _since(_midnight(recovery.onset, now), least, Missing.ONSET)
        free = timedelta(hours=isolation.symptom_free)
        yield _since(recovery.symptom_free_since, free, Missing.SYMPTOM_FREE)


def _since(start: datetime | None, wait: timedelta, unsaid: Missing) -> _Held:
    return _Held(missing=unsaid) if start is None else _Held(earliest=start + wait)


def _midnight(day: date | None, now: datetime) -> datetime | None:
    """The start of a day where now is."""
    return None if day is None else datetime.combine(day, time(), now.tzinfo)
