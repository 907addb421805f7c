"""How often alarms were right 这条准不准, told by the diagnoses with which they closed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bihuan.base.wording import N_
from bihuan.plan.words import Word
from bihuan.rules.indicator import share


class Truth(Word):
    """Whether an alarm was a cluster."""

    TRUE = "true", N_("属实")
    FALSE = "false", N_("不属实")
    UNKNOWN = "unknown", N_("诊断没出")


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """What a person turned out to have."""

    disease: str
    communicable: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Closing:
    """An alarm's threshold, and of each of its persons the diagnosis; None: not out yet."""

    threshold: int
    diagnoses: tuple[Diagnosis | None, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Precision:
    """Alarms raised, those whose diagnoses are out, those of them that were true."""

    raised: int
    decided: int
    true: int

    @property
    def unknown(self) -> int:
        """Alarms of which nobody can say yet."""
        return self.raised - self.decided

    @property
    def share(self) -> float | None:
        """Share of the decided ones that were true; None: none is decided."""
        return share(self.true, self.decided)


def truth(closing: Closing) -> Truth:
    """Whether so many persons as the rule asks for had one communicable disease.

    It is known as soon as the diagnoses still to come can no longer change it.
    """
    out = [one for one in closing.diagnoses if one is not None]
    same = Counter(one.disease for one in out if one.communicable)
    most = max(same.values(), default=0)
    if most >= closing.threshold:
        return Truth.TRUE
    awaited = len(closing.diagnoses) - len(out)
    return Truth.UNKNOWN if most + awaited >= closing.threshold else Truth.FALSE


def precision(closings: Iterable[Closing]) -> Precision:
    """How often alarms were right."""
    found = Counter(map(truth, closings))
    return Precision(
        raised=found.total(),
        decided=found[Truth.TRUE] + found[Truth.FALSE],
        true=found[Truth.TRUE],
    )
