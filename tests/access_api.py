"""How every operation of the API is asked, with which token, and about whom."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponseBase
from django.test import Client
from django.urls import get_resolver
from ninja.operation import PathView

from access_routes import OF, entry_number
from access_world import DAY, Place, World
from bihuan.rules.access import Deed
from bihuan.web.api.tokens import AS
from bihuan.web.flows.accounts import make_token
from bihuan.web.ledgers.core.registry import ledgers
from bihuan.web.org.models import Token, Unit
from bihuan.web.org.scope import Actor
from site_world import MORNING

ROOT: Final = "/api/v1"
ALL: Final = "everything"
WITHOUT: Final = ("none", "wrong", "ended", "session")
"""Whoever comes without a valid token: nobody, a guess, one that ended, a log-in."""
CALLERS: Final = (*(deed.value for deed in AS), ALL, *WITHOUT)
Tell = Callable[[Place], Any]


@dataclass(frozen=True, kw_only=True)
class Call:
    """An operation of the API: its address at a place and a minimal body."""

    path: Tell
    body: Tell | None = None
    at_class: bool = True
    """Whether it is about a class, so that another class may be asked for."""

    def ask(self, client: Client, secret: str, place: Place) -> HttpResponseBase:
        """Ask it with a token, or without where the secret is empty."""
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        return client.generic(
            "POST" if self.body else "GET",
            ROOT + self.path(place),
            json.dumps(self.body(place)) if self.body else "",
            content_type="application/json",
            headers=headers,
        )


def _check(place: Place) -> Any:
    here = place.klass.people.filter(left_on=None).count()
    return {
        "entry": entry_number(), "slot": "noon", "day": DAY.isoformat(),
        "expected": here, "exceptions": [],
    }  # fmt: skip


def _pass(place: Place) -> Any:
    return {"entry": entry_number(), "person": place.pupil.pk}


OPEN: Final = "openapi.json GET"
CALLS: Final[dict[str, Call]] = {
    OPEN: Call(path=lambda _p: "/openapi.json", at_class=False),
    "units GET": Call(path=lambda _p: "/units", at_class=False),
    "units/{unit}/seats GET": Call(path=lambda p: f"/units/{p.klass.pk}/seats"),
    "units/{unit}/checks POST": Call(
        path=lambda p: f"/units/{p.klass.pk}/checks", body=_check
    ),
    "units/{unit}/checks GET": Call(
        path=lambda p: f"/units/{p.klass.pk}/checks?day={DAY}"
    ),
    "gates/{unit}/passings POST": Call(
        path=lambda p: f"/gates/{p.gate.pk}/passings", body=_pass, at_class=False
    ),
    "schools/{unit}/daily GET": Call(
        path=lambda p: f"/schools/{p.school.pk}/daily?day={DAY}", at_class=False
    ),
}


def _of_ledger(slug: str) -> dict[str, Call]:
    """A ledger's list, one of its rows, and a new one where a token may enter it."""
    base = f"ledgers/{slug}"
    found = {
        f"{base} GET": Call(
            path=lambda p: f"/{base}?unit={p.rows[OF[slug]].unit_id}", at_class=False
        ),
        f"{base}/{{number}} GET": Call(path=lambda p: f"/{base}/{p.rows[OF[slug]].pk}"),
    }
    if ledgers()[slug].enter in AS:
        found[f"{base} POST"] = Call(path=lambda _p: f"/{base}", body=_new(slug))
    for step in ledgers()[slug].moves:
        if step.deed in AS and not step.not_by:
            found[f"{base}/{{number}}/{step.code} POST"] = Call(
                path=_step(slug, step.code), body=lambda _p: {}
            )
    return found


def _step(slug: str, code: str) -> Tell:
    return lambda p: f"/ledgers/{slug}/{p.rows[OF[slug]].pk}/{code}"


def _new(slug: str) -> Tell:
    hours = {
        "starts": f"{DAY}T07:00:00+08:00",
        "ends": f"{DAY}T09:00:00+08:00",
    }

    def visit(place: Place) -> Any:
        return hours | {
            "entry": entry_number(), "unit_number": place.school.pk, "name": "来访乙",
            "reason": "修灯", "count": 1, "host": place.colleague.pk,
        }  # fmt: skip

    def slip(place: Place) -> Any:
        return hours | {
            "entry": entry_number(), "unit_number": place.klass.pk,
            "person": place.pupil.pk, "reason": "home",
        }  # fmt: skip

    return {"visits": visit, "slips": slip}[slug]


def all_calls() -> dict[str, Call]:
    """Rows of the API's table in their order."""
    found = dict(CALLS)
    for slug in sorted(set(ledgers()) - {"jabs"}):
        found |= _of_ledger(slug)
    return found


def operations() -> Iterator[str]:
    """Every operation that the API answers, read in the resolver, not in its description."""
    for pattern in _under(get_resolver().url_patterns, ""):
        yield from _operations(*pattern)


def _operations(address: str, view: Any) -> Iterator[str]:
    inside = _closed(view)
    if inside is None:
        yield f"{address} GET"
        return
    for one in inside.operations:
        yield from (f"{address} {method}" for method in one.methods)


def _under(patterns: Any, before: str) -> Iterator[tuple[str, Any]]:
    for part in patterns:
        address = before + str(part.pattern)
        if hasattr(part, "url_patterns"):
            yield from _under(part.url_patterns, address)
        elif address.startswith(f"{ROOT[1:]}/"):
            plain = address.removeprefix(f"{ROOT[1:]}/")
            yield plain.replace("<", "{").replace(">", "}"), part.callback


def _closed(view: Any) -> PathView | None:
    """The operations behind a wrapper of the library; None: a page of its own."""
    cells = getattr(view, "__closure__", None) or ()
    held = (cell.cell_contents for cell in cells)
    return next((one for one in held if isinstance(one, PathView)), None)


def secrets(world: World) -> dict[str, dict[str, str]]:
    """A token for each deed and one for all, at a school and at a class of it."""
    units = world.cast.units
    return {
        "school": _made(units["school_a"]),
        "class": _made(units["class_a1"]),
    }


def _made(unit: Unit) -> dict[str, str]:
    def fresh(*deeds: Deed, days: int = 1) -> str:
        return make_token(
            Actor(None, None), "表", unit, deeds=deeds, days=days, now=MORNING
        )

    made = {deed.value: fresh(deed) for deed in AS} | {ALL: fresh(*AS)}
    made["ended"] = fresh(*AS)
    Token.objects.order_by("pk").filter(pk=Token.objects.latest("pk").pk).update(
        until=MORNING
    )
    return made | {"wrong": "Z" * 40}
