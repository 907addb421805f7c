"""Telling people: into their inbox inside the flow's transaction, and to their group.

A flow calls ``tell`` and is done; nothing is sent from here. The worker finds what
waits (`deliver`), so a network that hangs never holds up a class check.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from bihuan.base.wording import _
from bihuan.rules.access import Role
from bihuan.web.notices.bots import Link
from bihuan.web.notices.kinds import KINDS, Facts, Kind, Line, Name, Roll, fits
from bihuan.web.notices.models import Bot, GroupNotice, Notice, Told
from bihuan.web.org.models import Account, Assignment, Person, Unit, UnitKind

INBOX: Final = "/inbox/"
READ_KEPT: Final = dt.timedelta(days=30)
UNREAD_KEPT: Final = dt.timedelta(days=90)


class NoKind(LookupError):  # noqa: N818  # it names what is missing
    """A flow tells of something that no kind of notice is declared for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is told: the unit, a class in it, numbers and a time."""

    unit: Unit
    klass: Unit | None = None
    count: int | None = None
    total: int | None = None
    minutes: int | None = None
    due: dt.datetime | None = None

    def params(self) -> dict[str, Any]:
        """The numbers as a row keeps them."""
        told: dict[str, Any] = {
            "count": self.count,
            "total": self.total,
            "minutes": self.minutes,
            "due": self.due.isoformat() if self.due else None,
        }
        return {name: value for name, value in told.items() if value is not None}

    def facts(self) -> Facts:
        """The same as a sentence takes it."""
        return Facts(
            unit=called(self.unit),
            klass=called(self.klass) if self.klass else None,
            count=self.count,
            total=self.total,
            minutes=self.minutes,
            due=self.due,
        )


def tell(
    kind: str,
    to: Iterable[Person | int],
    *,
    unit: Unit,
    now: dt.datetime,
    link: str = INBOX,
    klass: Unit | None = None,
    count: int | None = None,
    total: int | None = None,
    minutes: int | None = None,
    due: dt.datetime | None = None,
    group: Unit | None = None,
) -> int:
    """Tell persons (or their numbers), and the group of a unit if one is given.

    Inside the flow's transaction. A newer state of one thing takes the place of an
    unread older one. Returns how many inboxes it came to.
    """
    said = _kind(kind)
    about = About(
        unit=unit, klass=klass, count=count, total=total, minutes=minutes, due=due
    )
    Line(
        said, about.facts()
    )  # what may not be said fails here, before anything is told
    Link(site(), link)
    with transaction.atomic():
        accounts = _accounts(to)
        if said.roll is Roll.LAST:
            _older(said, about, link).filter(account__in=accounts).delete()
        told = [_row(Notice, said, about, link, now, account_id=a) for a in accounts]
        Notice.objects.bulk_create(told)
        if group is not None:
            _tell_group(said, about, link, now, group)
    return len(told)


def unread(account_id: int | None, *, exercise: bool = False) -> int:
    """How many notices somebody has not read, real ones or those of the exercise."""
    if account_id is None:
        return 0
    rows = Notice.objects.filter(account=account_id, read_at=None)
    return rows.filter(unit__exercise=exercise).count()


def notices(account_id: int, *, exercise: bool = False) -> QuerySet[Notice]:
    """Somebody's notices, the newest first."""
    rows = Notice.objects.filter(account=account_id, unit__exercise=exercise)
    return rows.select_related("unit", "klass").order_by("-at", "-pk")


def read(rows: QuerySet[Notice], now: dt.datetime) -> int:
    """Note that notices were read; those read before keep their time."""
    return rows.filter(read_at=None).update(read_at=now)


