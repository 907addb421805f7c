"""The worker's round: digests are made of what waits, then posted, one try each.

Nothing is posted inside a transaction: a try is claimed, posted and written down in
three steps, so a hanging network holds no lock. A worker that dies in between tries
again after the lease; a group may then read a digest twice, never not at all.
"""

import datetime as dt
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.db import transaction

from bihuan.base.wording import SOURCE, speak
from bihuan.web.notices import digest, inbox, post
from bihuan.web.notices.bots import Answer, BotKind, Link, Message
from bihuan.web.notices.digest import Item
from bihuan.web.notices.inbox import INBOX, group_items, site
from bihuan.web.notices.models import Bot, Delivery, DeliveryState, GroupNotice
from bihuan.web.notices.post import Hook, State, Track

LEASE: Final = dt.timedelta(minutes=2)
"""How long a claimed try may take before another worker takes it up."""
KEPT: Final = dt.timedelta(days=180)
A_ROUND: Final = 20
"""Posts of one round; the worker has other jobs that must not wait for a slow network."""
SILENT: Final = frozenset({post.NO_ANSWER, post.NO_WAY})


@dataclass(slots=True)
class Round:
    """What one round did."""

    made: int = 0
    sent: int = 0
    waiting: int = 0
    refused: int = 0
    given_up: int = 0
    silent: set[str] = field(default_factory=set)
    """Origins that did not answer; they are left alone until the next round."""


def deliver(now: dt.datetime, outbound: httpx.Client | None = None) -> Round:
    """Make the digests that are due and post what may be posted; the worker's job."""
    done = Round()
    wanted = GroupNotice.objects.filter(delivery=None).values("bot")
    for bot in Bot.objects.filter(pk__in=wanted, on=True, removed_at=None):
        done.made += make_digest(bot.pk, now)
    with _client(outbound) as client:
        for delivery in _ready(now):
            _post(delivery, now, client, done)
    return done


def _client(
    outbound: httpx.Client | None,
) -> AbstractContextManager[httpx.Client]:
    """The client that was given, left open afterwards, or one of this round's own."""
    if outbound is not None:
        return nullcontext(outbound)
    return post.client(settings.OUTBOUND_PROXY)


def make_digest(bot_id: int, now: dt.datetime) -> bool:
    """Put what waits for a bot into one digest, if it is time."""
    with transaction.atomic():
        bot = Bot.objects.select_for_update().get(pk=bot_id)
        rows = list(_waiting(bot))
        last = Delivery.objects.filter(bot=bot).order_by("-made_at").first()
        if not digest.due(_items(rows), last.made_at if last else None, now):
            return False
        made = Delivery.objects.create(bot=bot, made_at=now, next_at=now)
        GroupNotice.objects.filter(pk__in=[row.pk for row in rows]).update(
            delivery=made
        )
    return True


def message(delivery: Delivery) -> Message | None:
    """What a digest says; none where nothing in it can be said any more."""
    rows = delivery.notices.select_related("unit", "klass").order_by("at", "pk")
    items = _items(list(rows))
    if not items:
        return None
    return digest.roll_up(items, inbox=Link(site(), INBOX))


def forget(now: dt.datetime) -> int:
    """Remove deliveries with what they told, and notices, after their time; says how many."""
    old = Delivery.objects.filter(made_at__lt=now - KEPT)
    delivered = old.exclude(state=DeliveryState.WAITING.value)
    return delivered.delete()[0] + inbox.forget(now)


def _ready(now: dt.datetime) -> Iterable[Delivery]:
    """Digests whose next try is due, those of bots that were switched off too."""
    rows = Delivery.objects.filter(state=DeliveryState.WAITING.value, next_at__lte=now)
    rows = rows.select_related("bot", "bot__unit").order_by("next_at", "pk")
    return list(rows[:A_ROUND])


