"""What the row of every ledger has: where it belongs, who wrote it, when, in which state."""

import uuid
from datetime import datetime
from typing import ClassVar, Final, TypeVar

from django.db import models

from bihuan.web.org.models import Person, Unit

REPLACED: Final = "replaced"
"""State of a row that a correction replaced, or that was taken back."""


class Row(models.Model):
    """A row of a ledger; a correction is a new row that `replaces` it, never an overwrite."""

    entry = models.UUIDField(unique=True, default=uuid.uuid4)
    """Number the phone gave it; the same number sent again changes nothing."""
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    school = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    """The school it is in, or the bureau; kept beside `unit` for sums and the trail."""
    day = models.DateField(db_index=True)
    """The day it is about."""
    at = models.DateTimeField()
    """When it reached the server."""
    made_at = models.DateTimeField(null=True)
    """When it was written on the phone, if that was offline."""
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    acting = models.BooleanField(default=False)
    """Written by somebody who stood in 代."""
    state = models.CharField(max_length=16, db_index=True)
    late = models.BooleanField(default=False)
    """Came after its time 补报."""
    due = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="replaced_by"
    )
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ["-day", "-pk"]

    @property
    def written_at(self) -> datetime:
        """When it was written: on the phone, else when it came."""
        return self.made_at or self.at


R = TypeVar("R", bound=Row)


def in_force(rows: "models.QuerySet[R]") -> "models.QuerySet[R]":
    """Keep the rows that were neither corrected nor taken back."""
    return rows.exclude(state=REPLACED)
