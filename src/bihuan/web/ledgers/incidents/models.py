"""Columns of an incident with its steps, contacts and calls, and of an alarm."""

import datetime as dt
from typing import ClassVar

from django.db import models

from bihuan.base.wording import N_, _
from bihuan.plan.words import Counted, Word
from bihuan.rules.alarms import Ask, Group
from bihuan.rules.book import DISEASES, SourceClass
from bihuan.rules.contacts_of import Source
from bihuan.rules.incident_clock import Step
from bihuan.rules.stay import Goes
from bihuan.rules.triage import Syndrome
from bihuan.web.ledgers.core.rows import Row
from bihuan.web.ledgers.core.values import word
from bihuan.web.org.models import Person, choices


class Origin(Word):
    """What an incident was opened from."""

    CHECK = "check", N_("晨午晚检")
    GATE = "gate", N_("校门")
    DORM = "dorm", N_("宿舍")
    BUTTON = "button", N_("报异常")


class Spot(Word):
    """Where somebody was found."""

    CLASSROOM = "classroom", N_("教室")
    DORM = "dorm", N_("宿舍")
    CANTEEN = "canteen", N_("食堂")
    GATE = "gate", N_("校门")
    PLAYGROUND = "playground", N_("操场")
    BUS = "bus", N_("校车")
    OTHER = "other", N_("其他地方")


class Standing(Word):
    """Whether an incident or a state of it is still in hand."""

    OPEN = "open", N_("处置中")
    CLOSED = "closed", N_("已关闭")


NOT_CATCHING = "none"
"""Diagnosis of an illness that is not passed on."""
RULED_OUT = "excluded"
"""Nothing was found 排除."""
DIAGNOSES = (
    *((key, name) for key, name in DISEASES.items() if key != "old"),
    ("other", N_("其他传染病")),
    (NOT_CATCHING, N_("不传染的病")),
    (RULED_OUT, N_("排除")),
)
"""What a diagnosis may be: diseases of the book, and what it has no rows for."""


class Incidents(models.Manager["Incident"]):
    """Incidents with their steps, which every page of them shows."""

    def get_queryset(self) -> "models.QuerySet[Incident]":
        """Incidents and their steps in two queries."""
        return super().get_queryset().prefetch_related("steps")


class Incident(Row):
    """An incident 异常情况: somebody is found ill; unit = the person's class or section."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="incidents")
    place = models.CharField(max_length=12, choices=choices(Spot))
    source = models.CharField(max_length=8, choices=choices(Origin))
    opened_at = models.DateTimeField()
    """When the person was found; all clocks run from here."""
    symptoms = models.JSONField(default=list)
    celsius = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    again = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    """Second measurement 复测."""
    in_hand = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    """Who has it in hand; None: the school's doctors."""
    goes = models.CharField(max_length=12, blank=True, choices=choices(Goes))
    hospital = models.CharField(max_length=60, blank=True)
    diagnosis = models.CharField(max_length=20, blank=True, choices=DIAGNOSES)
    diagnosis_words = models.CharField(max_length=80, blank=True)
    """As the hospital wrote it."""
    confirmed = models.BooleanField(default=False)
    """By a laboratory."""
    notifiable = models.BooleanField(default=False)
    """Whether the school doctor holds it for a disease that the law has reported."""
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects: ClassVar[Incidents] = Incidents()

    class Meta(Row.Meta):
        indexes: ClassVar = [
            models.Index(fields=["school", "state", "day"]),
            models.Index(fields=["person", "day"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(state="open"),
                name="one_open_incident_a_person",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="closed") | ~models.Q(diagnosis=""),
                name="incident_closes_with_a_diagnosis",
            ),
        ]

    def done(self, step: Step) -> dt.datetime | None:
        """When a step was done; None: it is not."""
        return next((row.at for row in self.steps.all() if row.step == step), None)

    @property
    def temperatures(self) -> str:
        """First and second measurement, as the paper ledger has them."""
        first = "—" if self.celsius is None else str(self.celsius)
        return first if self.again is None else f"{first}/{self.again}"

    @property
    def room_at(self) -> dt.datetime | None:
        """When the person was in a room 入室时间."""
        return self.done(Step.ROOM)

    @property
    def guardian_at(self) -> dt.datetime | None:
        """When the guardian was told."""
        return self.done(Step.GUARDIAN)

    @property
    def reported_at(self) -> dt.datetime | None:
        """When it was reported."""
        return self.done(Step.REPORTED)

    @property
    def disinfected_at(self) -> dt.datetime | None:
        """When the places were disinfected."""
        return self.done(Step.DISINFECTED)

    @property
    def contact_count(self) -> int:
        """Contacts on the list."""
        return self.contacts.count()

    @property
    def found_to_be(self) -> str:
        """The diagnosis in words."""
        return _(dict(DIAGNOSES)[self.diagnosis]) if self.diagnosis else ""

    @property
    def back_on(self) -> dt.date | None:
        """The day the person came back to class, as the trace of his absence has it."""
        traces = self.person.absences.filter(day__gte=self.day)
        return traces.exclude(returned_on=None).values_list(
            "returned_on", flat=True
        ).first()  # fmt: skip


