"""Columns of a survey round and of one person's answer in it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from bihuan.web.ledgers.core.rows import REPLACED, Row
from bihuan.web.org.models import Person, Unit


class Round(models.Model):
    """A round 一轮摸排: whom a bureau or a school asks, about which days, by when."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    """The bureau or the school that asks; everybody under it is asked."""
    name = models.CharField(max_length=80)
    since = models.DateField()
    """First day that is asked about."""
    returns_on = models.DateField()
    """Day of coming back."""
    due = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-returns_on", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(since__lte=F("returns_on")),
                name="survey_round_asks_about_days_before",
            ),
            models.UniqueConstraint(
                fields=["unit", "name"], name="survey_round_named_once"
            ),
        ]


class Answer(Row):
    """What is known of one person: four yes or no, and details only of a yes."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="answers")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    travelled = models.BooleanField()
    outside = models.BooleanField()
    contact = models.BooleanField()
    symptoms = models.BooleanField()
    place = models.CharField(max_length=80, blank=True)
    transport = models.CharField(max_length=40, blank=True)
    contact_note = models.CharField(max_length=120, blank=True)
    symptom_codes = models.JSONField(default=list)
    arrived_on = models.DateField(null=True)
    """Day of coming back, or of the last contact."""
    observe_to = models.DateField(null=True)
    """First day on which the observation is over."""
    observe_days = models.PositiveSmallIntegerField(null=True)
    """Days of observation by the rule that held when it was written or verified."""
    source = models.CharField(max_length=10, default="form")
    """form, class (a whole class at once), paste or paper."""
    verified_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    verified_at = models.DateTimeField(null=True)
    community = models.CharField(max_length=40, blank=True)
    """Who confirmed it at the community 社区核实人."""
    released_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta(Row.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["round", "person"],
                condition=~Q(state=REPLACED),
                name="survey_answer_once_in_force",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["round", "school", "state"])]
