"""From a reading to what is done with the person 分诊: let be, count, measure again, isolate."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from bihuan.base.units import Celsius, Minutes
from bihuan.base.wording import N_
from bihuan.plan.days import in_force
from bihuan.plan.measures import GateCheck, Isolation, Measure, SymptomCheck
from bihuan.plan.words import Post, Who, Word
from bihuan.rules.book import Book, Rule


class Symptom(Word):
    """The twelve symptoms of WS/T 772, jaundice of GB 28932, and the answer 暂不清楚."""

    FEVER = "fever", N_("发热")
    COUGH = "cough", N_("咳嗽")
    HEADACHE = "headache", N_("头痛")
    SORE_THROAT = "sore_throat", N_("咽痛")
    PAROTID = "parotid", N_("腮腺肿大")
    BELLY_PAIN = "belly_pain", N_("腹痛")
    DIARRHOEA = "diarrhoea", N_("腹泻")
    VOMITING = "vomiting", N_("呕吐")
    RASH = "rash", N_("皮疹")
    DIZZINESS = "dizziness", N_("头晕")
    FATIGUE = "fatigue", N_("乏力")
    RED_EYES = "red_eyes", N_("结膜充血")
    JAUNDICE = "jaundice", N_("黄疸")
    UNKNOWN = "unknown", N_("暂不清楚")


ASKED: Final = tuple(s for s in Symptom if s is not Symptom.UNKNOWN)
"""Symptoms that a sheet offers; 暂不清楚 stands beside them as an answer of its own."""


class Syndrome(Word):
    """Group of similar symptoms 相似症状: what clusters are counted in."""

    ILI = "ili", N_("流感样病例")
    FEVER = "fever", N_("发热")
    RESPIRATORY = "respiratory", N_("咳嗽、咽痛")
    GASTRO = "gastro", N_("呕吐、腹泻")
    BELLY = "belly", N_("腹痛、腹泻、呕吐")
    RASH = "rash", N_("皮疹")
    PAROTID = "parotid", N_("腮腺肿大")
    EYES = "eyes", N_("结膜充血")
    JAUNDICE = "jaundice", N_("黄疸")
    MALAISE = "malaise", N_("头痛、头晕、乏力")


class AbsenceKind(Word):
    """Why somebody is not there; an ill pupil who is there 在校不适 has none."""

    SICK = "sick", N_("病假")
    LEAVE = "leave", N_("事假")
    LATE = "late", N_("迟到")
    UNKNOWN = "unknown", N_("原因不明")


class Course(Word):
    """What is done with a person after a reading."""

    NORMAL = "normal", N_("正常")
    COUNTED = "counted", N_("登记观察")
    REMEASURE = "remeasure", N_("复测")
    ISOLATE = "isolate", N_("隔离")


class Reason(Word):
    """Why a course is taken."""

    FEVER = "fever", N_("体温到发热线")
    FEVER_SAID = "fever_said", N_("说有发热，没有测")
    SYMPTOM = "symptom", N_("有症状")
    SICK = "sick", N_("因病缺课")
    LEAVE = "leave", N_("事假或迟到")
    ABSENT_UNKNOWN = "absent_unknown", N_("没到，原因不明")
    UNKNOWN = "unknown", N_("症状暂不清楚")
    NOT_MEASURED = "not_measured", N_("没有测体温")
    NO_LINE = "no_line", N_("当天没有发热线可用")
    COOLED = "cooled", N_("复测低于发热线")
    FEVER_BEFORE = "fever_before", N_("说有发热，现在低于发热线")


@dataclass(frozen=True, slots=True)
class Reading:
    """What somebody saw, asked and measured."""

    celsius: Celsius | None
    """None: not measured 未测."""
    symptoms: frozenset[Symptom]
    """Empty: asked, and none; 暂不清楚 is a member."""
    present: bool
    absence: AbsenceKind | None = None
    repeat: Celsius | None = None
    """Second measurement, by mercury or ear thermometer."""
    at_gate: bool = False

    @property
    def last(self) -> Celsius | None:
        """The measurement that counts."""
        return self.celsius if self.repeat is None else self.repeat


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """A check of the day: when, at whom, by whom."""

    at: time
    who: Who
    looker: Post | None
    measure: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Screening:
    """How readings are judged on a day: lines with their rows, and the plan's checks."""

    fever_line: Celsius | None
    fever_row: Rule | None
    ili_line: Celsius | None
    ili_row: Rule | None
    remeasured: Rule | None
    """Row by which a raised temperature at the gate is measured again first."""
    isolating: frozenset[Symptom]
    """Symptoms for which a present person is isolated."""
    looks: tuple[Look, ...] = ()
    gate: bool = False
    """Whether the plan measures temperatures at the gate."""
    room_within: Minutes | None = None
    """The plan's minutes from being found to being apart, by day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Disposition:
    """What is done with the person, why, and the syndromes that clusters count."""

    course: Course
    reasons: tuple[Reason, ...] = ()
    syndromes: frozenset[Syndrome] = frozenset()
    row: Rule | None = None
    """Row of the fever line, where it decided."""


_LOOKED_FOR: Final = frozenset(
    {
        Symptom.FEVER,
        Symptom.RASH,
        Symptom.DIARRHOEA,
        Symptom.JAUNDICE,
        Symptom.RED_EYES,
    }
)
"""What the morning check of GB 28932 looks for (row N5)."""
_CATCHING: Final = frozenset({Symptom.VOMITING, Symptom.PAROTID})
"""As catching, though that row does not name them."""


def screening(
    book: Book, measures: Iterable[Measure], day: date, *, region: str
) -> Screening:
    """The policy of a day: the book's rows in force, the plan's checks that hold."""
    rows = book.on(day, region=region)
    held = tuple(measure for measure in measures if in_force(measure, day))
    fever, ili = rows.best("fever_line"), rows.best("ili_line", disease="influenza")
    return Screening(
        fever_line=_line(fever),
        fever_row=fever,
        ili_line=_line(ili),
        ili_row=ili,
        remeasured=rows.best("remeasure", scope="gate"),
        isolating=_isolating(rows),
        looks=tuple(_looks(held)),
        gate=any(isinstance(measure, GateCheck) for measure in held),
        room_within=next((m.delay for m in held if isinstance(m, Isolation)), None),
    )


def triage(reading: Reading, policy: Screening) -> Disposition:
    """What is done with a person after a reading."""
    why = tuple(_reasons(reading, policy))
    unsaid = {Symptom.FEVER} if Reason.COOLED in why else set()
    return Disposition(
        course=_course(reading, policy, frozenset(why)),
        reasons=why,
        syndromes=syndromes(reading.symptoms - unsaid, reading.last, policy),
        row=policy.fever_row if {Reason.FEVER, Reason.COOLED} & {*why} else None,
    )


def syndromes(
    symptoms: frozenset[Symptom], celsius: Celsius | None, policy: Screening
) -> frozenset[Syndrome]:
    """Groups of similar symptoms that a person belongs to."""
    found = {group for group, of in _GROUPS.items() if symptoms & of}
    if _reaches(celsius, policy.fever_line):
        found.add(Syndrome.FEVER)
    if _reaches(celsius, policy.ili_line) and Syndrome.RESPIRATORY in found:
        found.add(Syndrome.ILI)
    return frozenset(found)


_GROUPS: Final = {
    Syndrome.FEVER: frozenset({Symptom.FEVER}),
    Syndrome.RESPIRATORY: frozenset({Symptom.COUGH, Symptom.SORE_THROAT}),
    Syndrome.GASTRO: frozenset({Symptom.VOMITING, Symptom.DIARRHOEA}),
    Syndrome.BELLY: frozenset(
        {Symptom.BELLY_PAIN, Symptom.VOMITING, Symptom.DIARRHOEA}
    ),
    Syndrome.RASH: frozenset({Symptom.RASH}),
    Syndrome.PAROTID: frozenset({Symptom.PAROTID}),
    Syndrome.EYES: frozenset({Symptom.RED_EYES}),
    Syndrome.JAUNDICE: frozenset({Symptom.JAUNDICE}),
    Syndrome.MALAISE: frozenset({Symptom.HEADACHE, Symptom.DIZZINESS, Symptom.FATIGUE}),
}


def _course(reading: Reading, policy: Screening, why: frozenset[Reason]) -> Course:
    if not reading.present:
        return Course.NORMAL if why == {Reason.LEAVE} else Course.COUNTED
    if _signs(reading) & policy.isolating:
        return Course.ISOLATE
    if Reason.FEVER in why:
        return _feverish(reading, policy)
    if Reason.FEVER_SAID in why or _passed_unmeasured(reading, policy):
        return Course.REMEASURE
    return Course.COUNTED if why else Course.NORMAL


def _feverish(reading: Reading, policy: Screening) -> Course:
    """At the gate a first raised value is measured again; elsewhere the room comes first."""
    first = reading.at_gate and reading.repeat is None
    return Course.REMEASURE if first and policy.remeasured else Course.ISOLATE


def _passed_unmeasured(reading: Reading, policy: Screening) -> bool:
    return policy.gate and reading.at_gate and reading.last is None


def _signs(reading: Reading) -> frozenset[Symptom]:
    """Symptoms that can be seen or said; fever is the thermometer's to tell."""
    return reading.symptoms - {Symptom.FEVER, Symptom.UNKNOWN}


