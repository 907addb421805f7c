"""The plain form of a check: a row a person, symptoms as words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bihuan.base.wording import _
from bihuan.rules.triage import Symptom
from bihuan.web.ledgers.checks.models import Kind
from bihuan.web.pages.check_sheet import Missed, Sheet

BACK: Final = "back"
NORMAL: Final = "normal"
_PARTS: Final = re.compile(r"[\s,，、;；]+")


@dataclass(frozen=True, slots=True)
class FormRow:
    """A person's row: choices, and what stands in it."""

    person: int
    name: str
    second: str
    choices: tuple[tuple[str, str], ...]
    chosen: str
    symptoms: str
    celsius: str


def form_rows(sheet: Sheet, sent: Mapping[str, Any]) -> list[FormRow]:
    """A row for everybody; who was missed before has no answer preset."""
    carry = {missed.person: missed for missed in sheet.carry}
    order = sorted(sheet.people, key=lambda person: person.pk not in carry)
    return [_row(sheet, person, carry.get(person.pk), sent) for person in order]


def _row(
    sheet: Sheet, person: Any, missed: Missed | None, sent: Mapping[str, Any]
) -> FormRow:
    told = sheet.told.get(person.pk)
    usual = told.kind if told else (NORMAL if sheet.sent or missed is None else "")
    symptoms = told.symptoms if told else (missed.symptoms if missed else ())
    heat = "" if told is None or told.celsius is None else str(told.celsius)
    here = (BACK, _("已到")) if missed else (NORMAL, _("正常"))
    kinds = ((kind.value, _(kind.label)) for kind in Kind)
    return FormRow(
        person=person.pk,
        name=person.name,
        second=missed.second if missed else person.code,
        choices=(("", _("请选")), here, *kinds) if missed else (here, *kinds),
        chosen=sent.get(f"kind_{person.pk}", usual),
        symptoms=sent.get(
            f"symptoms_{person.pk}", "、".join(_(Symptom(s).label) for s in symptoms)
        ),
        celsius=sent.get(f"celsius_{person.pk}", heat),
    )


def from_form(form: Mapping[str, Any], sheet: Sheet) -> dict[str, Any]:
    """What a plain form says, as the phone would say it."""
    return {
        "entry": form.get("entry"),
        "slot": sheet.slot.value,
        "day": sheet.day.isoformat(),
        "expected": len(sheet.people),
        "exceptions": list(_exceptions(form, sheet)),
        "back": [p.pk for p in sheet.people if form.get(f"kind_{p.pk}") == BACK],
    }


def _exceptions(form: Mapping[str, Any], sheet: Sheet) -> Iterator[dict[str, Any]]:
    for person in sheet.people:
        kind = form.get(f"kind_{person.pk}", NORMAL)
        if kind in (NORMAL, BACK):
            continue
        row: dict[str, Any] = {"person": person.pk, "kind": kind}
        heat = str(form.get(f"celsius_{person.pk}", "")).strip()
        row["celsius"] = heat or "unmeasured"
        row["symptoms"] = _codes(str(form.get(f"symptoms_{person.pk}", "")))
        yield row


def _codes(text: str) -> list[str]:
    """Symptoms by their words; one that nobody knows stays, and is refused by name."""
    words = {_(symptom.label): symptom.value for symptom in Symptom}
    return [words.get(part, part) for part in _PARTS.split(text) if part]
