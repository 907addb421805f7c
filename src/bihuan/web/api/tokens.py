"""Who calls the API: a scoped token, kept as its digest, seen like somebody with few rights."""

import datetime as dt
import json
from typing import Any, Final

from django.http import HttpRequest
from ninja.security import HttpBearer

from bihuan.rules.access import Deed, Role
from bihuan.web.org import clock
from bihuan.web.org.codes import code_digest
from bihuan.web.org.models import Token
from bihuan.web.org.ready import Ready
from bihuan.web.org.scope import Grant, Seen

AS: Final = {
    Deed.CHECK_ENTER: Role.CLASS_TEACHER,
    Deed.CHECK_SEE: Role.INSPECTOR,
    Deed.GATE_KEEP: Role.GATE_GUARD,
    Deed.DAILY_SEE: Role.BUREAU_SECTION,
    Deed.ABSENCE_SEE: Role.GRADE_HEAD,
    Deed.GATE_SEE: Role.PRINCIPAL,
    Deed.GATE_INVITE: Role.GRADE_HEAD,
    Deed.GATE_SLIP: Role.GRADE_HEAD,
    Deed.DORM_CHECK: Role.DORM_MANAGER,
    Deed.INCIDENT_SEE: Role.BUREAU_OFFICE,
    Deed.ALARM_SEE: Role.BUREAU_OFFICE,
    Deed.ROOM_SEE: Role.SCHOOL_DOCTOR,
    Deed.SURVEY_SEE: Role.GRADE_HEAD,
    Deed.LIAISON_SEE: Role.CDC_LIAISON,
}
"""The role whose right a token borrows for a deed; it has no other deed.

Who sees whom is capped by `scope.places`: a token is one factor and never sees a name.
No deed signs, approves or reports: that a person does.
"""
_FRESH: Final = dt.timedelta(minutes=5)
"""How often it is noted that a token was used."""


_FOUND: Final = Ready(
    (str, dt.datetime),
    lambda digest, now: Token.objects.filter(
        digest=digest, until__gt=now
    ).values_list(
        "pk", "name", "deeds", "unit", "unit__path", "unit__exercise", "unit__school",
        "unit__school__path",
    ),
)  # fmt: skip


class ByToken(HttpBearer):
    """`Authorization: Bearer TOKEN`."""

    def authenticate(self, request: HttpRequest, token: str) -> Seen | None:
        """The token's rights, or None: 401."""
        now = clock.now()
        rows = _FOUND(code_digest(token), now)
        if not rows:
            return None
        seen = _seen(rows[0])
        _note_use(-seen.account_id, now)
        request._seen = seen  # type: ignore[attr-defined]  # noqa: SLF001  # scope.seen's cache
        return seen


_used: dict[int, dt.datetime] = {}
"""When this process last noted that a token was used."""


def _note_use(token: int, now: dt.datetime) -> None:
    last = _used.get(token)
    if last is None or now - last > _FRESH:
        _used[token] = now
        Token.objects.filter(pk=token).update(used_at=now)


def _seen(row: tuple[Any, ...]) -> Seen:
    """What a token may do; the trail has its number as a negative account."""
    pk, name, told, unit, top, exercise, school, school_path = row
    deeds = frozenset(Deed(code) for code in json.loads(told) if Deed(code) in AS)
    return Seen(
        account_id=-pk,
        person_id=None,
        name=name,
        grants=tuple(
            Grant(AS[deed], unit, top, school, school_path or "", only=deed)
            for deed in sorted(deeds)
        ),
        exercise=bool(exercise),
        token=True,
        deeds=deeds,
    )