def _reasons(reading: Reading, policy: Screening) -> Iterator[Reason]:
    if not reading.present:
        yield _why_absent(reading)
    yield from _by_heat(reading, policy)
    if _signs(reading):
        yield Reason.SYMPTOM
    if Symptom.UNKNOWN in reading.symptoms:
        yield Reason.UNKNOWN


def _why_absent(reading: Reading) -> Reason:
    match reading.absence:
        case AbsenceKind.SICK:
            return Reason.SICK
        case AbsenceKind.LEAVE | AbsenceKind.LATE:
            return Reason.LEAVE
        case _:
            return Reason.ABSENT_UNKNOWN


def _by_heat(reading: Reading, policy: Screening) -> Iterator[Reason]:
    if reading.last is None:
        if Symptom.FEVER in reading.symptoms:
            yield Reason.FEVER_SAID
        elif reading.present:
            yield Reason.NOT_MEASURED
    elif policy.fever_line is None:
        yield Reason.NO_LINE
    elif _reaches(reading.last, policy.fever_line):
        yield Reason.FEVER
    elif _reaches(reading.celsius, policy.fever_line):
        yield Reason.COOLED
    elif Symptom.FEVER in reading.symptoms:
        yield Reason.FEVER_BEFORE


def _reaches(celsius: Celsius | None, line: Celsius | None) -> bool:
    return celsius is not None and line is not None and celsius >= line


def _line(row: Rule | None) -> Celsius | None:
    return None if row is None or row.value is None else Celsius(row.value)


def _isolating(rows: Book) -> frozenset[Symptom]:
    """Cough too where an order isolates everybody who coughs (row O6c)."""
    order = rows.best("isolate_fever")
    cough = {Symptom.COUGH} if order is not None and order.binds else set()
    return _LOOKED_FOR | _CATCHING | cough


def _looks(held: Iterable[Measure]) -> Iterator[Look]:
    checks = (measure for measure in held if isinstance(measure, SymptomCheck))
    for one in sorted(checks, key=lambda measure: measure.at):
        yield Look(at=one.at, who=one.who, looker=one.looker, measure=one.code)
