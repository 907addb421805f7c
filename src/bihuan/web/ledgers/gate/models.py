"""Columns of a passing, a visit and a leave slip."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from bihuan.base.wording import N_
from bihuan.plan.words import Word
from bihuan.rules.passage import Direction, GateReason
from bihuan.web.ledgers.core.rows import Row
from bihuan.web.org.crypto import EncryptedField
from bihuan.web.org.models import Person, Unit, choices


class PassingKind(Word):
    """What passes a gate."""

    PERSON = "person", N_("人员")
    CLASS = "class", N_("整班点名")
    VISITOR = "visitor", N_("来访")
    VEHICLE = "vehicle", N_("车辆")
    GOODS = "goods", N_("物品")


class Action(Word):
    """What was done at the gate."""

    PASSED = "passed", N_("放行")
    HELD = "held", N_("暂停")
    REMEASURED = "remeasured", N_("复测")
    TURNED_AWAY = "turned_away", N_("劝返")
    ISOLATED = "isolated", N_("隔离")


class Standing(Word):
    """Where a passing stands."""

    WAITING = "waiting", N_("候检")
    DONE = "done", N_("已办")


class Passing(Row):
    """Something passed a gate, or was kept there."""

    kind = models.CharField(max_length=10, choices=choices(PassingKind))
    direction = models.CharField(
        max_length=4, choices=choices(Direction), default=Direction.IN.value
    )
    lane = models.PositiveSmallIntegerField(default=1)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    visit = models.ForeignKey(
        "gate.Visit", models.PROTECT, null=True, related_name="passings"
    )
    slip = models.ForeignKey(
        "gate.LeaveSlip", models.PROTECT, null=True, related_name="passings"
    )
    klass = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    """Class of a headcount."""
    count = models.PositiveSmallIntegerField(default=1)
    """Persons who passed; of goods: pieces."""
    action = models.CharField(max_length=12, choices=choices(Action))
    reason = models.CharField(max_length=12, blank=True, choices=choices(GateReason))
    """What the guard was shown."""
    celsius = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    again = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    """Second measurement 复测."""
    incident = models.PositiveBigIntegerField(null=True)
    """Number of the incident it led to."""
    plate = models.CharField(max_length=12, blank=True)
    what = models.CharField(max_length=80, blank=True)
    """What goods, from whom; what a vehicle came for."""
    host = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    """Who expects the vehicle or the goods."""
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    """Who took somebody out of the waiting area."""

    class Meta(Row.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="person", person__isnull=False)
                | Q(kind="class", klass__isnull=False)
                | Q(kind="visitor", visit__isnull=False)
                | Q(kind__in=["vehicle", "goods"], host__isnull=False),
                name="gate_passing_is_of_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(action="held") | ~Q(reason=""),
                name="gate_hold_has_a_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["unit", "day", "lane"]),
            models.Index(fields=["person", "day"]),
        ]


class VisitState(Word):
    """Where a visit stands."""

    ASKED = "asked", N_("等被访人答应")
    APPROVED = "approved", N_("已答应")
    REFUSED = "refused", N_("没有答应")
    USED = "used", N_("已进校")
    LEFT = "left", N_("已离校")


class Visit(Row):
    """A visit 来访, registered by or for the host who answers for it."""

    host = models.ForeignKey(Person, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    company = models.CharField(max_length=60, blank=True)
    phone = EncryptedField(default="", blank=True)
    phone_last = models.CharField(max_length=4, blank=True)
    reason = models.CharField(max_length=120)
    count = models.PositiveSmallIntegerField(default=1)
    plate = models.CharField(max_length=12, blank=True)
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    well = models.BooleanField(default=True)
    """The host asked: no fever, no cough, no contact; no is shown as papers."""

    class Meta(Row.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(starts__lt=F("ends")), name="gate_visit_starts_before_end"
            )
        ]


class SlipReason(Word):
    """Why a pupil leaves."""

    SICK = "sick", N_("看病")
    FAMILY = "family", N_("家里有事")
    SCHOOL = "school", N_("学校派出")
    HOME = "home", N_("回家取物")
    OTHER = "other", N_("其他")


class SlipState(Word):
    """Where a leave slip stands."""

    ASKED = "asked", N_("待批")
    APPROVED = "approved", N_("已批")
    REFUSED = "refused", N_("没批")
    USED = "used", N_("已出校")
    BACK = "back", N_("已回校")


class LeaveSlip(Row):
    """A leave slip 请假条: asked by the class teacher, approved by another."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=10, choices=choices(SlipReason))
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    with_guardian = models.BooleanField(default=True)
    """A guardian picks the pupil up."""
    approved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta(Row.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(starts__lt=F("ends")), name="gate_slip_starts_before_end"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(by=None) | ~Q(approved_by=F("by")),
                name="gate_slip_approved_by_another",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "starts"])]


class Badge(models.Model):
    """A printed badge code of a person; a reprint ends the one before."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="badge")
    number = models.PositiveIntegerField(default=1)
    until = models.DateField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
