"""Accounts of a school: slips, resets, roles; hand-over, glass, consent, joining, tokens."""

import datetime as dt
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from bihuan.base.wording import N_, _
from bihuan.rules.access import Deed, Role
from bihuan.web.api.tokens import AS
from bihuan.web.flows import accounts
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to, public
from bihuan.web.org.models import (
    Account,
    Assignment,
    Consent,
    Glass,
    Person,
    Token,
    Unit,
    UnitKind,
)
from bihuan.web.org.told import day_of
from bihuan.web.pages.frame import number_of, say_refusals, show
from bihuan.web.pages.people import ROWS, search

CONSENT_TEXT: Final = "2026-1"
"""Version of the consent text that is shown; the text is in templates/org/consent.html."""
TOKEN_DAYS: Final = 180
JOIN_DAYS: Final = 14
GIVEN: Final = (
    Role.PRINCIPAL, Role.PARTY_SECRETARY, Role.GRADE_HEAD, Role.CLASS_TEACHER,
    Role.GROUP_LEADER, Role.SCHOOL_DOCTOR, Role.GATE_GUARD, Role.DORM_MANAGER,
    Role.LOGISTICS, Role.PSYCHOLOGIST, Role.ADMINISTRATOR,
)  # fmt: skip
"""Roles an administrator gives; those above a school come from the bureau."""
STAFF: Final = ("teacher", "staff", "contractor", "driver")


@open_to(Deed.ACCOUNTS)
@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """Who has an account: first those without, then by name; a search."""
    rows = scope.within(request, Deed.ACCOUNTS, Person.objects.filter(left_on=None))
    words = request.GET.get("q", "").strip()
    first = F("account__pk").asc(nulls_first=True)
    staff = (
        rows.filter(role__in=STAFF).order_by(first, "name", "pk")
        if not words
        else search(rows, words)
    )
    units = scope.my_units(request, Deed.ACCOUNTS, *UNITS)
    pages = Paginator(staff.select_related("account", "unit"), ROWS)
    return show(
        request, "org/accounts.html", words=words, units=units,
        rows=pages.get_page(request.GET.get("page")),
    )  # fmt: skip


UNITS: Final = (
    UnitKind.SCHOOL.value, UnitKind.STAFF.value, UnitKind.SECTION.value,
    UnitKind.CLASS.value,
)  # fmt: skip


@open_to(Deed.ACCOUNTS)
@require_POST
def make(request: HttpRequest) -> HttpResponseBase:
    """Accounts for everybody of a unit who has none; slips to print, shown once."""
    unit = scope.reach_unit(request, Deed.ACCOUNTS, number_of(request, "unit"))
    people = Person.objects.filter(unit__path__startswith=unit.path, left_on=None)
    if unit.kind == UnitKind.SCHOOL.value:
        people = people.filter(role__in=STAFF)
    slips = accounts.make_accounts(
        scope.actor(request, Deed.ACCOUNTS, unit),
        unit.school or unit,
        people.select_related("account", "unit"),
        clock.now(),
    )
    return show(request, "org/slips.html", slips=slips, unit=unit)


