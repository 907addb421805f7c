"""The survey: who has not answered in my class, which answers nobody has verified."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Count, Q
from django.http import HttpRequest

from bihuan.base.wording import _
from bihuan.rules.access import Deed
from bihuan.rules.survey import Outcome
from bihuan.web.flows import survey
from bihuan.web.ledgers.core.rows import in_force
from bihuan.web.ledgers.survey.models import Answer, Round
from bihuan.web.org import scope
from bihuan.web.org.models import Person
from bihuan.web.pages.asked import Asked

PAGE = "/survey/"
LAST = 2
"""Rounds that are looked at, the newest first; more than one at once is rare."""


def asks(request: HttpRequest, now: dt.datetime) -> Iterator[Asked]:
    """Answers that are missing, and those that wait for somebody to verify them."""
    who = scope.seen(request)
    if who is None:
        return
    fill = scope.places(who, Deed.SURVEY_FILL)
    check = scope.places(who, Deed.SURVEY_VERIFY)
    own = who.may(Deed.SURVEY_FILL) and not fill
    if not (fill or check or own):
        return
    tops = [place.top for place in (*fill, *check)]
    if own:
        tops = list(
            Person.objects.filter(pk__in=who.own).values_list("unit__path", flat=True)
        )
    for of in survey.rounds_over(tops)[:LAST]:
        if fill or own:
            yield from _unfilled(request, of, now)
        if check:
            yield from _unverified(request, of)


def _unfilled(request: HttpRequest, of: Round, now: dt.datetime) -> Iterator[Asked]:
    people = survey.asked(of, now.date())
    mine = scope.within(request, Deed.SURVEY_FILL, people, person="pk")
    there = in_force(Answer.objects.filter(round=of)).values("person")
    n = mine.exclude(pk__in=there).count()
    if n:
        due = of.due.astimezone(now.tzinfo)
        yield Asked(
            title=_("{n}人还没填健康排查", n=n), second=of.name,
            url=f"{PAGE}{of.pk}/", due=due, fields=4 * n, minutes=max(1, n // 2),
            state="late" if due < now else "wait", action=_("填健康排查"),
        )  # fmt: skip


def _unverified(request: HttpRequest, of: Round) -> Iterator[Asked]:
    rows = in_force(Answer.objects.filter(round=of, verified_at=None))
    mine = scope.within(request, Deed.SURVEY_VERIFY, rows)
    waits = Q(state__in=[Outcome.UNVERIFIED.value, Outcome.HELD.value])
    n = mine.aggregate(n=Count("pk", filter=waits))["n"]
    if n:
        yield Asked(
            title=_("核实{n}人的行踪", n=n), second=of.name, url=f"{PAGE}{of.pk}/",
            fields=n, minutes=3 * n, state="unknown", action=_("核实行踪"),
        )  # fmt: skip