class IncidentStep(models.Model):
    """A step of an incident that is done: when, by whom."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="steps")
    step = models.CharField(max_length=12, choices=choices(Step))
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    acting = models.BooleanField(default=False)
    note = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "step"], name="incident_step_once"
            )
        ]
        ordering: ClassVar = ["at", "pk"]


class ContactRoll(models.Model):
    """A source of contacts of an incident: whether its roll has come."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="rolls")
    source = models.CharField(max_length=12, choices=choices(Source))
    came = models.BooleanField()
    note = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "source"], name="contact_roll_once"
            )
        ]


class Contact(models.Model):
    """A contact 接触者 of an incident, with the sources that name him, the closest first."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="contacts")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    sources = models.JSONField(default=list)
    closeness = models.PositiveIntegerField()
    """Place in the order of calling when the list was made."""
    last = models.DateField()
    """The last day together."""
    added_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    """Who named him besides what the rolls say."""
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    well = models.BooleanField(null=True)
    """What was found; None: not asked yet."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "person"], name="incident_contact_once"
            )
        ]
        ordering: ClassVar = ["closeness", "pk"]


class Call(models.Model):
    """A call during an incident: to whom, whether it was answered."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="calls")
    entry = models.UUIDField(unique=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    """None: somebody outside the roster, told by `whom`."""
    whom = models.CharField(max_length=40, blank=True)
    answered = models.BooleanField()
    note = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["at", "pk"]


class AlarmState(Word):
    """Where an alarm stands."""

    OPEN = "open", N_("没人接")
    TAKEN = "taken", N_("已接")
    CLOSED = "closed", N_("已关闭")


class Alarm(Row):
    """An alarm 报警: the rule that fired, as it was that day, and the cases behind it.

    unit = the class, room, grade or school that it counts; for a bus or a meal the
    school, with `where` saying which. A later change of the book changes no old alarm.
    """

    rule = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    document = models.CharField(max_length=160, blank=True)
    """Title of the document; empty: the school's own plan."""
    binding = models.CharField(max_length=10, choices=choices(SourceClass))
    ask = models.CharField(max_length=14, choices=choices(Ask))
    group = models.CharField(max_length=12, choices=choices(Group))
    where = models.CharField(max_length=60, blank=True)
    key = models.CharField(max_length=120)
    """What stays the same while it grows: rule, unit, kind of illness."""
    syndrome = models.CharField(max_length=12, blank=True, choices=choices(Syndrome))
    disease = models.CharField(max_length=20, blank=True)
    counted = models.CharField(max_length=10, choices=choices(Counted))
    count = models.PositiveSmallIntegerField()
    threshold = models.PositiveIntegerField()
    window = models.PositiveSmallIntegerField()
    persons = models.JSONField(default=list)
    """Numbers of the persons."""
    first = models.DateField()
    last = models.DateField()
    raised_at = models.DateTimeField()
    report_by = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    diagnosis = models.CharField(max_length=20, blank=True, choices=DIAGNOSES)
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    true_alarm = models.BooleanField(null=True)
    """Told by the diagnoses of its persons; None: they are not out."""

    class Meta(Row.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school", "key", "day"], name="alarm_once_a_day"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="closed") | ~models.Q(diagnosis=""),
                name="alarm_closes_with_a_diagnosis",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["school", "state"])]

    @property
    def standing(self) -> str:
        """Where it stands, in words."""
        return word(AlarmState, self.state)

    @property
    def found_to_be(self) -> str:
        """The diagnosis it was closed with, in words."""
        return _(dict(DIAGNOSES)[self.diagnosis]) if self.diagnosis else ""
