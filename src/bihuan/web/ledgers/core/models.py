"""What the kernel keeps beside the rows: views, imports, evidence, rungs, others' forms."""

from typing import ClassVar

from django.db import models

from bihuan.base.wording import N_
from bihuan.plan.words import Word
from bihuan.web.ledgers.core.declare import Evidence as EvidenceKind
from bihuan.web.org.models import Account, Person, Unit, choices


class SavedView(models.Model):
    """A view 常用筛选 somebody saved: filter, search and order under a name."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    ledger = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1000)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "ledger", "name"], name="saved_view_named_once"
            )
        ]


class ImportState(Word):
    """Where an import stands."""

    PREVIEW = "preview", N_("待确认")
    REFUSED = "refused", N_("不能导入")
    CONFIRMED = "confirmed", N_("已导入")
    UNDONE = "undone", N_("已撤销")


class Import(models.Model):
    """An import 导入: the workbook as handed in, what it would do, what it did."""

    ledger = models.CharField(max_length=40)
    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    school = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    file = models.BinaryField()
    """Emptied when the time to undo is over."""
    file_name = models.CharField(max_length=120)
    sheet = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=choices(ImportState))
    digest = models.CharField(max_length=64, blank=True)
    """Of what the preview showed; a confirmation is of that and of nothing else."""
    counts = models.JSONField(default=dict)
    """Rows that are new, change, same, error."""
    preview = models.JSONField(default=list)
    """The first rows as the page shows them."""
    problems = models.JSONField(default=list)
    """What is wrong with the file as a whole, as place and sentence."""
    made = models.JSONField(default=list)
    """Rows made: number, number of the row it replaced, state of that row."""
    confirmed_at = models.DateTimeField(null=True)
    undo_until = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["ledger", "account"])]


class Evidence(models.Model):
    """How something of a row was shown to be so: the way, a note, perhaps a photo."""

    ledger = models.CharField(max_length=40)
    row = models.BigIntegerField()
    school = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=choices(EvidenceKind))
    note = models.CharField(max_length=200, blank=True)
    photo = models.BinaryField(default=b"")
    """JPEG, drawn anew here: no position, no camera, nothing hidden behind it."""
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    """The server's time."""

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["ledger", "row"])]


class Rung(models.Model):
    """A rung of a row's clock that was told: once, and to whom."""

    ledger = models.CharField(max_length=40)
    row = models.BigIntegerField()
    clock = models.CharField(max_length=40)
    rung = models.CharField(max_length=20)
    at = models.DateTimeField()
    told = models.JSONField(default=list)
    """Numbers of the persons."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ledger", "row", "clock", "rung"], name="rung_told_once"
            )
        ]


class SuperiorForm(models.Model):
    """The superior's own workbook of the day, as it came, and which cell takes which figure."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    """Whose office fills it: the bureau or a school."""
    name = models.CharField(max_length=80)
    file = models.BinaryField()
    file_name = models.CharField(max_length=120)
    mapping = models.JSONField(default=list)
    """Rows of sheet, cell, figure."""
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "name"], name="superior_form_named_once"
            )
        ]
