"""Columns and constraints of notices, group bots and what was delivered."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from bihuan.base.wording import N_
from bihuan.plan.words import Word
from bihuan.web.org.crypto import EncryptedField
from bihuan.web.org.models import Account, Unit, choices


class Maker(Word):
    """Whose bot it is; the codes are those of `bots.BotKind`."""

    WECOM = "wecom", N_("企业微信")
    DINGTALK = "dingtalk", N_("钉钉")
    FEISHU = "feishu", N_("飞书")


class DeliveryState(Word):
    """Where a digest is; the codes are those of `post.State`."""

    WAITING = "waiting", N_("等着发")
    SENT = "sent", N_("已发出")
    REFUSED = "refused", N_("没有收下")
    GIVEN_UP = "given_up", N_("不再发")


class Told(models.Model):
    """What a notice tells: a kind and numbers, never a text."""

    kind = models.CharField(max_length=30)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    klass = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="+")
    """A class, room or gate in it."""
    params = models.JSONField(default=dict)
    """count, total, minutes as numbers; due as ISO 8601."""
    link = models.CharField(max_length=120)
    """Path of the page it leads to."""
    red = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        abstract = True


class Notice(Told):
    """A notice 通知 in somebody's inbox; the inbox is what counts, bots only repeat."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="notices")
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["account"], condition=Q(read_at=None), name="notice_unread"
            ),
            models.Index(fields=["account", "-at"], name="notice_newest"),
        ]


class Bot(models.Model):
    """A bot 群机器人 of a unit's group chat; that of an exercise unit is its roster's."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="bots")
    kind = models.CharField(max_length=10, choices=choices(Maker))
    name = models.CharField(max_length=40)
    url = EncryptedField()
    secret = EncryptedField(default="", blank=True)
    on = models.BooleanField(default=True)
    removed_at = models.DateTimeField(null=True)
    tried_at = models.JSONField(default=list)
    """When it was spoken to in the last minute, as ISO 8601: the tokens that are taken."""


class Delivery(models.Model):
    """A digest on its way to a bot."""

    bot = models.ForeignKey(Bot, models.CASCADE, related_name="deliveries")
    made_at = models.DateTimeField()
    state = models.CharField(
        max_length=10,
        choices=choices(DeliveryState),
        default=DeliveryState.WAITING.value,
    )
    tries = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=60, blank=True)
    """A text of the catalogue, translated when it is shown."""
    code = models.CharField(max_length=20, blank=True)
    next_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"],
                condition=Q(state="waiting"),
                name="delivery_waiting",
            ),
            models.Index(fields=["bot", "-made_at"], name="delivery_newest"),
        ]


class GroupNotice(Told):
    """A notice for a group chat, waiting for its digest or in one."""

    bot = models.ForeignKey(Bot, models.CASCADE, related_name="notices")
    delivery = models.ForeignKey(
        Delivery, models.CASCADE, null=True, related_name="notices"
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["bot"], condition=Q(delivery=None), name="group_notice_waiting"
            )
        ]
