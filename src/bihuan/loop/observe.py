"""From runs to an outcome of one school."""

import numpy as np
import xarray as xr

from bihuan.loop.outcome import SIZE_BINS, Estimate, Outcome
from bihuan.outbreak import summary
from bihuan.plan.contacts import SETTINGS
from bihuan.plan.words import Setting

SMALL, GREAT = 5, 20
"""Sizes, persons, from which an outbreak is named with its size."""
PEAK = 0.95


def outcome(
    runs: xr.Dataset, beds: int, supplies: tuple[tuple[str, float, float | None], ...]
) -> Outcome:
    """Sum up the runs of one school under one version of its plan."""
    size = runs["size"].to_numpy()
    first = runs["first_found"].to_numpy()
    infected = size > 0
    return Outcome(
        runs=len(size),
        outbreak5=summary.proportion(int((size >= SMALL).sum()), len(size)),
        outbreak20=summary.proportion(int((size >= GREAT).sum()), len(size)),
        size=summary.mean(size),
        none=float((size == 0).mean()),
        size_bins=tuple(_in_bin(size, *ends) for ends in SIZE_BINS),
        size_quantiles=_dots(size),
        found=_found(first[infected]),
        days_to_found=_days_to_found(first),
        by_setting=_by_setting(runs),
        by_hour=_by_hour(runs),
        beds=beds,
        beds_peak=summary.quantile(runs["beds_peak"], PEAK),
        bedless_days=summary.mean(runs["bedless_days"]),
        apart_days=summary.mean(runs["apart_days"]),
        class_days=summary.mean(runs["class_days"]),
        confirmed=summary.mean(runs["confirmed"]),
        tests=summary.mean(runs["tests"]),
        false_positives=summary.mean(runs["false_positives"]),
        imports=tuple(
            (str(cause), summary.mean(runs["imports"].sel(cause=cause)))
            for cause in runs["cause"].to_numpy()
        ),
        supplies=supplies,
    )


def outbreak(runs: xr.Dataset) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which runs had at least five infected."""
    return np.asarray(runs["size"].to_numpy() >= SMALL)


def _in_bin(size: np.ndarray, low: int, high: int | None) -> float:
    return float(((size >= low) & (size <= (high or np.inf))).mean())


def _dots(size: np.ndarray) -> tuple[int, ...]:
    at = (np.arange(50) + 0.5) / 50
    return tuple(int(n) for n in np.quantile(size, at, method="inverted_cdf"))


def _found(first: np.ndarray) -> Estimate | None:
    """Chance that somebody was found, where somebody was infected."""
    if len(first) == 0:
        return None
    return summary.proportion(int((first >= 0).sum()), len(first))


def _days_to_found(first: np.ndarray) -> tuple[float, float, float] | None:
    seen = first[first >= 0]
    if len(seen) == 0:
        return None
    low, middle, high = np.quantile(seen, (0.1, 0.5, 0.9), method="inverted_cdf")
    return float(low), float(middle), float(high)


def _by_setting(runs: xr.Dataset) -> tuple[tuple[Setting, Estimate], ...]:
    inside = runs["by_setting"].to_numpy()
    total = inside.sum(axis=1)
    return tuple(
        (setting, summary.share(inside[:, i], total))
        for i, setting in enumerate(SETTINGS)
        if inside[:, i].any()
    )


def _by_hour(runs: xr.Dataset) -> tuple[tuple[Setting, tuple[float, ...]], ...]:
    hours = runs["by_hour"].to_numpy()
    total = max(1, int(hours.sum()))
    return tuple(
        (setting, tuple(float(n) / total for n in hours[i]))
        for i, setting in enumerate(SETTINGS)
        if hours[i].any()
    )
