"""Run a scenario: `simulate(scenario, seeds) -> xarray.Dataset`."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bihuan.base.random import key_array
from bihuan.outbreak import _kernel as k
from bihuan.outbreak.disease import Disease, gamma_quantiles, lognormal_quantiles
from bihuan.outbreak.intensity import BEFORE_DAYS
from bihuan.outbreak.network import Built
from bihuan.outbreak.scenario import MODEL_VERSION, Question, Scenario
from bihuan.outbreak.variant import CAUSES, variant
from bihuan.plan.contacts import SETTINGS

Seeds = NDArray[np.uint64]
BLOCK = 250
"""Runs that one thread does between two looks at the clock and at Ctrl-C."""
ROOM = 4096
"""Attempts and events that wait at once; where more do, the block is done again with more."""

KEPT, CLEANED = True, False
"""What becomes of the room of the last run."""


def seeds(seed: int, runs: int, first: int = 0) -> Seeds:
    """Keys of runs `first` to `first + runs - 1` of a named seed."""
    counter = np.arange(first, first + runs, dtype=np.uint64)
    return key_array(seed, "run", counter)


def simulate(
    scenario: Scenario,
    seeds: Seeds,
    *,
    threads: int = 0,
    progress: Callable[[int], None] | None = None,
) -> xr.Dataset:
    """Simulate a scenario once per seed.

    seeds: shape (run,). threads 0: as many as there are cores. The result is the same to
    the bit for any number of threads. `progress` hears how many more runs are done.
    Dimensions: run, setting, cause, hour, day; see docs/model.md, "What is counted".
    """
    call = _prepare(scenario)
    blocks = [seeds[i : i + BLOCK] for i in range(0, len(seeds), BLOCK)]
    tallies: list[k.Tally] = []
    for tally in _in_order(
        partial(_block, call), blocks, threads or os.cpu_count() or 1
    ):
        tallies.append(tally)
        if progress is not None:
            progress(len(tally.result))
    return _dataset(scenario, call.built, tallies)


def traced(
    scenario: Scenario, seeds: Seeds
) -> Iterator[tuple[Built, k.Variant, k.Work]]:
    """One run after another, each with the room as it left it; `trace` reads it."""
    call = _prepare(scenario)
    for number in range(len(seeds)):
        room, full = ROOM, 0
        while full >= 0:
            work = _work(call.built, call.version, room)
            tally = _tally(1, scenario.days)
            full = k.simulate_runs(
                call.school,
                call.version,
                call.ills,
                work,
                tally,
                seeds[number : number + 1],
                call.returner,
                BEFORE_DAYS,
                KEPT,
            )
            room *= 4
        yield call.built, call.version, work


def compiled() -> bool:
    """Whether the kernel lies compiled in this machine's cache, as new as its source."""
    stats = getattr(k.simulate_runs, "stats", None)
    if stats is None:  # compiling is switched off (NUMBA_DISABLE_JIT)
        return True
    source = Path(k.__file__)
    line = k.simulate_runs.py_func.__code__.co_firstlineno
    name = f"{source.stem}.simulate_runs-{line}.*.nbi"
    return stats.cache_path is not None and any(
        index.stat().st_mtime >= source.stat().st_mtime
        for index in Path(stats.cache_path).glob(name)
    )


class _Call(NamedTuple):
    """Everything that the runs of one scenario share."""

    built: Built
    school: k.School
    version: k.Variant
    ills: k.Ills
    returner: bool
    spare: list[k.Work]
    """Room to work in that no block uses at the moment, clean."""


def _prepare(scenario: Scenario) -> _Call:
    built, version = variant(scenario)
    return _Call(
        built,
        k.School(*(getattr(built.network, name) for name in k.School._fields)),
        version,
        tables(scenario.disease, scenario.beta),
        scenario.question is Question.RETURNER,
        [],
    )


def _in_order(
    work: Callable[[Seeds], k.Tally], blocks: list[Seeds], threads: int
) -> Iterator[k.Tally]:
    """Results in the order of the blocks; a few blocks ahead at most, so memory is bounded."""
    if threads == 1 or len(blocks) == 1:
        yield from map(work, blocks)
        return
    with ThreadPoolExecutor(threads) as pool:
        left = iter(blocks)
        ahead: list[Future[k.Tally]] = [
            pool.submit(work, b) for b in islice(left, 2 * threads)
        ]
        try:
            while ahead:
                wait(ahead[:1], return_when=FIRST_COMPLETED)
                yield ahead.pop(0).result()
                ahead.extend(pool.submit(work, b) for b in islice(left, 1))
        finally:
            for future in ahead:
                future.cancel()


_lognormal, _gamma = map(lru_cache(maxsize=64), (lognormal_quantiles, gamma_quantiles))
"""Kept, for a sensitivity analysis varies one parameter of many."""


