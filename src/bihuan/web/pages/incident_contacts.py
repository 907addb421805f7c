"""The list of contacts 接触者名单: source by source, who was asked, who is well."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from bihuan.base.wording import _
from bihuan.rules.access import Deed
from bihuan.rules.contacts_of import Source
from bihuan.rules.incident_clock import Step
from bihuan.web.flows import incidents as flow
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.core.persons import Names
from bihuan.web.ledgers.core.values import person_shown
from bihuan.web.ledgers.incidents.models import Contact, Incident
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.scope import Actor
from bihuan.web.pages import incident_board as boards
from bihuan.web.pages.frame import back, number_of, run, show
from bihuan.web.pages.incident import (
    acting,
    detail_of,
    name_of,
    reach,
)


@dataclass(frozen=True, slots=True)
class Group:
    """The contacts of a source; each stands under the closest one that names him."""

    source: Source
    label: str
    mark: str
    state: str
    came: bool
    rows: tuple[tuple[Contact, str], ...]

    @property
    def left(self) -> int:
        """Those whom nobody has asked."""
        return sum(row.checked_at is None for row, _name in self.rows)


@open_to(Deed.INCIDENT_SEE, Deed.INCIDENT_OPEN)
@require_safe
def index(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Contacts by source: what is out first, those not asked before the others."""
    row, now = reach(request, pk), clock.now()
    shown = boards.board(row, now)
    return show(
        request, "incident/contacts.html", row=row, board=shown,
        name=name_of(request, row), groups=_groups(request, row, shown.sources),
        sources=tuple(Source), changes=_changes(request, row),
    )  # fmt: skip


def _groups(
    request: HttpRequest, row: Incident, sources: tuple[boards.Source, ...]
) -> list[Group]:
    detail = detail_of(request, row)
    contacts = list(row.contacts.select_related("person", "person__unit"))
    contacts.sort(key=lambda one: (one.checked_at is not None, one.closeness))
    groups = []
    for told in sources:
        mine = tuple(
            (one, person_shown(one.person, detail))
            for one in contacts
            if _closest(one) == told.code
        )
        groups.append(
            Group(Source(told.code), told.said, told.mark, told.state, told.came, mine)
        )
    return sorted(groups, key=lambda group: _FIRST.index(group.mark))


_FIRST = ("unknown", "stale", "pass")


def _closest(contact: Contact) -> str:
    order = [source.value for source in Source]
    return min(map(str, contact.sources), key=order.index)


def _changes(request: HttpRequest, row: Incident) -> bool:
    """Whether somebody may write on the list."""
    try:
        _writer(request, row)
    except Http404:
        return False
    return True


def _writer(request: HttpRequest, row: Incident) -> Actor:
    """Who writes on the list: the doctor, the head, or the class teacher."""
    if scope.detail(request, Deed.ABSENCE_TRACE, row.unit):
        return scope.actor(request, Deed.ABSENCE_TRACE, row.unit)
    return acting(request, row, Step.CONTACTS)


@open_to(Deed.INCIDENT_STEP, Deed.INCIDENT_OPEN)
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Bring the list in step, ask contacts, add one, note that a roll has come."""
    row = reach(request, pk)
    who, now = _writer(request, row), clock.now()
    where = reverse("contacts", args=[row.pk])
    match request.POST.get("do"):
        case "list":
            return run(request, where, lambda: flow.list_contacts(who, row, now))
        case "check":
            some = _asked(request, row)
            well = request.POST.get("well") != "0"
            return run(
                request, where,
                lambda: flow.check_contacts(who, row, some, now, well=well),
            )  # fmt: skip
        case "came":
            source, note = _source(request), request.POST.get("note", "").strip()
            return run(
                request, where,
                lambda: flow.roll_came(who, row, source, now, note[:60]),
            )  # fmt: skip
        case "add":
            return run(request, where, lambda: _add(request, row, who))
    return back(request, where, _("没有这个操作。"))


def _asked(request: HttpRequest, row: Incident) -> list[Contact]:
    """One contact, or all of a source who were not asked."""
    rows = row.contacts.all()
    if pk := number_of(request, "contact"):
        return list(rows.filter(pk=pk))
    source = _source(request).value
    return [one for one in rows.filter(checked_at=None) if _closest(one) == source]


def _source(request: HttpRequest) -> Source:
    try:
        return Source(request.POST.get("source", ""))
    except ValueError as none:
        raise Http404 from none


def _add(request: HttpRequest, row: Incident, who: Actor) -> None:
    """Add whoever is named by name or number; classes of the writer first."""
    text = request.POST.get("who", "").strip()
    found = Names(row.school).find(text)
    if isinstance(found, str):
        raise Refused(found)
    flow.add_contact(who, row, found, _source(request), clock.now())