def _post(
    delivery: Delivery, now: dt.datetime, client: httpx.Client, done: Round
) -> None:
    """Try a digest once, if there is room and its maker is not known to be silent."""
    origin = _origin(delivery.bot.url)
    if origin in done.silent:
        return
    said = _drop_or_say(delivery, now, done)
    if said is None or not claim(delivery, now):
        return
    with speak(SOURCE):
        answer = post.send(
            client, _hook(delivery.bot), said, now=now, origins=origins()
        )
    if answer.reason in SILENT:
        done.silent.add(origin)
    _note(delivery, answer, now, done)


def _drop_or_say(delivery: Delivery, now: dt.datetime, done: Round) -> Message | None:
    """What is to be said; a digest that is too old or says nothing is given up."""
    bot = delivery.bot
    said = message(delivery)
    stale = post.too_old(_track(delivery), delivery.made_at, now)
    if said and not stale and bot.on and bot.removed_at is None:
        return said
    reason = post.TOO_OLD if stale else post.SWITCHED_OFF
    _write(delivery, replace(_track(delivery), state=State.GIVEN_UP), reason, now)
    done.given_up += 1
    return None


def claim(delivery: Delivery, now: dt.datetime) -> bool:
    """Take one token of the bot and the right to this try; False: wait, or taken."""
    with transaction.atomic():
        bot = Bot.objects.select_for_update().get(pk=delivery.bot_id)
        tried = [dt.datetime.fromisoformat(at) for at in bot.tried_at]
        wait = post.room(BotKind(bot.kind), tried, now)
        mine = Delivery.objects.filter(
            pk=delivery.pk, state=DeliveryState.WAITING.value, next_at=delivery.next_at
        )
        if wait:
            mine.update(next_at=now + wait)
            return False
        if not mine.update(next_at=now + LEASE):
            return False
        fresh = [at for at in tried if at > now - dt.timedelta(minutes=1)]
        bot.tried_at = [at.isoformat() for at in [*fresh, now]]
        bot.save(update_fields=["tried_at"])
    return True


def origins() -> frozenset[str]:
    """Where hooks may lead: the makers, and what the bureau's own network has."""
    return post.hosts(settings.BOT_ORIGINS)


def _note(delivery: Delivery, answer: Answer, now: dt.datetime, done: Round) -> None:
    """Write down what became of a try."""
    kind = BotKind(delivery.bot.kind)
    track = post.after(_track(delivery), answer, kind=kind, now=now, key=delivery.pk)
    _write(delivery, track, track.reason, now)
    counted = track.state.value
    setattr(done, counted, getattr(done, counted) + 1)


def _write(delivery: Delivery, track: Track, reason: str, now: dt.datetime) -> None:
    """Write a digest's way so far."""
    delivery.state = track.state.value
    delivery.tries = track.tries
    delivery.reason = reason
    delivery.code = track.code[:20]
    delivery.next_at = track.next_at
    delivery.done_at = None if track.state is State.WAITING else now
    delivery.save()


def _track(delivery: Delivery) -> Track:
    """A digest's way so far."""
    return Track(
        state=State(delivery.state),
        tries=delivery.tries,
        reason=delivery.reason,
        code=delivery.code,
        next_at=delivery.next_at,
    )


def _hook(bot: Bot) -> Hook:
    """Where a bot is spoken to; the bot of an exercise unit is its roster's."""
    kind = BotKind(bot.kind)
    return Hook(kind=kind, url=bot.url, secret=bot.secret, exercise=bot.unit.exercise)


def _waiting(bot: Bot) -> Iterable[GroupNotice]:
    """What waits for a bot."""
    rows = bot.notices.filter(delivery=None).select_related("unit", "klass")
    return rows.order_by("at", "pk")


def _items(rows: list[GroupNotice]) -> list[Item]:
    """Rows as a digest takes them."""
    return [
        Item(
            line=told,
            at=row.at,
            link=Link(site(), row.link),
            exercise=row.unit.exercise,
        )
        for row, told in group_items(rows)
    ]


def _origin(url: str) -> str:
    """Scheme and host of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
