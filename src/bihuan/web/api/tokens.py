"""Who calls the API: a scoped token, kept as its digest, seen like somebody with few rights."""

import datetime as dt
from typing import Final

from django.http import HttpRequest
from ninja.security import HttpBearer

from bihuan.rules.access import Deed, Role
from bihuan.web.org import clock
from bihuan.web.org.codes import code_digest
from bihuan.web.org.models import Token
from bihuan.web.org.scope import Grant, Seen

AS: Final = {
    Deed.CHECK_ENTER: Role.CLASS_TEACHER,
    Deed.CHECK_SEE: Role.INSPECTOR,
    Deed.GATE_KEEP: Role.GATE_GUARD,
    Deed.DAILY_SEE: Role.BUREAU_SECTION,
}
"""The role whose right a token borrows for a deed; it has no other deed."""
_FRESH: Final = dt.timedelta(minutes=5)
"""How often it is noted that a token was used."""


class ByToken(HttpBearer):
    """`Authorization: Bearer TOKEN`."""

    def authenticate(self, request: HttpRequest, token: str) -> Seen | None:
        """The token's rights, or None: 401."""
        now = clock.now()
        row = (
            Token.objects.select_related("unit", "unit__school")
            .filter(digest=code_digest(token), until__gt=now)
            .first()
        )
        if row is None:
            return None
        if row.used_at is None or now - row.used_at > _FRESH:
            Token.objects.filter(pk=row.pk).update(used_at=now)
        request._seen = seen_of(row)  # type: ignore[attr-defined]  # noqa: SLF001  # scope.seen's cache
        return seen_of(row)


def seen_of(token: Token) -> Seen:
    """What a token may do; the trail has its number as a negative account."""
    deeds = frozenset(Deed(name) for name in token.deeds if Deed(name) in AS)
    unit, school = token.unit, token.unit.school
    return Seen(
        account_id=-token.pk,
        person_id=None,
        name=token.name,
        grants=tuple(
            Grant(
                role=AS[deed],
                unit_id=unit.pk,
                top=unit.path,
                school_id=unit.school_id,
                school_path=school.path if school else "",
            )
            for deed in sorted(deeds)
        ),
        exercise=unit.exercise,
        token=True,
        deeds=deeds,
    )
