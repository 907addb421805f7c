"""Who is where: the roster by class, a person's page, the roster handed in."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from bihuan.base.wording import _
from bihuan.rules.access import Deed
from bihuan.web.flows import accounts, enrolment
from bihuan.web.org import clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import EnrolmentImport, Person, Unit, UnitKind
from bihuan.web.org.units import above
from bihuan.web.pages.frame import say_refusals, show

ROWS = 60
HOMES = (UnitKind.CLASS.value, UnitKind.STAFF.value, UnitKind.SECTION.value)


def reading(request: HttpRequest) -> Deed:
    """By which right somebody reads the roster."""
    who = scope.seen(request)
    return Deed.PEOPLE_SEE if who and who.may(Deed.PEOPLE_SEE) else Deed.PEOPLE_EDIT


@open_to(Deed.PEOPLE_SEE, Deed.PEOPLE_EDIT)
@require_safe
def people(request: HttpRequest) -> HttpResponseBase:
    """The classes and sections one may see, and a search over their people."""
    deed = reading(request)
    words = request.GET.get("q", "").strip()
    rows = scope.within(request, deed, Person.objects.filter(left_on=None))
    found = search(rows, words) if words else None
    units = scope.my_units(request, deed, *HOMES).select_related("school")
    pages = Paginator(units, ROWS)
    return show(
        request, "org/people.html", words=words, found=found,
        units=pages.get_page(request.GET.get("page")),
    )  # fmt: skip


def search(rows: QuerySet[Person], words: str) -> QuerySet[Person]:
    """People by a part of the name, by student number or by the last of the telephone."""
    fits = Q(name__icontains=words) | Q(code__iexact=words) | Q(phone_last=words[-4:])
    return rows.filter(fits).select_related("unit", "school").order_by("name")[:ROWS]


@open_to(Deed.PEOPLE_SEE, Deed.PEOPLE_EDIT)
@require_safe
def unit_people(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The people of a class or section, by seat."""
    unit = scope.reach_unit(request, reading(request), pk)
    rows = Person.objects.filter(unit=unit, left_on=None).order_by("seat", "name")
    return show(request, "org/unit_people.html", unit=unit, rows=rows)


@open_to(Deed.PEOPLE_SEE, Deed.PEOPLE_EDIT)
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A person: where he sits, sleeps, eats; his guardians, what he holds."""
    found = scope.reach_person(request, reading(request), pk)
    who = scope.seen(request)
    return show(
        request,
        "org/person.html",
        person=found,
        units=above(found.unit),
        guardians=found.guardians.filter(until=None).select_related("guardian"),
        held=found.assignments.filter(until=None).select_related("unit"),
        edits=bool(who and who.may(Deed.PEOPLE_EDIT)),
    )


@open_to(Deed.PEOPLE_EDIT)
@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A person leaves: every right ends at once."""
    found = scope.reach_person(request, Deed.PEOPLE_EDIT, pk)
    actor = scope.actor(request, Deed.PEOPLE_EDIT, found.unit)
    accounts.leave(actor, found, clock.now())
    messages.success(request, _("已离校，权限和账号同时停止"))
    return redirect("unit_people", found.unit_id)


class Upload(forms.Form):
    """A roster that is handed in."""

    file = forms.FileField(
        label=_("名册（.xlsx）"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("名册（.xlsx）")
        empty = _("文件是空的，请重新选一个")
        self.fields["file"].error_messages["empty"] = empty

    def clean_file(self) -> Any:
        """Refuse what is too large before it is read."""
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_LIMIT:
            high = settings.UPLOAD_LIMIT // 2**20
            raise forms.ValidationError(_("文件超过{high}兆，请分学校交", high=high))
        return file


@open_to(Deed.PEOPLE_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponseBase:
    """Hand a roster in; the imports there were."""
    top = roster_unit(request)
    form = Upload(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        actor = scope.actor(request, Deed.PEOPLE_EDIT, top)
        row = enrolment.preview(actor, top, file.read(), file.name, clock.now())
        return redirect("enrolment", row.pk)
    rows = scope.within(request, Deed.PEOPLE_EDIT, EnrolmentImport.objects.all())
    return show(
        request, "org/imports.html", form=form, rows=rows.order_by("-pk")[:20], top=top
    )


def roster_unit(request: HttpRequest) -> Unit:
    """The highest unit whose roster somebody keeps."""
    units = scope.my_units(
        request, Deed.PEOPLE_EDIT, UnitKind.BUREAU.value, UnitKind.SCHOOL.value
    )
    return units.order_by("path")[0]


@open_to(Deed.PEOPLE_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@say_refusals
def one_import(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What a roster would change; take it over, or undo it."""
    row = scope.reach_row(request, Deed.PEOPLE_EDIT, EnrolmentImport.objects.all(), pk)
    if request.method == "POST":
        actor = scope.actor(request, Deed.PEOPLE_EDIT, row.unit)
        deed = enrolment.undo if "undo" in request.POST else enrolment.take_over
        deed(actor, row, clock.now())
        return redirect("enrolment", row.pk)
    return show(request, "org/import.html", row=row)
