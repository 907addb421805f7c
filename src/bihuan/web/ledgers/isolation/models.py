"""Columns of an isolation room, a stay in it, and what was measured there."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from bihuan.base.wording import N_
from bihuan.plan.words import Word
from bihuan.rules.stay import Goes, RoomKind
from bihuan.web.ledgers.core.rows import REPLACED, Row
from bihuan.web.ledgers.core.values import word
from bihuan.web.ledgers.incidents.models import Incident
from bihuan.web.org.models import Person, choices


class RoomState(Word):
    """Whether a room may be used."""

    IN_USE = "in_use", N_("启用")
    CLOSED = "closed", N_("停用")


class Room(Row):
    """An isolation room 临时隔离室 or observation area 隔离观察区; unit = the school."""

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=20, choices=choices(RoomKind))
    beds = models.PositiveSmallIntegerField(null=True)
    """None: nobody has filled it in."""
    keeper = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    meets = models.JSONField(default=dict)
    """Answers to the checklist: code of the book's row to true or false."""
    checked_on = models.DateField(null=True)

    class Meta(Row.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school", "code"],
                condition=~Q(state=REPLACED),
                name="isolation_room_once",
            )
        ]

    @property
    def met(self) -> int:
        """How many items of the checklist it has."""
        return sum(map(bool, self.meets.values()))


class StayState(Word):
    """Where a stay stands."""

    IN = "in", N_("在室")
    LEFT = "left", N_("已离室，待消毒")
    CLEAN = "clean", N_("已消毒")


class Stay(Row):
    """Somebody in a room; unit = the person's class or section."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="stays")
    room = models.ForeignKey(Room, models.PROTECT, related_name="stays")
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, related_name="stays"
    )
    illness = models.CharField(max_length=20, blank=True)
    """Disease or syndrome; empty: not known."""
    came_at = models.DateTimeField()
    guardian_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    goes = models.CharField(max_length=12, blank=True, choices=choices(Goes))
    released = models.BooleanField(default=False)
    """By whoever ordered the observation."""
    disinfected_at = models.DateTimeField(null=True)
    disinfected_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+"
    )

    class Meta(Row.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(left_at=None), name="one_stay_a_person"
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | ~Q(goes=""),
                name="stay_ends_with_a_destination",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["school", "state"])]

    @property
    def standing(self) -> str:
        """Where it stands, in words."""
        return word(StayState, self.state)

    @property
    def temperatures(self) -> str:
        """The temperatures of the stay in their order."""
        found = self.readings.exclude(celsius=None).values_list("celsius", flat=True)
        return "、".join(map(str, found))

    @property
    def signs(self) -> list[str]:
        """Every symptom that was seen during the stay."""
        rows = self.readings.exclude(symptoms=None).values_list("symptoms", flat=True)
        return sorted({code for codes in rows for code in codes or ()})


class Reading(models.Model):
    """What was measured and seen of somebody in a room."""

    stay = models.ForeignKey(Stay, models.CASCADE, related_name="readings")
    entry = models.UUIDField(unique=True)
    at = models.DateTimeField()
    celsius = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    """None: not measured."""
    symptoms = models.JSONField(null=True)
    """None: not noted, which is not none."""
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["at", "pk"]