def holders(
    roles: Role | Iterable[Role], unit: Unit, day: dt.date, *, deputies: bool = True
) -> list[int]:
    """Persons who hold a role on a day at a unit or above it: whom to tell of it.

    A principal holds his at the school, and is told of a class in it. deputies: those
    who were put in as the second (B角) are told too.
    """
    wanted = {roles} if isinstance(roles, Role) else set(roles)
    paths = [unit.path[: 8 * n] for n in range(1, unit.path.count(".") + 1)]
    held = Assignment.objects.filter(
        Q(until=None) | Q(until__gt=day),
        role__in=[role.value for role in wanted],
        unit__path__in=paths,
        since__lte=day,
    )
    if not deputies:
        held = held.filter(deputy=False)
    return sorted(set(held.values_list("person", flat=True)))


def line(row: Told) -> Line | None:
    """The sentence of a row; none where its kind is not declared any more."""
    kind = KINDS.get(row.kind)
    if kind is None:
        return None
    due = row.params.get("due")
    about = About(
        unit=row.unit,
        klass=row.klass,
        due=dt.datetime.fromisoformat(due) if due else None,
        **{name: row.params.get(name) for name in ("count", "total", "minutes")},
    )
    return Line(kind, about.facts(), row.at)


def say(row: Told) -> tuple[str, str]:
    """Title and sentence of a row in the language being spoken."""
    told = line(row)
    if told is None:
        return _("通知"), _("打开看")
    return _(told.kind.title), told.say()


def called(unit: Unit) -> Name:
    """The name of a unit as it may be told outside: its own, or its kind's."""
    kind = UnitKind(unit.kind)
    return Name(kind, unit.name) if fits(kind, unit.name) else Name(kind)


def site() -> str:
    """This site's own address, for links that are read elsewhere."""
    if settings.CSRF_TRUSTED_ORIGINS:
        return str(settings.CSRF_TRUSTED_ORIGINS[0])
    host = settings.ALLOWED_HOSTS[0].lstrip(".*")
    return f"{'https' if settings.HTTPS else 'http'}://{host or 'localhost'}"


def forget(now: dt.datetime) -> int:
    """Remove notices whose time is over; says how many."""
    old = Q(read_at__lt=now - READ_KEPT) | Q(read_at=None, at__lt=now - UNREAD_KEPT)
    return Notice.objects.filter(old).delete()[0]


def _kind(key: str) -> Kind:
    """A declared kind."""
    if key not in KINDS:
        raise NoKind(key)
    return KINDS[key]


def _accounts(to: Iterable[Person | int]) -> list[int]:
    """Accounts of persons; a person of an exercise reads with his real account."""
    people = {p.pk if isinstance(p, Person) else p for p in to}
    own = Q(person__in=people) | Q(person__twin__in=people)
    rows = Account.objects.filter(own, is_active=True)
    return list(rows.order_by("pk").values_list("pk", flat=True).distinct())


def _older(kind: Kind, about: About, link: str) -> QuerySet[Notice]:
    """Unread notices that a new one takes the place of."""
    return Notice.objects.filter(
        kind=kind.key, unit=about.unit, klass=about.klass, link=link, read_at=None
    )


def _row(
    model: type[Any], kind: Kind, about: About, link: str, at: dt.datetime, **whose: int
) -> Any:
    """A row that tells something to somebody."""
    return model(
        kind=kind.key,
        unit=about.unit,
        klass=about.klass,
        params=about.params(),
        link=link,
        red=kind.red,
        at=at,
        **whose,
    )


def _tell_group(
    kind: Kind, about: About, link: str, now: dt.datetime, group: Unit
) -> None:
    """Put a notice before the bots of a unit that are on."""
    bots = Bot.objects.filter(unit=group, on=True, removed_at=None)
    rows = [_row(GroupNotice, kind, about, link, now, bot_id=b) for b in _keys(bots)]
    GroupNotice.objects.bulk_create(rows)


def _keys(bots: QuerySet[Bot]) -> Iterator[int]:
    return iter(bots.values_list("pk", flat=True))


def group_items(rows: Sequence[GroupNotice]) -> Iterator[tuple[GroupNotice, Line]]:
    """Rows with their sentences; one whose kind is gone is left out."""
    for row in rows:
        if (told := line(row)) is not None:
            yield row, told
