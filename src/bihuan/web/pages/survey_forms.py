"""The survey's forms: one person, a round, a pasted chat or sheet."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django import forms

from bihuan.base.where import Where
from bihuan.base.wording import N_, _
from bihuan.plan.load.package import Refused as RefusedFile
from bihuan.plan.load.workbook import open_book
from bihuan.rules.triage import ASKED
from bihuan.web.flows.accounts import Refused
from bihuan.web.flows.survey import Said
from bihuan.web.ledgers.survey.models import Answer
from bihuan.web.ledgers.survey.paste import QUESTIONS, Told
from bihuan.web.org import scope
from bihuan.web.org.told import DayField, MomentField

LARGEST: Final = 2 * 2**20
"""Bytes of a class's sheet."""
MOST_LINES: Final = 2000
LABELS: Final = {
    "travelled": N_("假期离开过住的地方吗"),
    "outside": N_("去过外地吗（本县、市以外）"),
    "contact": N_("接触过病人或从外地回来的人吗"),
    "symptoms": N_("现在有发热、咳嗽等不舒服吗"),
}
SHORT: Final = {
    "travelled": N_("外出"),
    "outside": N_("外地"),
    "contact": N_("接触"),
    "symptoms": N_("症状"),
}


class PersonForm(forms.Form):
    """Four questions with yes or no; details only of a yes."""

    place = forms.CharField(max_length=80, required=False)
    transport = forms.CharField(max_length=40, required=False)
    arrived_on = DayField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    contact_note = forms.CharField(max_length=120, required=False)
    symptom_codes = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        details = {
            "place": _("去了哪里（写到县、区）"), "transport": _("怎么回来的"),
            "arrived_on": _("哪天回来的，或哪天最后一次接触"),
            "contact_note": _("接触了谁，什么情况"), "symptom_codes": _("有哪些症状"),
        }  # fmt: skip
        for name, label in details.items():
            self.fields[name].label = label
        signs = [(sign.value, _(sign.label)) for sign in ASKED]
        self.fields["symptom_codes"].choices = signs  # type: ignore[attr-defined]  # a MultipleChoiceField
        for name in QUESTIONS:
            self.fields[name] = forms.TypedChoiceField(
                label=_(LABELS[name]),
                choices=[("no", _("否")), ("yes", _("是"))],
                coerce=lambda came: came == "yes",
                widget=forms.RadioSelect,
            )

    def said(self) -> Said:
        """What the form says."""
        told = dict(self.cleaned_data)
        return Said(**told | {"symptom_codes": tuple(told["symptom_codes"])})

    @staticmethod
    def initial_of(row: Answer | None) -> dict[str, Any]:
        """The answer that is there, to be corrected; none: nothing is preset."""
        if row is None:
            return {}
        names = ("place", "transport", "arrived_on", "contact_note", "symptom_codes")
        told = {name: getattr(row, name) for name in names}
        return told | {q: "yes" if getattr(row, q) else "no" for q in QUESTIONS}


class RoundForm(forms.Form):
    """A round: its name, which days are asked about, by when."""

    name = forms.CharField(max_length=80)
    since = DayField(widget=forms.DateInput(attrs={"type": "date"}))
    returns_on = DayField(widget=forms.DateInput(attrs={"type": "date"}))
    due = MomentField(
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        ),
        input_formats=["%Y-%m-%dT%H:%M"],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in {
            "name": _("名称"), "since": _("从哪天问起"), "returns_on": _("返校日期"),
            "due": _("几点前填完"),
        }.items():  # fmt: skip
            self.fields[name].label = label


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of the preview: what it says, whom it may be about, what stays open."""

    number: int
    told: Told
    answered: bool
    """Whether the person has an answer that this one would correct."""

    @property
    def preset(self) -> Mapping[str, str]:
        """Yes, no, or nothing, for each question."""
        said = {q: getattr(self.told, q) for q in QUESTIONS}
        words = {True: "yes", False: "no", None: ""}
        return {q: words[value] for q, value in said.items()}

    @property
    def safe(self) -> bool:
        """Whether it is exactly one person and all is said."""
        told = self.told
        return told.person is not None and not told.twice and not told.open


def sheet_rows(data: bytes, name: str) -> list[list[Any]]:
    """Rows of the first sheet of a workbook that somebody handed in; looked through first."""
    if len(data) > LARGEST:
        raise Refused(_("文件超过2兆，请只交这个班的"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "class.xlsx")
        path.write_bytes(data)
        try:
            book = open_book(path)
            return list(book.page(book.names[0]).grid[:MOST_LINES])
        except RefusedFile as refused:
            told = refused.kind.at(Where(name[:60]), **refused.words)
            raise Refused(str(told)) from refused
        except IndexError:
            raise Refused(_("打不开这个文件，请交.xlsx")) from None


@dataclass(frozen=True, kw_only=True, slots=True)
class Picked:
    """A line of the preview as it was confirmed."""

    person: int
    said: Said


def picked(post: Any, lines: int) -> tuple[list[Picked], int]:
    """Lines that were ticked, complete and name each person once; and how many were not.

    A line that leaves a question open is kept only where somebody ticked that he asked.
    """
    rest_no = post.get("rest_no") == "on"
    found: dict[int, list[Said]] = {}
    left = 0
    for number in range(lines):
        if post.get(f"take-{number}") != "on":
            continue
        person = scope.row_number(post.get(f"person-{number}"))
        said = _line(post, number, rest_no=rest_no)
        if said is None or not person:
            left += 1
            continue
        found.setdefault(person, []).append(said)
    once = [Picked(person=p, said=s[0]) for p, s in found.items() if len(s) == 1]
    return once, left + sum(len(s) for s in found.values() if len(s) > 1)


def _line(post: Any, number: int, *, rest_no: bool) -> Said | None:
    answers: dict[str, bool] = {}
    for question in QUESTIONS:
        came = post.get(f"{question}-{number}", "")
        if came not in {"yes", "no"} and not rest_no:
            return None
        answers[question] = came == "yes"
    day = DayField(required=False)
    try:
        arrived = day.clean(post.get(f"arrived-{number}", ""))
    except forms.ValidationError:
        return None
    known = {sign.value for sign in ASKED}
    codes = (c for c in post.get(f"signs-{number}", "").split() if c in known)
    return Said(
        travelled=answers["travelled"],
        outside=answers["outside"],
        contact=answers["contact"],
        symptoms=answers["symptoms"],
        place=post.get(f"place-{number}", "")[:80],
        arrived_on=arrived,
        symptom_codes=tuple(codes),
    )


def lines_of(told: Sequence[Told], answered: Iterable[int]) -> Iterator[Line]:
    """Lines of a preview."""
    known = set(answered)
    for number, one in enumerate(told):
        yield Line(number=number, told=one, answered=one.person in known)
