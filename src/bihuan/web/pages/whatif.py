"""What if 情景推演: levers of the plan in force, before and after on the same random numbers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from bihuan.base.ids import SchoolCode
from bihuan.base.wording import N_, _
from bihuan.plan.defaults import complete
from bihuan.plan.plan import Plan
from bihuan.rules.access import Deed
from bihuan.web.org import scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import PlanState, PlanVersion, Unit, UnitKind
from bihuan.web.org.policy import policy_of
from bihuan.web.pages.frame import show
from bihuan.web.whatif.levers import Group, Lever, levers
from bihuan.web.whatif.line import ask

SECONDS: Final = 8.0
"""How long a page waits for the process; an answer takes less than one."""
ACROSS: Final = 5
"""Dots beside each other in a bin."""
STEP: Final = 13
COLUMN: Final = 92
BIN_NAMES: Final = ("0", "1", "2–4", "5–9", "10–19", "20–49", "≥50")
ROWS: Final[Mapping[str, tuple[str, str]]] = {
    "outbreak5": (N_("≥5人暴发的机会"), "%"),
    "outbreak20": (N_("≥20人暴发的机会"), "%"),
    "beds_peak": (N_("隔离床位高峰（95分位）"), ""),
    "class_days": (N_("停课（班·天）"), ""),
    "false_positives": (N_("误报隔离（人次）"), ""),
}
"""Rows of the comparison and how their numbers are shown."""
WIDE: Final = 180
TINY: Final = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """A difference as a line with a dot about zero; hollow where it covers zero."""

    low: float
    dot: float
    high: float
    zero: float
    hollow: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A row of the comparison, in words."""

    name: str
    before: str
    after: str
    change: str
    bar: Bar
    hollow: bool
    cost: str = ""
    days: str = ""


@open_to(Deed.WHAT_IF)
@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """The schools one may ask about; the only one is opened at once."""
    taught = Unit.objects.filter(kind=UnitKind.CLASS.value, closed_on=None)
    rows = scope.my_units(request, Deed.WHAT_IF, UnitKind.SCHOOL.value)
    schools = list(rows.filter(pk__in=taught.values("school")))
    if len(schools) == 1:
        return redirect("whatif_school", schools[0].pk)
    return show(request, "whatif/index.html", schools=schools)


