"""A new version of a plan against the one in force: simulated in pairs, with intervals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bihuan.base.wording import _
from bihuan.web.flows import plans
from bihuan.web.org.models import PlanVersion, Unit, UnitKind
from bihuan.web.pages.whatif import ROWS, SECONDS, Shown, shown_row
from bihuan.web.whatif.line import ask

NAMES: Final = ("outbreak5", "outbreak20", "class_days")
"""Rows of the comparison that stand beside the difference."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """What a version would change at a school, in words."""

    school: str
    sentence: str
    rows: tuple[Shown, ...]
    days: int
    runs: str
    pathogen: str
    basis: str


def effects(version: PlanVersion) -> tuple[Effect, ...] | None:
    """The effect at each school; None: the process that simulates did not answer."""
    found = plans.compared(version)
    if found is None:
        return ()
    held, schools = found
    told = [_told(held, version, code) for code in schools]
    return None if None in told else tuple(one for one in told if one)


def _told(held: PlanVersion, version: PlanVersion, code: str) -> Effect | None:
    heard = ask(
        {
            "version": held.pk, "digest": held.digest, "school": code,
            "other": {"version": version.pk, "digest": version.digest},
        },
        seconds=SECONDS,
    )  # fmt: skip
    answer = heard.get("answer") if heard else None
    return _effect(answer, code, version) if answer else None


def _effect(answer: Mapping[str, Any], code: str, version: PlanVersion) -> Effect:
    rows = [row for row in answer["rows"] if row["name"] in NAMES]
    unit = Unit.objects.filter(
        path__startswith=version.unit.path[:8], kind=UnitKind.SCHOOL.value, code=code
    ).first()
    return Effect(
        school=unit.name if unit else code,
        sentence=_sentence(rows),
        rows=tuple(shown_row(row) for row in rows),
        days=answer["days"],
        runs=f"{answer['runs']:,}",
        pathogen=_(str(answer["pathogen_name"])),
        basis=_(
            "模型{model}·参数{pathogen}·种子{seed}",
            model=answer["model"], pathogen=answer["pathogen"], seed=answer["seed"],
        ),
    )  # fmt: skip


def _sentence(rows: list[Mapping[str, Any]]) -> str:
    """Which chances go down, which up, and of which no difference can be seen."""
    return _("；").join(_clauses(rows))


def _clauses(rows: list[Mapping[str, Any]]) -> Iterator[str]:
    for row in rows:
        name = _(ROWS[row["name"]][0])
        if row["hollow"]:
            yield _("{what}看不出差别", what=name)
        elif row["change"][0] < 0:
            yield _("{what}减少", what=name)
        else:
            yield _("{what}增加", what=name)
