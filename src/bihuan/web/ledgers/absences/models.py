"""Columns of an absence and of the steps of its trace."""

import uuid
from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q

from bihuan.base.wording import N_, _
from bihuan.plan.words import Word
from bihuan.rules.absence import Trace
from bihuan.rules.book import DISEASES
from bihuan.rules.triage import Symptom
from bihuan.web.ledgers.core.rows import REPLACED, Row
from bihuan.web.org.models import Person, choices

WITHDRAWN: Final = REPLACED
"""State of an absence that a corrected check took back on its day."""
CLOSED: Final = (*(step.value for step in Trace if step.closed), WITHDRAWN)
"""States that ask nothing of anybody."""


class AbsenceKind(Word):
    """What the absence was reported as."""

    SICK = "sick", N_("病假")
    UNKNOWN = "unknown", N_("原因不明")


class Absence(Row):
    """An absence that is traced 因病缺课; its state is a step of `rules.absence`."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="absences")
    check_row = models.ForeignKey(
        "checks.ClassCheck", models.PROTECT, null=True, related_name="+"
    )
    """The check it was found in; its counts stand in the paper form."""
    kind = models.CharField(max_length=8, choices=choices(AbsenceKind))
    symptoms = models.JSONField(default=list)
    syndromes = models.JSONField(default=list)
    celsius = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    onset = models.DateField(null=True)
    traced_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    """Who did the last step 追踪人."""
    left_at = models.DateTimeField(null=True)
    """When somebody who fell ill at school went home 离校时间."""
    last_day = models.DateField()
    """The last day somebody was missed."""
    contacted_on = models.DateField(null=True)
    hospital = models.CharField(max_length=60, blank=True)
    diagnosis = models.CharField(max_length=60, blank=True)
    """A key of the book's diseases, or what the paper says."""
    free_since = models.DateField(null=True)
    """The first day without symptoms."""
    certificate = models.CharField(max_length=60, blank=True)
    """Number or kind of the paper that was seen."""
    reason = models.CharField(max_length=120, blank=True)
    class_signed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+"
    )
    class_signed_at = models.DateTimeField(null=True)
    doctor_signed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+"
    )
    doctor_signed_at = models.DateTimeField(null=True)
    back_on = models.DateField(null=True)
    """The day somebody was seen at school, perhaps before the signatures."""
    returned_on = models.DateField(null=True)

    class Meta(Row.Meta):
        indexes: ClassVar = [models.Index(fields=["unit", "state"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"],
                condition=~Q(state__in=CLOSED),
                name="one_open_absence_of_a_person",
            ),
            models.CheckConstraint(
                condition=~Q(class_signed_by=F("doctor_signed_by")),
                name="two_persons_sign",
            ),
            models.CheckConstraint(
                condition=~Q(state=Trace.RETURNED.value)
                | Q(class_signed_by__isnull=False, doctor_signed_by__isnull=False),
                name="return_has_both_signatures",
            ),
        ]

    @property
    def trace(self) -> Trace | None:
        """Its step; None: it was taken back."""
        return None if self.state == WITHDRAWN else Trace(self.state)

    @property
    def signed(self) -> bool:
        """Whether both have signed."""
        return bool(self.class_signed_by_id and self.doctor_signed_by_id)

    @property
    def age(self) -> int | None:
        """Years of age on the first day missed."""
        born = self.person.born
        if born is None:
            return None
        had_birthday = (self.day.month, self.day.day) >= (born.month, born.day)
        return self.day.year - born.year - (not had_birthday)

    @property
    def why(self) -> str:
        """Reason as the paper form has it: symptoms, then the hospital and its word."""
        parts = [_(Symptom(code).label) for code in self.symptoms]
        told = _("、").join(parts) or _(AbsenceKind(self.kind).label)
        seen = _("，").join(
            part for part in (self.hospital, disease(self.diagnosis)) if part
        )
        return _("{told}（{seen}）", told=told, seen=seen) if seen else told

    @property
    def followed(self) -> str:
        """Where the trace stands, as the paper form has it."""
        if self.trace is None:
            return ""
        if self.contacted_on is None:
            return _(self.trace.label)
        on = _(
            "{month}月{day}日联系",
            month=self.contacted_on.month,
            day=self.contacted_on.day,
        )
        return f"{_(self.trace.label)}{_('，')}{on}"


def disease(diagnosis: str) -> str:
    """Name of a diagnosis: of the book, or as it was written."""
    return _(DISEASES[diagnosis]) if diagnosis in DISEASES else diagnosis


class AbsenceStep(models.Model):
    """A step of a trace: who did it when, what was said."""

    entry = models.UUIDField(unique=True, default=uuid.uuid4)
    absence = models.ForeignKey(Absence, models.CASCADE, related_name="steps")
    step = models.CharField(max_length=12, choices=choices(Trace))
    at = models.DateTimeField()
    day = models.DateField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    acting = models.BooleanField(default=False)
    contact = models.CharField(max_length=60, blank=True)
    """Whom somebody spoke to."""
    symptoms = models.JSONField(default=list)
    celsius = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]
