"""Group bots: put in, tried, switched, taken out; each with its line in the trail."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from bihuan.base.wording import _
from bihuan.web.notices import post
from bihuan.web.notices.bots import PROTOCOLS, BotKind
from bihuan.web.notices.inbox import INBOX
from bihuan.web.notices.kinds import TEST
from bihuan.web.notices.models import Bot, Delivery, DeliveryState, GroupNotice
from bihuan.web.org import audit
from bihuan.web.org.models import Unit
from bihuan.web.org.scope import Actor


def wrong_address(kind: BotKind, url: str) -> str:
    """What is wrong with a bot's address, in words; empty: nothing."""
    own = f"https://{PROTOCOLS[kind].host}"
    if post.allowed(url, frozenset({own}) | frozenset(settings.BOT_ORIGINS)):
        return ""
    if not settings.BOT_ORIGINS:
        return _("地址要以 {origin} 开头，请从群机器人的设置里整段复制", origin=own)
    more = "、".join(settings.BOT_ORIGINS)
    return _("地址要以 {origin} 或 {more} 开头", origin=own, more=more)


@transaction.atomic
def add(
    actor: Actor,
    unit: Unit,
    kind: BotKind,
    *,
    name: str,
    url: str,
    secret: str,
    now: dt.datetime,
) -> Bot:
    """Put a bot of a unit's group in."""
    bot = Bot.objects.create(
        unit=unit, kind=kind.value, name=name, url=url, secret=secret
    )
    audit.write(actor, "bot.add", bot, school=_chain(unit), at=now, kind=kind.value)
    return bot


@transaction.atomic
def switch(actor: Actor, bot: Bot, *, on: bool, now: dt.datetime) -> None:
    """Switch a bot on or off; what waits for one that is off is dropped."""
    bot.on = on
    bot.save(update_fields=["on"])
    if not on:
        _drop(bot)
    audit.write(actor, "bot.switch", bot, school=_chain(bot.unit), at=now, on=on)


@transaction.atomic
def remove(actor: Actor, bot: Bot, now: dt.datetime) -> None:
    """Take a bot out; its address and secret are gone, what was delivered stays."""
    bot.on, bot.removed_at = False, now
    bot.url, bot.secret = "", ""
    bot.save(update_fields=["on", "removed_at", "url", "secret"])
    _drop(bot)
    audit.write(actor, "bot.remove", bot, school=_chain(bot.unit), at=now)


@transaction.atomic
def try_out(actor: Actor, bot: Bot, now: dt.datetime) -> None:
    """Put a test message before the worker, which sends it at once."""
    GroupNotice.objects.create(
        bot=bot, kind=TEST.key, unit=bot.unit, link=INBOX, red=True, at=now
    )
    audit.write(actor, "bot.test", bot, school=_chain(bot.unit), at=now)


def bots() -> QuerySet[Bot]:
    """Bots that were not taken out."""
    rows = Bot.objects.filter(removed_at=None).select_related("unit")
    return rows.order_by("unit__path", "pk")


def deliveries(bot: Bot) -> QuerySet[Delivery]:
    """What was to be said by a bot, the newest first."""
    rows = Delivery.objects.filter(bot=bot).order_by("-made_at", "-pk")
    return rows.prefetch_related("notices__unit", "notices__klass")


def undelivered(rows: QuerySet[Bot], since: dt.datetime) -> int:
    """How many digests of some bots did not arrive since a time."""
    lost = (DeliveryState.REFUSED.value, DeliveryState.GIVEN_UP.value)
    found = Delivery.objects.filter(bot__in=rows, state__in=lost)
    return found.filter(made_at__gte=since).count()


def masked(url: str) -> str:
    """An address with its key hidden: whoever has the key can speak to the group."""
    host = url.partition("://")[2].partition("/")[0]
    return f"{host}/…{url[-4:]}"


def _drop(bot: Bot) -> None:
    """Forget what was not yet put into a digest."""
    GroupNotice.objects.filter(bot=bot, delivery=None).delete()


def _chain(unit: Unit) -> Unit | int:
    """Whose trail it belongs to: the school's, or the office's own."""
    return unit.school_id or unit
