"""Frozen numbers of the engine: `python tools/baseline.py` freezes them anew.

Numbers that move are told under *Results* in the changelog, with why.
"""

import json
import sys
from pathlib import Path
from typing import Final

from bihuan.outbreak.calibrate import beta_for
from bihuan.outbreak.disease import NAMES, disease
from bihuan.outbreak.scenario import Question, Scenario
from bihuan.outbreak.simulate import seeds, simulate

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "tests/outbreak/baseline.json"
RUNS: Final = 400
DAYS: Final = 40
SUMMED: Final = (
    "size",
    "family",
    "found",
    "confirmed",
    "tests",
    "false_positives",
    "bedless_days",
    "class_days",
    "beds_peak",
)


def numbers() -> dict[str, dict[str, int]]:
    """Sums over runs of what is counted, by disease, question and version of the plan."""
    sys.path.insert(0, str(ROOT / "tests"))
    from world import QIZHONG, YIGAO, small_plan  # noqa: PLC0415  # the tests' cast

    plan = small_plan()
    everything = frozenset(m.code for m in plan.measures)
    found = {}
    for code in NAMES:
        ill = disease(code)
        beta = beta_for(plan, (YIGAO, QIZHONG), ill)
        for question in Question:
            for name, without in (("plan", frozenset[str]()), ("nothing", everything)):
                scenario = Scenario(
                    plan=plan,
                    school=YIGAO,
                    disease=ill,
                    beta=beta,
                    question=question,
                    days=DAYS,
                    without=without,
                )
                runs = simulate(scenario, seeds(1, RUNS), threads=1)
                sums = {key: int(runs[key].sum()) for key in SUMMED}
                found[f"{code}, {question}, {name}"] = sums
    return found


if __name__ == "__main__":
    PAGE.write_text(json.dumps(numbers(), indent=1, sort_keys=True) + "\n", "utf-8")
