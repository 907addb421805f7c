"""Columns of a missed vaccination that is caught up 补种."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from bihuan.plan.words import Word
from bihuan.web.ledgers.core.rows import REPLACED, Row
from bihuan.web.org.models import Person, choices


class Vaccine(Word):
    """What was missed."""

    MMR = "mmr", "麻腮风"
    DTAP = "dtap", "百白破"
    FLU = "flu", "流感"


class Sign(Word):
    """What was seen afterwards."""

    FEVER = "fever", "发热"
    RASH = "rash", "皮疹"


class Jab(Row):
    """A vaccination somebody missed."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    vaccine = models.CharField(max_length=8, choices=choices(Vaccine))
    planned = models.DateField()
    doses = models.PositiveSmallIntegerField(default=1)
    celsius = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    told = models.BooleanField(null=True)
    signs = models.JSONField(default=list)
    given_at = models.DateTimeField(null=True)
    batch = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=80, blank=True)

    class Meta(Row.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "vaccine"],
                condition=~Q(state=REPLACED),
                name="jab_once_in_force",
            )
        ]
