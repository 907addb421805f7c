"""Columns of a partner, of the calls that test the line, and of a report to a partner."""

from typing import ClassVar

from django.db import models

from bihuan.base.wording import N_
from bihuan.plan.words import Partner, Word
from bihuan.web.ledgers.core.rows import Row
from bihuan.web.ledgers.core.values import word
from bihuan.web.ledgers.incidents.models import Alarm, Incident
from bihuan.web.org.models import Person, choices


class ContactState(Word):
    """Whether a partner is still the one."""

    IN_FORCE = "in_force", N_("有效")
    ENDED = "ended", N_("已停用")


class Agency(Row):
    """A partner outside the school 协作单位; unit = the school, or the bureau."""

    partner = models.CharField(max_length=10, choices=choices(Partner))
    organisation = models.CharField(max_length=80)
    contact = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    """A number at work."""
    agreement = models.CharField(max_length=80, blank=True)
    of_plan = models.BooleanField(default=False)
    """It came with the plan in force."""
    tested_on = models.DateField(null=True)
    answered = models.BooleanField(null=True)
    """How the last test call went; None: none was made."""

    class Meta(Row.Meta):
        verbose_name_plural = "agencies"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "partner", "organisation"],
                condition=models.Q(state="in_force"),
                name="agency_once_in_force",
            )
        ]


class TestCall(models.Model):
    """A call that tests whether a partner can be reached."""

    __test__ = False  # for pytest, which takes the name for a test's
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="calls")
    entry = models.UUIDField(unique=True)
    at = models.DateTimeField()
    answered = models.BooleanField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]


class ReportState(Word):
    """Where a report to the health department stands."""

    DRAFT = "draft", N_("草稿")
    SENT = "sent", N_("已发，等回执")
    RECEIVED = "received", N_("对方已收")
    ANSWERED = "answered", N_("已回复意见")


class Advice(Word):
    """What the health department advises; the school and the bureau decide."""

    WATCH = "watch", N_("继续观察，暂不停课")
    SUSPEND = "suspend", N_("建议停课")
    RETURN = "return", N_("可以复课")
    INVESTIGATE = "investigate", N_("派人来调查")
    FALSE = "false", N_("不是聚集性疫情")


class HealthReport(Row):
    """A report 情况专报 to a partner, about an alarm or an incident; unit = the school."""

    partner = models.ForeignKey(
        Agency, models.PROTECT, null=True, related_name="reports"
    )
    alarm = models.ForeignKey(Alarm, models.PROTECT, null=True, related_name="reports")
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, related_name="reports"
    )
    facts = models.JSONField(default=dict)
    """Counts, times and pseudonyms as they were when it was drafted."""
    measures = models.TextField(blank=True)
    """What the school has done, in its own words."""
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    advice = models.CharField(max_length=12, blank=True, choices=choices(Advice))
    advice_days = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta(Row.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(alarm__isnull=False)
                | models.Q(incident__isnull=False),
                name="report_is_about_something",
            )
        ]

    @property
    def about(self) -> Alarm | Incident:
        """What it reports."""
        found = self.alarm or self.incident
        assert found is not None  # noqa: S101  # the constraint holds it
        return found

    @property
    def standing(self) -> str:
        """Where it stands, in words."""
        return word(ReportState, self.state)
