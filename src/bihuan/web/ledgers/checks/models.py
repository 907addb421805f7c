"""Columns of a check, its exceptions, a leader's draft and a room's evening check.

A normal pupil is counted and has no row: only what is not normal is written down.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from bihuan.base.wording import N_
from bihuan.plan.words import Word
from bihuan.web.ledgers.core.rows import REPLACED, Row
from bihuan.web.org.models import Person, Unit, choices


class Slot(Word):
    """Which check of the day."""

    MORNING = "morning", N_("晨检")
    NOON = "noon", N_("午检")
    EVENING = "evening", N_("晚检")


class Kind(Word):
    """What is not normal with somebody in a check."""

    SICK = "sick", N_("病假")
    LEAVE = "leave", N_("事假")
    LATE = "late", N_("迟到")
    UNWELL = "unwell", N_("在校不适")
    UNKNOWN = "unknown", N_("没到，原因不明")

    @property
    def present(self) -> bool:
        """Whether the person is there."""
        return self is Kind.UNWELL

    @property
    def ill(self) -> bool:
        """Whether symptoms and temperature are asked."""
        return self in (Kind.SICK, Kind.UNWELL)


class Mode(Word):
    """How the check was handed in."""

    ALL_NORMAL = "all_normal", N_("全勤，无异常")
    EXCEPTIONS = "exceptions", N_("有异常")


class Standing(Word):
    """Whether a check counts."""

    SENT = "sent", N_("已交")
    REPLACED = REPLACED, N_("已更正")


class ClassCheck(Row):
    """A check of a class or a staff section; the counts always add up to `expected`."""

    slot = models.CharField(max_length=8, choices=choices(Slot))
    expected = models.PositiveSmallIntegerField()
    present = models.PositiveSmallIntegerField()
    """There, the unwell among them."""
    sick = models.PositiveSmallIntegerField(default=0)
    leave = models.PositiveSmallIntegerField(default=0)
    tardy = models.PositiveSmallIntegerField(default=0)
    """Not there yet 迟到."""
    unknown = models.PositiveSmallIntegerField(default=0)
    """Not there, or not confirmed by anybody: never counted as present."""
    unwell = models.PositiveSmallIntegerField(default=0)
    unmeasured = models.PositiveSmallIntegerField(default=0)
    """Ill ones whose temperature nobody has taken."""
    mode = models.CharField(max_length=12, choices=choices(Mode))

    class Meta(Row.Meta):
        indexes: ClassVar = [
            models.Index(fields=["school", "day", "slot"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "day", "slot"],
                condition=Q(state="sent"),
                name="one_check_in_force",
            ),
            models.CheckConstraint(
                condition=Q(
                    expected=F("present")
                    + F("sick")
                    + F("leave")
                    + F("tardy")
                    + F("unknown")
                ),
                name="check_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(unwell__lte=F("present")), name="unwell_are_present"
            ),
        ]

    @property
    def away(self) -> int:
        """How many are not there 缺课."""
        return self.expected - self.present


class CheckException(models.Model):
    """Somebody who is not normal in a check."""

    check_row = models.ForeignKey(
        ClassCheck, models.CASCADE, related_name="exceptions", db_column="check_id"
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=choices(Kind))
    symptoms = models.JSONField(default=list)
    """Codes of `rules.triage.Symptom`."""
    celsius = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    """None: not measured 未测, which is an answer."""
    onset = models.DateField(null=True)
    course = models.CharField(max_length=10, blank=True)
    """What triage made of it."""
    syndromes = models.JSONField(default=list)
    """Groups of similar symptoms, as clusters count them."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["check_row", "person"], name="exception_once_in_check"
            )
        ]


class DraftCount(models.Model):
    """Counts of a group leader 学生组长: shown to the class teacher, never handed in."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    day = models.DateField()
    slot = models.CharField(max_length=8, choices=choices(Slot))
    expected = models.PositiveSmallIntegerField()
    present = models.PositiveSmallIntegerField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "day", "slot"], name="one_draft_of_a_group"
            ),
            models.CheckConstraint(
                condition=Q(present__lte=F("expected")), name="draft_not_over_expected"
            ),
        ]


class Found(Word):
    """What the dormitory's keeper found in a room."""

    CHECKED = "checked", N_("已查")
    NOBODY = "nobody", N_("没有人应门")


class RoomKind(Word):
    """What is not normal with a sleeper; no illness is told in a dormitory."""

    ABSENT = "absent", N_("不在")
    HOT = "hot", N_("体温异常")


class RoomCheck(Row):
    """An evening check of a room: who is there, whose temperature is not normal."""

    found = models.CharField(
        max_length=8, choices=choices(Found), default=Found.CHECKED.value
    )
    expected = models.PositiveSmallIntegerField()
    """Sleepers who should be there: without those at home."""
    present = models.PositiveSmallIntegerField()
    flagged = models.PositiveSmallIntegerField(default=0)
    """Persons whose temperature is not normal."""

    class Meta(Row.Meta):
        indexes: ClassVar = [models.Index(fields=["school", "day"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "day"],
                condition=Q(state="sent"),
                name="one_room_check_in_force",
            ),
            models.CheckConstraint(
                condition=Q(present__lte=F("expected"), flagged__lte=F("present")),
                name="room_check_adds_up",
            ),
        ]


class RoomException(models.Model):
    """A sleeper who is not there, or whose temperature is not normal."""

    check_row = models.ForeignKey(
        RoomCheck, models.CASCADE, related_name="exceptions", db_column="check_id"
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6, choices=choices(RoomKind))
    celsius = models.DecimalField(max_digits=3, decimal_places=1, null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["check_row", "person"], name="sleeper_once_in_room_check"
            )
        ]
