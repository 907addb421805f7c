"""The first day of a site: the bureau, its offices, the first administrator."""

import datetime as dt
from typing import Final

from django.db import transaction

from bihuan.plan.words import Role as PersonRole
from bihuan.rules.access import Role
from bihuan.web.org import audit
from bihuan.web.org.models import Account, Assignment, Person, Unit, UnitKind
from bihuan.web.org.scope import Actor
from bihuan.web.org.units import add_unit

OFFICE: Final = "epidemic"
HEALTH: Final = "cdc"
CITY: Final = "city"
BY_COMMAND: Final = Actor(account_id=None, person_id=None, via="command")


class Founded(ValueError):  # noqa: N818  # it names what was found
    """There is a bureau already."""


@transaction.atomic
def found(name: str, now: dt.datetime) -> Unit:
    """Make the bureau with its epidemic office, the city's office and the CDC beside it."""
    if Unit.objects.exists():
        raise Founded
    bureau = add_unit(None, UnitKind.BUREAU, "bureau", name)
    add_unit(bureau, UnitKind.SECTION, OFFICE, "教育疫情防控办")
    add_unit(bureau, UnitKind.CITY, CITY, "市疫情办")
    add_unit(bureau, UnitKind.HEALTH, HEALTH, "疾控中心")
    audit.write(BY_COMMAND, "site.found", bureau, school=bureau, at=now)
    return bureau


def office_of(bureau: Unit, code: str = OFFICE) -> Unit:
    """An office of the bureau."""
    return Unit.objects.get(parent=bureau, code=code)


@transaction.atomic
def first_administrator(
    bureau: Unit, username: str, password: str, now: dt.datetime
) -> Account:
    """Make the account that makes all others; its password is changed at the first log-in."""
    person = Person.objects.create(
        unit=office_of(bureau),
        role=PersonRole.STAFF.value,
        name=username,
        joined_on=now.date(),
    )
    Assignment.objects.create(
        person=person, role=Role.ADMINISTRATOR.value, unit=bureau, since=now.date()
    )
    account = Account.objects.create_user(
        username, password, person=person, must_change=True
    )
    audit.write(BY_COMMAND, "account.make", account, school=bureau, at=now)
    return account