@lru_cache(maxsize=64)
def tables(disease: Disease, beta: float) -> k.Ills:
    """A disease as the kernel reads it."""
    profile = np.cumsum(disease.profile())
    profile[-1] = 2.0  # a draw below one always finds its day
    return k.Ills(
        beta=beta,
        incubation=_lognormal(
            disease.incubation_median, disease.incubation_dispersion, k.TABLE
        ),
        nu=_gamma(disease.overdispersion, 1.0, k.TABLE),
        symptom_days=_gamma(
            disease.symptom_days_shape, disease.symptom_days_mean, k.TABLE
        ),
        profile=profile,
        lead=disease.lead,
        symptomatic=np.array([disease.symptomatic_student, disease.symptomatic_adult]),
        fever=np.array([disease.fever_student, disease.fever_adult]),
        asymptomatic=disease.asymptomatic_infectiousness,
    )


def _block(call: "_Call", keys: Seeds) -> k.Tally:
    """Runs of one block, with more room as often as room runs out."""
    # A school's room is half a megabyte: blocks hand it on, at most one for each thread.
    try:
        work = call.spare.pop()
    except IndexError:
        work = _work(call.built, call.version, ROOM)
    while True:
        tally = _tally(len(keys), len(call.version.kind))
        full = k.simulate_runs(
            call.school,
            call.version,
            call.ills,
            work,
            tally,
            keys,
            call.returner,
            BEFORE_DAYS,
            CLEANED,
        )
        if full < 0:
            call.spare.append(work)
            return tally
        work = _work(call.built, call.version, 4 * len(work.when))


def _tally(runs: int, days: int) -> k.Tally:
    return k.Tally(
        result=np.zeros((runs, k.COUNTS), np.int32),
        apart=np.zeros(runs),
        setting=np.zeros((runs, len(SETTINGS)), np.int32),
        cause=np.zeros((runs, k.CAUSES), np.int32),
        hour=np.zeros((len(SETTINGS), 24), np.int64),
        daily=np.zeros(days, np.int64),
    )


def _work(built: Built, version: k.Variant, room: int) -> k.Work:
    persons, days = built.contacts.persons, len(version.kind)
    units = len(version.unit_size)
    apart = np.full((persons, 6), -k.NEVER)
    closed = np.full((units, 3), -k.NEVER)
    after = np.arange(1, room + 1, dtype=np.int32)
    after[-1] = -1
    return k.Work(
        since=np.full(persons, k.NEVER),
        came=np.full(persons, -1, np.int32),
        source=np.full(persons, -1, np.int32),
        fate=np.full((persons, 5), k.NEVER),
        apart=apart,
        counted=np.zeros((persons, 2)),
        bed=np.full((persons, 2), -k.NEVER),
        asked=np.zeros(persons, np.int64),
        touched=np.zeros(persons, np.int32),
        mark=np.zeros(persons, np.bool_),
        closed=closed,
        lessons=np.full(units, -k.NEVER),
        cases=np.zeros((units, 2, days), np.int16),
        touched_unit=np.zeros(units, np.int32),
        mark_unit=np.zeros(units, np.bool_),
        head=np.full(days, -1, np.int32),
        after=after,
        who=np.zeros((room, 3), np.int32),
        when=np.zeros(room),
        event_head=np.full(days, -1, np.int32),
        event_after=np.zeros(room, np.int32),
        event_who=np.zeros((room, 2), np.int32),
        event_when=np.zeros(room),
        taken=np.zeros(days, np.int32),
        watched=np.zeros(days + 1, np.int32),
        fresh=np.zeros(persons, np.int32),
        tally=np.zeros(8, np.int64),
    )


_NAMES = {
    "size": k.SIZE,
    "family": k.FAMILY,
    "first_found": k.FIRST,
    "beds_peak": k.PEAK,
    "bedless_days": k.BEDLESS,
    "confirmed": k.CASES,
    "tests": k.TESTS,
    "false_positives": k.WRONG,
    "class_days": k.CLASSES,
    "found": k.FOUNDS,
}


def _dataset(scenario: Scenario, built: Built, tallies: list[k.Tally]) -> xr.Dataset:
    count = np.concatenate([t.result for t in tallies])
    data = {name: ("run", count[:, column]) for name, column in _NAMES.items()}
    return xr.Dataset(
        {
            **data,
            "apart_days": ("run", np.concatenate([t.apart for t in tallies])),
            "by_setting": (
                ("run", "setting"),
                np.concatenate([t.setting for t in tallies]),
            ),
            "imports": (("run", "cause"), np.concatenate([t.cause for t in tallies])),
            "by_hour": (("setting", "hour"), np.sum([t.hour for t in tallies], axis=0)),
            "by_day": ("day", np.sum([t.daily for t in tallies], axis=0)),
        },
        coords={
            "setting": [str(s) for s in SETTINGS],
            "cause": list(CAUSES),
            "hour": np.arange(24),
            "day": np.arange(scenario.days),
        },
        attrs={
            "model_version": MODEL_VERSION,
            "school": str(scenario.school),
            "disease": scenario.disease.code,
            "question": str(scenario.question),
            "persons": len(built.contacts.people),
        },
    )