@open_to(Deed.ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
@say_refusals
def one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A person's account and roles: reset, unlock, close, give and end a role."""
    found = scope.reach_person(request, Deed.ACCOUNTS, pk)
    if request.method == "POST":
        return _change(request, found)
    units = scope.my_units(request, Deed.ACCOUNTS).filter(school=found.school)
    return show(
        request, "org/account.html", person=found, roles=GIVEN, units=units,
        held=found.assignments.filter(until=None).select_related("unit"),
    )  # fmt: skip


def _change(request: HttpRequest, person: Person) -> HttpResponseBase:
    actor = scope.actor(request, Deed.ACCOUNTS, person.unit)
    school, now = person.school or person.unit, clock.now()
    account = Account.objects.filter(person=person).first()
    what = request.POST.get("what", "")
    if what == "give":
        unit = scope.reach_unit(request, Deed.ACCOUNTS, number_of(request, "unit"))
        role = Role(request.POST.get("role", ""))
        if role not in GIVEN:
            raise Http404
        accounts.assign(actor, person, role, unit, now)
    elif what == "end":
        held = person.assignments.filter(pk=number_of(request, "assignment")).first()
        accounts.end_assignment(actor, held or _nothing(), now)
    elif account is None:
        slips = accounts.make_accounts(actor, school, [person], now)
        return show(request, "org/slips.html", slips=slips, unit=person.unit)
    elif what == "reset":
        slip = accounts.reset_password(actor, school, account, now)
        return show(request, "org/slips.html", slips=[slip], unit=person.unit)
    elif what == "unlock":
        accounts.unlock(actor, school, account, now)
    elif what in {"close", "open"}:
        accounts.switch_account(actor, school, account, now, active=what == "open")
    messages.success(request, _("已改"))
    return redirect("account", person.pk)


def _nothing() -> Any:
    raise Http404


@open_to(Deed.ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
@say_refusals
def promote(request: HttpRequest) -> HttpResponseBase:
    """Move all classes of a school up a year, after typing its name."""
    schools = scope.my_units(request, Deed.ACCOUNTS, UnitKind.SCHOOL.value)
    if request.method == "POST":
        school = scope.reach_unit(request, Deed.ACCOUNTS, number_of(request, "unit"))
        if request.POST.get("name", "").strip() != school.name:
            raise accounts.Refused(_("校名没写对，没有升级；请照抄校名"))
        actor = scope.actor(request, Deed.ACCOUNTS, school)
        done = accounts.promote(actor, school, clock.now())
        said = _("升了{n}个班，毕业{m}人", n=done.classes, m=done.left)
        messages.success(request, said)
        return redirect("accounts")
    return show(request, "org/promote.html", schools=schools)


@open_to(Deed.HAND_OVER)
@require_http_methods(["GET", "HEAD", "POST"])
@say_refusals
def hand_over(request: HttpRequest) -> HttpResponseBase:
    """Hand one's posts to a colleague for some days, or take them back."""
    mine = Assignment.objects.filter(
        person_id=scope.me(request), until=None, acting_for=None
    ).select_related("unit", "person")
    given = Assignment.objects.filter(
        acting_for__in=mine, until__gt=clock.today()
    ).select_related("person", "unit")
    colleagues = Person.objects.filter(
        school_id__in=mine.values("person__school_id"), role__in=STAFF, left_on=None
    ).exclude(pk=scope.me(request))
    if request.method == "POST":
        return _hand_over(request, mine, given, colleagues)
    return show(
        request, "org/hand_over.html", mine=mine, given=given,
        colleagues=colleagues.order_by("name")[:400], tomorrow=_tomorrow(),
    )  # fmt: skip


def _tomorrow() -> dt.date:
    return clock.today() + dt.timedelta(days=1)


def _hand_over(
    request: HttpRequest, mine: Any, given: Any, colleagues: Any
) -> HttpResponseBase:
    actor, now = scope.actor(request, Deed.HAND_OVER), clock.now()
    if back := given.filter(pk=number_of(request, "back")).first():
        accounts.take_back(actor, back, now)
        messages.success(request, _("已收回"))
        return redirect("hand_over")
    held = mine.filter(pk=number_of(request, "assignment")).first()
    to = colleagues.filter(pk=number_of(request, "to")).first()
    if held is None and number_of(request, "assignment"):
        raise Http404  # another's post, and no word on whether there is one
    if held is None or to is None:
        raise accounts.Refused(_("请选交哪个班、交给谁"))
    try:
        until = day_of(request.POST.get("until") or _tomorrow().isoformat())
    except ValueError:
        raise accounts.Refused(_("日期应填成2026-03-09这样")) from None
    accounts.hand_over(actor, held, to, until, now)
    messages.success(
        request, _("已交给{name}，到{day}自动收回", name=to.name, day=until)
    )
    return redirect("hand_over")


@open_to(Deed.GLASS)
@require_http_methods(["GET", "HEAD", "POST"])
@say_refusals
def glass(request: HttpRequest) -> HttpResponseBase:
    """Ask to see names of a school: the reason, the second person who is told."""
    if request.method == "POST":
        return _break(request)
    colleagues = Person.objects.filter(
        unit__path__startswith=_bureau(request).path, school=None, left_on=None
    ).exclude(pk=scope.me(request))
    rows = Glass.objects.filter(person_id=scope.me(request))
    return show(
        request, "org/glass.html", colleagues=colleagues,
        schools=scope.my_units(request, Deed.GLASS, UnitKind.SCHOOL.value),
        rows=rows.select_related("unit", "told").order_by("-pk")[:20],
        asked=request.GET.get("unit", ""), least=accounts.REASON_LEAST,
    )  # fmt: skip


def _bureau(request: HttpRequest) -> Unit:
    return scope.my_units(request, Deed.GLASS).order_by("path")[0]


def _break(request: HttpRequest) -> HttpResponseBase:
    unit = scope.reach_unit(request, Deed.GLASS, number_of(request, "unit"))
    told = Person.objects.filter(pk=number_of(request, "told"), school=None).first()
    if told is None:
        raise accounts.Refused(_("请选告知谁"))
    accounts.break_glass(
        scope.actor(request, Deed.GLASS, unit), unit, request.POST.get("reason", ""),
        told, clock.now(),
    )  # fmt: skip
    messages.success(request, _("{unit}的姓名开放1小时，已留痕", unit=unit.name))
    return redirect("glass")


@open_to(Deed.CONSENT)
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest) -> HttpResponseBase:
    """A guardian answers for his children; a class teacher enters what came on paper."""
    children = _children(request)
    if request.method == "POST":
        return _consent(request)
    newest = {
        row.child_id: row
        for row in Consent.objects.filter(child__in=children).order_by("pk")
    }
    return show(
        request, "org/consent.html", children=[(c, newest.get(c.pk)) for c in children],
        text=CONSENT_TEXT,
    )  # fmt: skip


def _children(request: HttpRequest) -> list[Person]:
    pupils = Person.objects.filter(role="student", left_on=None).select_related("unit")
    rows = scope.within(request, Deed.CONSENT, pupils, person="pk")
    return list(rows.order_by("unit__path", "seat"))


def _consent(request: HttpRequest) -> HttpResponseBase:
    child = scope.reach_person(request, Deed.CONSENT, number_of(request, "child"))
    mine = child.guardians.filter(guardian_id=scope.me(request)).first()
    known = mine or child.guardians.first()
    actor = scope.actor(request, Deed.CONSENT, child.unit)
    now = clock.now()
    guardian = (
        known.guardian
        if known
        else accounts.add_guardian(actor, child, _("家长（纸质）"), "", now)
    )
    staff = None if mine else Person.objects.filter(pk=scope.me(request)).first()
    accounts.answer_consent(
        actor, guardian, child, CONSENT_TEXT, now,
        given=request.POST.get("given") == "yes", by_staff=staff,
    )  # fmt: skip
    messages.success(request, _("已记下，随时可以改"))
    return redirect("consent")


@open_to(Deed.CONSENT)
@require_http_methods(["GET", "HEAD", "POST"])
def join_code(request: HttpRequest) -> HttpResponseBase:
    """Make the join code of one's class, to hand to the guardians."""
    classes = scope.my_units(request, Deed.CONSENT, UnitKind.CLASS.value)
    code, klass = "", None
    if request.method == "POST":
        klass = scope.reach_unit(request, Deed.CONSENT, number_of(request, "unit"))
        actor = scope.actor(request, Deed.CONSENT, klass)
        code = accounts.make_join_code(actor, klass, JOIN_DAYS, clock.now())
    return show(
        request, "org/join_code.html", classes=classes, code=code, klass=klass,
        days=JOIN_DAYS,
    )  # fmt: skip


class Join(forms.Form):
    """What a guardian gives to join a class."""

    code = forms.CharField(max_length=20)
    child_name = forms.CharField(max_length=60)
    child_code = forms.CharField(max_length=40)
    name = forms.CharField(max_length=60)
    relation = forms.CharField(max_length=20, required=False)
    username = forms.CharField(max_length=60)
    password = forms.CharField(widget=forms.PasswordInput, max_length=120)
    LABELS: Final = {
        "code": N_("入班码"),
        "child_name": N_("孩子姓名"),
        "child_code": N_("孩子学号"),
        "name": N_("您的姓名"),
        "relation": N_("与孩子的关系"),
        "username": N_("登录名（自己起，比如手机号）"),
        "password": N_("密码"),
    }

    def __init__(self, *args: Any, known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if known:
            for name in ("name", "username", "password"):
                del self.fields[name]
        for name, field in self.fields.items():
            field.label = _(self.LABELS[name])

    def clean_password(self) -> str:
        """Hold a guardian's password to the same rules."""
        password = str(self.cleaned_data["password"])
        validate_password(password)
        return password


@public
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponseBase:
    """A guardian joins by the class's code; one who is known adds a second child."""
    who = scope.seen(request)
    known = Person.objects.filter(
        pk=who.person_id or 0 if who else 0, role="guardian"
    ).first()
    form = Join(request.POST or None, known=known is not None)
    if request.method == "POST" and form.is_valid():
        try:
            joining = accounts.Joining(**form.cleaned_data)
            guardian = accounts.join(joining, clock.now(), known)
        except accounts.Refused as refused:
            form.add_error(None, str(refused))
        else:
            if known is None:
                backend = "django.contrib.auth.backends.ModelBackend"
                login(request, guardian.account, backend=backend)
            return redirect("consent")
    return show(request, "org/join.html", form=form)


@open_to(Deed.SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponseBase:
    """Tokens of the API: made, shown once, ended."""
    rows = scope.within(request, Deed.SETTINGS, Token.objects.all())
    secret = ""
    if request.method == "POST":
        secret = _token(request, rows)
    return show(
        request, "org/tokens.html", secret=secret, deeds=AS, days=TOKEN_DAYS,
        units=scope.my_units(
            request, Deed.SETTINGS, UnitKind.SCHOOL.value, UnitKind.GATE.value
        ),
        rows=rows.filter(until__gt=clock.now()).select_related("unit"),
    )  # fmt: skip


def _token(request: HttpRequest, rows: Any) -> str:
    now = clock.now()
    if old := rows.filter(pk=number_of(request, "end")).first():
        accounts.end_token(scope.actor(request, Deed.SETTINGS, old.unit), old, now)
        return ""
    unit = scope.reach_unit(request, Deed.SETTINGS, number_of(request, "unit"))
    asked = set(request.POST.getlist("deed"))
    return accounts.make_token(
        scope.actor(request, Deed.SETTINGS, unit),
        request.POST.get("name", "")[:60], unit,
        deeds=[deed for deed in AS if deed.value in asked],
        days=TOKEN_DAYS, now=now,
    )  # fmt: skip