@open_to(Deed.WHAT_IF)
@require_safe
def school(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The levers of a school, and the answer for those that were pulled."""
    told = _told(request, pk)
    return show(request, "whatif/school.html", **told)


@open_to(Deed.WHAT_IF)
@require_safe
def run(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The answer alone, asked for as a lever is let go."""
    return show(request, "whatif/answer.html", **_told(request, pk))


def _told(request: HttpRequest, pk: int) -> dict[str, Any]:
    unit = scope.reach_unit(request, Deed.WHAT_IF, pk)
    version, plan = _plan(unit)
    code = (unit.twin_of or unit).code
    known = levers(plan, SchoolCode(code)) if plan else ()
    changes = _changes(request, known)
    pathogen = _pathogen(request)
    found = _ask(version, code, changes, pathogen) if version and plan else None
    return {
        "school": unit,
        "version": version,
        "groups": [
            (group, [(lever, changes.get(lever.key, lever.value)) for lever in known
                     if lever.field.group is group])
            for group in Group
        ],
        "changed": len(changes),
        "pathogen": pathogen,
        "answer": _shown(found, known, changes) if found else None,
        "people": plan.by_code[SchoolCode(code)].students if plan else 0,
    }  # fmt: skip


def _plan(unit: Unit) -> tuple[PlanVersion | None, Plan | None]:
    """The version in force that speaks of the school, and its plan with nothing left open."""
    plan = policy_of(unit).plan
    if plan is None:
        return None, None
    real = unit.twin_of or unit
    paths = [real.path[: 8 * n] for n in range(1, real.path.count(".") + 1)]
    rows = PlanVersion.objects.filter(
        unit__path__in=paths, state=PlanState.IN_FORCE.value
    )
    version = rows.defer("file").order_by("-unit__path").first()
    return version, complete(plan)[0]


def _changes(request: HttpRequest, known: tuple[Lever, ...]) -> dict[str, float]:
    """The levers that stand elsewhere than in the plan, kept within their bounds."""
    found = {}
    for lever in known:
        value = _number(request.GET.get(lever.key))
        if value is None:
            continue
        value = min(max(value, lever.low), lever.high)
        if abs(value - lever.value) > lever.field.step / 2.01:
            found[lever.key] = value
    return found


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if isfinite(value) else None


def _pathogen(request: HttpRequest) -> str:
    """Code of the pathogen that is asked about; empty: the usual one."""
    wanted = request.GET.get("pathogen", "")
    return wanted if re.fullmatch(r"[a-z0-9-]{1,20}", wanted) else ""


def _ask(
    version: PlanVersion, code: str, changes: Mapping[str, float], pathogen: str
) -> dict[str, Any] | None:
    found = ask(
        {
            "version": version.pk, "digest": version.digest, "school": code,
            "changes": dict(changes), "pathogen": pathogen,
        },
        seconds=SECONDS,
    )  # fmt: skip
    return found.get("answer") if found else None


# ---- in words -----------------------------------------------------------------------


def _shown(
    found: Mapping[str, Any], known: tuple[Lever, ...], changes: Mapping[str, float]
) -> dict[str, Any]:
    rows = [shown_row(row) for row in found["rows"]]
    names = {lever.key: lever for lever in known}
    pathogen = str(found["pathogen_name"])
    alone = sorted(found["alone"], key=lambda row: float(row["part"][0]))
    return {
        **{name: found[name] for name in ("runs", "days", "seed", "model", "seconds",
                                          "later", "pathogen")},
        "pathogen_name": _(pathogen),
        "pathogens": [(code, _(name)) for code, name in found["pathogens"]],
        "sentence": _sentence(found, changes),
        "before": _side(found["before"]),
        "after": _side(found["after"]),
        "rows": rows,
        "alone": _alone(alone, names, changes, found["labour"]),
    }  # fmt: skip


def _sentence(found: Mapping[str, Any], changes: Mapping[str, float]) -> str:
    first = found["rows"][0]
    if not changes:
        return _(
            "现行预案：1名感染者返校，≥5人暴发的机会是{p}。",
            p=_percent(first["before"][0]),
        )
    if first["hollow"]:
        return _("改{n}处，≥5人暴发的机会看不出差别。", n=len(changes))
    return _(
        "改{n}处，≥5人暴发的机会由{a}变到{b}。", n=len(changes),
        a=_percent(first["before"][0]), b=_percent(first["after"][0]),
    )  # fmt: skip


def _percent(value: float) -> str:
    return f"{100 * value:.1f}%"


def _side(told: Mapping[str, Any]) -> dict[str, Any]:
    """A size distribution as dots, each one of fifty equally likely ends."""
    value, low, high = told["outbreak5"]
    dots = [
        (column * COLUMN + 12 + (n % ACROSS) * STEP, n // ACROSS * STEP)
        for column, many in enumerate(told["bins"])
        for n in range(many)
    ]
    return {
        "dots": dots,
        "said": _("5人及以上{p}（{low}–{high}）", p=_percent(value),
                  low=f"{100 * low:.1f}", high=f"{100 * high:.1f}"),
        "words": _("，").join(
            _("{size}人{n}个", size=size, n=many)
            for size, many in zip(BIN_NAMES, told["bins"], strict=True)
            if many
        ),
    }  # fmt: skip


def shown_row(row: Mapping[str, Any]) -> Shown:
    """A comparison in words, with its difference as a line."""
    name, unit = ROWS[row["name"]]
    return Shown(
        name=_(name),
        before=_between(row["before"], unit),
        after=_between(row["after"], unit),
        change=_change(row["change"], unit),
        bar=_bar(row["change"], hollow=row["hollow"], wide=_reach(row["change"])),
        hollow=row["hollow"],
    )


def _alone(
    rows: list[Mapping[str, Any]],
    names: Mapping[str, Lever],
    changes: Mapping[str, float],
    labour: Mapping[str, float],
) -> list[Shown]:
    """Each change taken back by itself, all on one axis, with what it costs."""
    wide = max((_reach(row["part"]) for row in rows), default=1.0)
    shown = []
    for row in rows:
        lever, part = names[row["key"]], row["part"]
        hollow = part[1] <= 0.0 <= part[2]
        days = row["class_days"]
        flat = days[1] <= 0.0 <= days[2]
        shown.append(
            Shown(
                name=lever_said(lever, changes[row["key"]]),
                before="", after="", change=_change(part, "%"), hollow=hollow,
                bar=_bar(part, hollow=hollow, wide=wide),
                cost=_hours(labour.get(row["key"], 0.0)),
                days=_("差异在误差范围内") if flat else _change(days, ""),
            )
        )  # fmt: skip
    return shown


def lever_said(lever: Lever, value: float) -> str:
    """A change in words: what, from where to where."""
    name = _(lever.field.name) + (f" {lever.detail}" if lever.detail else "")
    unit = _(lever.field.unit) if lever.field.unit else ""
    return f"{name} {plain(lever.value)}→{plain(value)}{unit}"


def plain(value: float) -> str:
    """A number without needless digits."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _hours(value: float) -> str:
    if abs(value) < TINY:
        return _("不加人力")
    return _("{n}小时/周", n=_signed(value, 1))


def _between(told: list[float], unit: str) -> str:
    value, low, high = (100 * v if unit else v for v in told)
    return _("{v}{unit}（{low}–{high}）", v=f"{value:,.1f}", unit=unit,
             low=f"{low:,.1f}", high=f"{high:,.1f}")  # fmt: skip


def _change(told: list[float], unit: str) -> str:
    value, low, high = (100 * v if unit else v for v in told)
    return _("{v}（{low}至{high}）", v=_signed(value, 1), low=_signed(low, 1),
             high=_signed(high, 1))  # fmt: skip


def _signed(value: float, digits: int) -> str:
    """A number with a true minus sign, or a plus; a zero has neither."""
    text = f"{abs(value):,.{digits}f}"
    if not float(text.replace(",", "")):
        return text
    return f"−{text}" if value < 0 else f"+{text}"


def _reach(told: list[float]) -> float:
    return max(abs(told[1]), abs(told[2]), 1e-9)


def _bar(told: list[float], *, hollow: bool, wide: float) -> Bar:
    def at(value: float) -> float:
        return round(WIDE / 2 + value / wide * (WIDE / 2 - 8), 1)

    return Bar(
        low=at(told[1]), dot=at(told[0]), high=at(told[2]), zero=WIDE / 2, hollow=hollow
    )
