"""Columns of a school's or a bureau's report of a day."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from bihuan.web.ledgers.core.rows import REPLACED, Row
from bihuan.web.org.models import Person


class DailyReport(Row):
    """A report of a day: its figures as they stood, who was missing, who signed."""

    figures = models.JSONField(default=dict)
    """Column to number; a column nobody knows is absent, never zero."""
    missing = models.JSONField(default=list)
    """Numbers of the units that had not reported; they are in no figure."""
    zero = models.BooleanField(default=False)
    """A zero report: a statement that everybody was asked and nobody is ill."""
    filled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    filled_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta(Row.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "day"],
                condition=~Q(state=REPLACED),
                name="daily_report_once_in_force",
            ),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_by__isnull=False),
                name="daily_report_signed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(zero=False) | Q(missing=[]),
                name="daily_zero_report_misses_nobody",
            ),
        ]
