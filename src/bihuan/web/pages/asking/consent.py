"""The guardian's consent: asked once a child and text; a refusal is an answer too."""

import datetime as dt
from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse

from bihuan.base.wording import _
from bihuan.rules.access import Deed, Role
from bihuan.web.org import scope
from bihuan.web.org.models import Consent, Person
from bihuan.web.pages.accounts import CONSENT_TEXT
from bihuan.web.pages.asked import Asked


def asks(request: HttpRequest, now: dt.datetime) -> Iterator[Asked]:
    """Children of mine about whom I have not answered."""
    del now  # it has no day
    who = scope.seen(request)
    if who is None or Role.GUARDIAN not in who.roles or not who.may(Deed.CONSENT):
        return
    answered = Consent.objects.filter(guardian=who.person_id, text=CONSENT_TEXT)
    waits = Person.objects.filter(pk__in=who.own).exclude(pk=who.person_id or 0)
    for child in waits.exclude(pk__in=answered.values("child")):
        yield Asked(
            title=_("看同意书，回一句"), second=child.name, url=reverse("consent"),
            fields=1, minutes=3, action=_("看同意书"),
        )  # fmt: skip
