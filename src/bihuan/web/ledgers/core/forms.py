"""The form of a ledger's row, from its declaration."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.db import models
from django.http import QueryDict

from bihuan.base.wording import _
from bihuan.web.ledgers.core.declare import Column, Kind, Ledger
from bihuan.web.ledgers.core.persons import Names, people_of
from bihuan.web.ledgers.core.values import masked
from bihuan.web.org.models import Person, Unit
from bihuan.web.org.told import DayField, MomentField

MOST_NAMES: Final = 400
"""Persons that a list offers; more are found by name or number."""
COOLEST, HOTTEST = 30.0, 45.0


class PersonField(forms.CharField):
    """Somebody of a unit, by name or number."""

    def __init__(self, unit: Unit, **options: Any) -> None:
        super().__init__(max_length=60, **options)
        self.unit = unit

    def prepare_value(self, value: Any) -> Any:
        """Show the name of the person a number means."""
        person = Person.objects.filter(pk=value).first() if _is_pk(value) else None
        return (person.code or person.name) if person else value

    def clean(self, value: Any) -> Any:
        """The person who is meant."""
        text = super().clean(value)
        if not text:
            return None
        found = Names(self.unit).find(text)
        if isinstance(found, str):
            raise forms.ValidationError(found)
        return found


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # has none at run time
    """Somebody out of a list."""

    def label_from_instance(self, obj: models.Model) -> str:
        """Seat or number, then name."""
        return person_line(obj)


def person_line(person: Any) -> str:
    """A person in a list of the unit."""
    return f"{person.name}（{person.code}）" if person.code else str(person.name)


class UnitChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # has none at run time
    """A unit out of a list, with the one it is in."""

    def label_from_instance(self, obj: models.Model) -> str:
        """Name of the school before that of a part."""
        return unit_line(obj)


def unit_line(unit: Any) -> str:
    """A unit with its school, for those who see several schools."""
    if unit.school_id and unit.school_id != unit.pk:
        return f"{unit.school.name} {unit.name}"
    return str(unit.name)


def form_for(
    ledger: Ledger,
    unit: Unit,
    data: Mapping[str, Any] | None = None,
    *,
    row: Any = None,
    only: tuple[str, ...] | None = None,
    day: dt.date | None = None,
) -> forms.Form:
    """The form for a new row of a unit, for a row that is corrected, or for some fields.

    only: the fields that a step asks for.
    """
    form = forms.Form(data, initial=initial(ledger, row, day))
    for column in entered(ledger):
        if only is None or column.field in only:
            form.fields[column.field] = field_for(ledger, column, unit)
            if only is not None:
                form.fields[column.field].required = True
    if only is None:
        _common(form)
    return form


def entered(ledger: Ledger) -> tuple[Column, ...]:
    """The columns that people fill and that are fields of the row."""
    return tuple(
        column
        for column in ledger.columns
        if column.entered and "." not in column.field and column.field != "unit"
    )


def initial(ledger: Ledger, row: Any, day: dt.date | None) -> dict[str, Any]:
    """What stands in the form before anybody fills it."""
    if row is None:
        return {"day": day}
    names = [column.field for column in entered(ledger)]
    told = {name: getattr(row, name) for name in names}
    told = {n: v.pk if isinstance(v, models.Model) else v for n, v in told.items()}
    return {**told, "day": row.day, "note": row.note}


def _common(form: forms.Form) -> None:
    """The day and the note that every row has."""
    if "day" not in form.fields:
        day = DayField(label=_("日期"), widget=_date())
        form.fields = {"day": day, **form.fields}
    if "note" not in form.fields:
        form.fields["note"] = forms.CharField(
            label=_("备注"), required=False, max_length=300
        )


def field_for(ledger: Ledger, column: Column, unit: Unit) -> forms.Field:
    """The field of a column."""
    told: dict[str, Any] = {
        "label": _(column.heading),
        "required": column.required,
        "help_text": _(column.note) if column.note else "",
    }
    match column.kind:
        case Kind.PERSON:
            return _person(unit, told)
        case Kind.UNIT:
            within = Unit.objects.filter(school=unit.school_id, closed_on=None)
            found = within.select_related("school")
            return UnitChoice(found, empty_label="—", **told)
        case Kind.CHOICE:
            return forms.ChoiceField(choices=_choices(column, blank=True), **told)
        case Kind.CHOICES:
            picks = forms.CheckboxSelectMultiple
            offered = _choices(column, blank=False)
            return forms.MultipleChoiceField(choices=offered, widget=picks, **told)
        case Kind.YES_NO:
            return _yes_no(told)
    return _plain(ledger, column, told)


def _plain(ledger: Ledger, column: Column, told: dict[str, Any]) -> forms.Field:
    """The field of a text, a number, a day or a time."""
    stored: Any = ledger.model._meta.get_field(column.field)  # noqa: SLF001  # Django's public name
    match column.kind:
        case Kind.WHOLE:
            return forms.IntegerField(min_value=0, **told)
        case Kind.NUMBER:
            return _number(stored, told)
        case Kind.CELSIUS:
            return forms.DecimalField(
                min_value=COOLEST, max_value=HOTTEST, decimal_places=1, **told
            )
        case Kind.DAY:
            return DayField(widget=_date(), **told)
        case Kind.TIME:
            return _time(stored, told)
        case Kind.LONG:
            return forms.CharField(widget=forms.Textarea({"rows": 3}), **told)
    return forms.CharField(max_length=stored.max_length or 300, **told)


def _number(stored: Any, told: dict[str, Any]) -> forms.Field:
    if isinstance(stored, models.DecimalField):
        return forms.DecimalField(decimal_places=stored.decimal_places, **told)
    return forms.FloatField(**told)


def _time(stored: Any, told: dict[str, Any]) -> forms.Field:
    if isinstance(stored, models.DateTimeField):
        widget = forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M")
        return MomentField(widget=widget, **told)
    return forms.TimeField(widget=forms.TimeInput({"type": "time"}, "%H:%M"), **told)


def _person(unit: Unit, told: dict[str, Any]) -> forms.Field:
    people = people_of(unit)
    if people.count() > MOST_NAMES:
        told["help_text"] = told["help_text"] or _("填姓名或学号、工号")
        return PersonField(unit, **told)
    return PersonChoice(people, empty_label="—", **told)


def _yes_no(told: dict[str, Any]) -> forms.Field:
    offered = [("", "—"), ("yes", _("是")), ("no", _("否"))]
    return forms.TypedChoiceField(
        choices=offered, coerce=lambda code: code == "yes", empty_value=None, **told
    )


def _choices(column: Column, *, blank: bool) -> list[tuple[str, str]]:
    words = [(word.value, _(word.label)) for word in column.words or ()]
    return [("", "—"), *words] if blank else words


def _date() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, "%Y-%m-%d")


def _is_pk(value: Any) -> bool:
    return isinstance(value, int)


def as_form(told: Mapping[str, Any]) -> QueryDict:
    """JSON as if it had come from a form."""
    made = QueryDict(mutable=True)
    for name, value in told.items():
        many = value if isinstance(value, list) else [value]
        made.setlist(name, [_typed(part) for part in many if part is not None])
    return made


def _typed(value: Any) -> str:
    """A value as somebody would type it into the form."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return str(value)


