"""A message on its way out: to the one configured address, slowly, and never in the way.

Nothing here raises into what called it: whatever the network does becomes an `Answer`.
Addresses are held against a list of hosts, redirects are not followed, so that a hook
that somebody typed into a settings page cannot make the server ask its neighbours.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

import httpx

from bihuan.base.random import below
from bihuan.base.wording import N_
from bihuan.web.notices import bots
from bihuan.web.notices.bots import PROTOCOLS, Answer, BotKind, Message, Verdict

CONNECT: Final = 3.0
READ: Final = 5.0
CHUNKS: Final = 8
"""Pieces of an answer that are read; one that drips on is torn off."""
HEADERS: Final = {
    "Content-Type": "application/json; charset=utf-8",
    "Accept-Encoding": "identity",
}
BACK_OFF: Final = (1, 2, 5, 15, 30)
"""Minutes before the second, third … try."""
STALE: Final = dt.timedelta(hours=2)
"""A reminder this old is worse than none."""
SEED: Final = 20200408

NO_ANSWER: Final = N_("平台没有按时回答")
NO_WAY: Final = N_("连不上平台")
FOREIGN: Final = N_("地址不在允许的平台里")
EXERCISE: Final = N_("演练的消息只发给参演人员的群")
LIVE: Final = N_("真实的消息不发到演练的群")
TOO_OLD: Final = N_("等了两小时，已经没有用了")
SWITCHED_OFF: Final = N_("机器人停用了")


class State(StrEnum):
    """Where a message is."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A group bot's address; `exercise`: its group is the roster of a drill."""

    kind: BotKind
    url: str
    secret: str = ""
    exercise: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """How far a message has come, and why no farther."""

    state: State = State.WAITING
    tries: int = 0
    reason: str = ""
    code: str = ""
    next_at: dt.datetime


def client(proxy: str | None = None) -> httpx.Client:
    """A client that waits seconds, not minutes, and goes only where it is sent."""
    wait = httpx.Timeout(READ, connect=CONNECT)
    return httpx.Client(
        timeout=wait, follow_redirects=False, trust_env=False, proxy=proxy
    )


def hosts(more: Iterable[str] = ()) -> frozenset[str]:
    """Origins that a hook may have: the three makers', and those of a closed network."""
    makers = (f"https://{protocol.host}" for protocol in PROTOCOLS.values())
    return frozenset(makers) | frozenset(origin.rstrip("/") for origin in more)


def allowed(url: str, origins: frozenset[str]) -> bool:
    """Whether an address lies at one of the origins, letter for letter."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # a port that is no number raises
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    return plain and f"{parts.scheme}://{parts.netloc}" in origins


def send(
    outbound: httpx.Client,
    hook: Hook,
    message: Message,
    *,
    now: dt.datetime,
    origins: frozenset[str],
) -> Answer:
    """Post a message once and say what became of it; raises nothing of the network's."""
    if refusal := kept_in(hook, message, origins):
        return Answer(Verdict.REFUSED, refusal)
    ms = int(now.timestamp() * 1000)
    parcel = bots.parcel(hook.kind, message, hook.secret, ms)
    try:
        status, body = _ask(outbound, _address(hook.url, parcel.query), parcel.body)
    except httpx.TimeoutException:
        return Answer(Verdict.AGAIN, NO_ANSWER)
    except (httpx.HTTPError, httpx.InvalidURL):
        return Answer(Verdict.AGAIN, NO_WAY)
    return bots.read(hook.kind, status, body)


def kept_in(hook: Hook, message: Message, origins: frozenset[str]) -> str:
    """Why a message may not leave by a hook; empty: it may."""
    if not allowed(hook.url, origins):
        return FOREIGN
    if message.exercise and not hook.exercise:
        return EXERCISE
    if hook.exercise and not message.exercise:
        return LIVE
    return ""


def after(
    track: Track, answer: Answer, *, kind: BotKind, now: dt.datetime, key: int = 0
) -> Track:
    """How far a message has come with one more answer.

    key: number of the message, so that many do not come back in the same second.
    """
    tried = replace(
        track, tries=track.tries + 1, reason=answer.reason, code=answer.code
    )
    if answer.verdict is Verdict.ACCEPTED:
        return replace(tried, state=State.SENT)
    if answer.verdict is Verdict.REFUSED:
        return replace(tried, state=State.REFUSED)
    if tried.tries > len(BACK_OFF):
        return replace(tried, state=State.GIVEN_UP)
    return replace(tried, next_at=now + _wait(tried, answer, kind, key))


def too_old(track: Track, made_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a waiting message has waited so long that it only confuses."""
    return track.state is State.WAITING and now - made_at > STALE


def room(
    kind: BotKind, tried_at: Sequence[dt.datetime], now: dt.datetime
) -> dt.timedelta:
    """How long a bot must wait before its next message; zero: it may speak.

    A bucket of tokens, each of which comes back a minute (a second) after it was taken,
    so that no minute, wherever it begins, holds more than the bot is allowed.
    tried_at: when it was tried, refused ones too, in any order.
    """
    protocol = PROTOCOLS[kind]
    buckets = ((60, protocol.per_minute), (1, protocol.per_second))
    waits = [_refill(tried_at, now, seconds, tokens) for seconds, tokens in buckets]
    return max(waits)


def _refill(
    tried_at: Sequence[dt.datetime], now: dt.datetime, seconds: int, tokens: int
) -> dt.timedelta:
    """How long until one token of a bucket is back."""
    span = dt.timedelta(seconds=seconds)
    taken = sorted(at for at in tried_at if at > now - span)
    if len(taken) < tokens:
        return dt.timedelta(0)
    return taken[-tokens] + span - now


def _wait(track: Track, answer: Answer, kind: BotKind, key: int) -> dt.timedelta:
    """Longer after each try, at least the maker's own pause, and a few seconds apart."""
    minutes = BACK_OFF[track.tries - 1]
    if answer.verdict is Verdict.LIMITED:
        minutes = max(minutes, PROTOCOLS[kind].pause)
    apart = below(30, SEED, "notices.post", key, track.tries)
    return dt.timedelta(minutes=minutes, seconds=apart)


def _address(url: str, query: str) -> str:
    """The hook's address with what a signature adds."""
    if not query:
        return url
    return f"{url}{'&' if urlsplit(url).query else '?'}{query}"


def _ask(outbound: httpx.Client, url: str, body: bytes) -> tuple[int, bytes]:
    """Post a body and read the beginning of what comes back."""
    with outbound.stream("POST", url, content=body, headers=HEADERS) as response:
        parts = islice(response.iter_raw(), CHUNKS)
        return response.status_code, b"".join(parts)
