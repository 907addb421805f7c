"""Natural history of the pathogens: values, ranges, sources, read from parameters.csv."""

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib import resources
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from bihuan.base.wording import N_
from bihuan.plan.words import Setting

PARAMETERS_VERSION = "2026-11"

NAMES: Mapping[str, str] = {
    "sars2-2020": N_("新冠病毒（2020 年初毒株）"),
    "sars2-omicron": N_("新冠病毒（奥密克戎）"),
    "influenza-a": N_("甲型流感病毒"),
    "norovirus": N_("诺如病毒"),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A row of parameters.csv: a value, its range, where it comes from."""

    disease: str
    parameter: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    checked: str

    @property
    def assumed(self) -> bool:
        """Whether no source stands behind it."""
        return self.checked == "assumed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Disease:
    """A pathogen as docs/model.md uses it; durations in days, chances in [0, 1]."""

    code: str
    r0: float
    incubation_median: float
    incubation_dispersion: float
    lead: float
    """Days from the start of infectiousness to the onset of symptoms."""
    profile_mean: float
    profile_shape: float
    profile_days: float
    symptomatic_student: float
    symptomatic_adult: float
    fever_student: float
    fever_adult: float
    asymptomatic_infectiousness: float
    symptom_days_mean: float
    symptom_days_shape: float
    overdispersion: float
    """Shape k of the gamma distribution of personal infectiousness."""
    route_close: float
    route_air: float
    route_surface: float
    strength_needed: float
    """Available chlorine that disinfects, mg/L."""
    scale: tuple[tuple[Setting, float], ...] = ()
    """Factors on the intensity of settings, to see what an assumption does."""

    @property
    def name(self) -> str:
        """Its name, a catalogue entry."""
        return NAMES[self.code]

    def profile(self) -> NDArray[np.float64]:
        """Infectiousness by day since its start: shape (days,), sums to 1."""
        days = round(self.profile_days)
        rise = gamma_distribution(
            np.arange(days + 1.0), self.profile_shape, self.profile_mean
        )
        return np.asarray(np.diff(rise) / rise[-1])

    def mean_infectiousness(self, students: float) -> float:
        """Mean of a, given the share of students among those who may be infected."""
        symptomatic = (
            students * self.symptomatic_student
            + (1.0 - students) * self.symptomatic_adult
        )
        return symptomatic + (1.0 - symptomatic) * self.asymptomatic_infectiousness

    def varied(self, parameter: str, value: float) -> "Disease":
        """The same disease with one parameter at another value."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return Disease(**values | {parameter: value})

    def felt(self, setting: Setting, factor: float) -> "Disease":
        """The same disease where a setting counts more or less."""
        return replace(self, scale=(*self.scale, (setting, factor)))


@cache
def parameters() -> tuple[Parameter, ...]:
    """Every row of parameters.csv, in its order."""
    text = resources.files("bihuan.outbreak").joinpath("parameters.csv")
    with text.open(encoding="utf-8") as rows:
        return tuple(
            Parameter(
                row["disease"],
                row["parameter"],
                float(row["value"]),
                float(row["low"]),
                float(row["high"]),
                row["unit"],
                row["source"],
                row["checked"],
            )
            for row in csv.DictReader(rows)
        )


def disease(code: str) -> Disease:
    """The disease of this code; KeyError names those there are."""
    values = {p.parameter: p.value for p in parameters() if p.disease == code}
    if not values:
        raise KeyError(code, tuple(NAMES))
    return Disease(code=code, scale=(), **values)


def lognormal_quantiles(
    median: float, dispersion: float, size: int
) -> NDArray[np.float64]:
    """Quantiles of a lognormal at (i + 1/2) / size, shape (size,)."""
    normal = NormalDist()
    z = np.array([normal.inv_cdf((i + 0.5) / size) for i in range(size)])
    return np.asarray(median * np.exp(math.log(dispersion) * z))


def gamma_quantiles(shape: float, mean: float, size: int) -> NDArray[np.float64]:
    """Quantiles of a gamma distribution at (i + 1/2) / size, shape (size,)."""
    # A grid in the power t^shape resolves the pole at zero of shapes below one.
    grid = np.linspace(0.0, 1.0, 60_001) ** max(1.0, 2.0 / shape)
    grid *= mean * (20.0 + 40.0 / shape)
    rise = gamma_distribution(grid, shape, mean)
    quantiles = np.interp((np.arange(size) + 0.5) / size, rise, grid)
    return np.asarray(quantiles * (mean / quantiles.mean()))


def gamma_distribution(
    x: NDArray[np.float64], shape: float, mean: float
) -> NDArray[np.float64]:
    """Distribution function of a gamma distribution.

    The series x^a e^-x / Gamma(a) * sum x^n / (a (a+1) ... (a+n)), Abramowitz and
    Stegun 6.5.29 with 6.5.4; it needs about x + 10 sqrt(x) terms.
    """
    z = np.minimum(x * (shape / mean), 600.0)
    term = np.full_like(z, 1.0 / shape)
    total = term.copy()
    for n in range(1, int(z.max() + 12.0 * math.sqrt(z.max() + 1.0)) + 20):
        term = term * z / (shape + n)
        total += term
    with np.errstate(divide="ignore"):
        log_front = shape * np.log(z) - z - math.lgamma(shape)
    return np.asarray(np.minimum(np.exp(log_front) * total, 1.0))