def said_errors(form: forms.Form) -> str:
    """What is wrong with a form in one line."""
    parts = []
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        said = " ".join(map(str, errors))
        parts.append(f"{label}：{said}" if label else said)
    return "；".join(parts)


class EvidenceForm(forms.Form):
    """Evidence for a row."""

    def __init__(self, ledger: Ledger, *args: Any) -> None:
        super().__init__(*args)
        offered = [(kind.value, _(kind.label)) for kind in ledger.evidence]
        self.fields["kind"] = forms.ChoiceField(label=_("方式"), choices=offered)
        self.fields["note"] = forms.CharField(
            label=_("说明"), required=False, max_length=200
        )
        self.fields["photo"] = forms.FileField(
            label=_("照片"),
            required=False,
            widget=forms.FileInput({"accept": "image/*"}),
            help_text=_("照片里不要有学生的脸；位置和机型信息会去掉"),
            error_messages={"empty": _("文件是空的，请重新选一个")},
        )


class ExportForm(forms.Form):
    """Why a ledger leaves the system."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.fields["purpose"] = forms.CharField(
            label=_("用途"),
            min_length=2,
            max_length=60,
            help_text=_("印在表上，也记进留痕，如：报送教育局"),
        )

    def clean_purpose(self) -> str:
        """The purpose without anybody's numbers."""
        return masked(str(self.cleaned_data["purpose"]))


class UploadForm(forms.Form):
    """A workbook that comes back."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.fields["file"] = forms.FileField(
            label=_("工作簿"),
            widget=forms.FileInput({"accept": ".xlsx"}),
            error_messages={"empty": _("文件是空的，请重新选一个")},
        )
