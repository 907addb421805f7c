"""What is said to the group bots of WeCom, DingTalk and Feishu, and what they answer.

All three get plain text: it is read in every client, a unit's name cannot become mark-up
in it, and it is the only form in which WeCom and DingTalk both call people by mobile.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import quote_plus, urlsplit

from bihuan.base.wording import N_, _
from bihuan.web.notices.kinds import Kind, Line, NotAllowed


class BotKind(StrEnum):
    """Whose bot it is."""

    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"


class Verdict(StrEnum):
    """What became of a message that was posted."""

    ACCEPTED = "accepted"
    LIMITED = "limited"
    AGAIN = "again"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict with its reason (a text marked for translation) and the bot's own code."""

    verdict: Verdict
    reason: str = ""
    code: str = ""


ADDRESS: Final = N_("地址无效，群里的机器人可能已经删了")
SIGNATURE: Final = N_("签名、关键词或来源地址对不上")
TOO_OFTEN: Final = N_("发得太密，平台要求等一会")
TOO_LONG: Final = N_("消息太长")
BUSY: Final = N_("平台忙")
TORN: Final = N_("平台的回答读不懂")
NOT_TAKEN: Final = N_("平台没有收下")
REFUSALS: Final = (ADDRESS, SIGNATURE, TOO_LONG, NOT_TAKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """What one maker's bot allows and how it says that something is wrong.

    text_bytes: of the text alone; per_minute, per_second: messages of one bot, under the
    maker's own limit (20 and 20 a minute, 100 a minute and 5 a second); pause: minutes of
    silence after the maker has said that it was too often.
    """

    kind: BotKind
    host: str
    text_bytes: int
    per_minute: int
    per_second: int
    pause: int
    limited: frozenset[str]
    again: frozenset[str] = frozenset({"-1"})
    refused: dict[str, str] = field(default_factory=dict)


PROTOCOLS: Final = {
    BotKind.WECOM: Protocol(
        kind=BotKind.WECOM,
        host="qyapi.weixin.qq.com",
        text_bytes=2048,
        per_minute=18,
        per_second=5,
        pause=1,
        limited=frozenset({"45009", "45033"}),
        refused={"93000": ADDRESS, "40058": TOO_LONG, "45002": TOO_LONG},
    ),
    BotKind.DINGTALK: Protocol(
        kind=BotKind.DINGTALK,
        host="oapi.dingtalk.com",
        text_bytes=4096,
        per_minute=18,
        per_second=5,
        pause=10,
        limited=frozenset({"130101", "410100", "90030"}),
        refused={
            "310000": SIGNATURE,
            "300001": ADDRESS,
            "300005": ADDRESS,
            "400013": ADDRESS,
            "400101": ADDRESS,
            "400102": ADDRESS,
            "400106": ADDRESS,
        },
    ),
    BotKind.FEISHU: Protocol(
        kind=BotKind.FEISHU,
        host="open.feishu.cn",
        text_bytes=8192,
        per_minute=18,
        per_second=5,
        pause=1,
        limited=frozenset({"11232"}),
        refused={"19001": ADDRESS, "19021": SIGNATURE, "19022": SIGNATURE}
        | {"19024": SIGNATURE},
    ),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A page of this site; its address holds numbers and plain words only."""

    site: str
    path: str

    def __post_init__(self) -> None:
        site = urlsplit(self.site)
        bare = site.scheme in {"http", "https"} and site.netloc and not site.path
        if not bare or "@" in site.netloc or site.query or len(self.site) > _SITE:
            msg = "the site's own address is scheme and host"
            raise NotAllowed(msg)
        if not re.fullmatch(r"(/[a-z0-9_-]{1,40}){0,6}/", self.path, re.ASCII):
            msg = "a link leads to a page by numbers and plain words"
            raise NotAllowed(msg)

    def __str__(self) -> str:
        return self.site + self.path


@dataclass(frozen=True, slots=True)
class Mobile:
    """A member of staff's number, to call him in the group."""

    digits: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"1\d{10}", self.digits, re.ASCII):
            msg = "not a mobile number"
            raise NotAllowed(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a bot says: sentences of declared kinds, a link, whom to call."""

    lines: tuple[Line, ...]
    link: Link
    at_mobiles: tuple[Mobile, ...] = ()
    exercise: bool = False

    def __post_init__(self) -> None:
        typed = (
            all(type(line) is Line for line in self.lines)
            and type(self.link) is Link
            and all(type(mobile) is Mobile for mobile in self.at_mobiles)
        )
        if not self.lines or not typed:
            msg = "a message is built from declared sentences, a link and numbers"
            raise NotAllowed(msg)

    @property
    def kind(self) -> Kind:
        """The kind of its first sentence."""
        return self.lines[0].kind

    @property
    def title(self) -> str:
        """One kind's own title, or how many notices there are."""
        if len({line.kind.title for line in self.lines}) == 1:
            return _(self.kind.title)
        return _("{count}条提醒", count=len(self.lines))


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes over the wire: a body of JSON and what the address gets appended."""

    body: bytes
    query: str = ""


_SITE: Final = 200
_CALLED: Final = 20


def text(message: Message, limit: int) -> str:
    """The message in at most so many bytes; sentences that do not fit are counted.

    A cut falls between sentences, so that no number is ever cut in two.
    """
    for shown in range(len(message.lines), -1, -1):
        if len((said := _written(message, shown)).encode()) <= limit:
            return said
    msg = f"a title and a link need more than {limit} bytes"
    raise NotAllowed(msg)


def wecom(message: Message) -> Parcel:
    """As a WeCom bot wants it."""
    content: dict[str, object] = {"content": text(message, _bytes(BotKind.WECOM))}
    if message.at_mobiles:
        content["mentioned_mobile_list"] = _called(message)
    return Parcel(_json({"msgtype": "text", "text": content}))


def dingtalk(message: Message, secret: str, now_ms: int) -> Parcel:
    """As a DingTalk bot wants it, signed if it has a secret."""
    body = {
        "msgtype": "text",
        "text": {"content": text(message, _bytes(BotKind.DINGTALK))},
        "at": {"atMobiles": _called(message), "isAtAll": False},
    }
    signed = f"timestamp={now_ms}&sign={dingtalk_sign(secret, now_ms)}"
    return Parcel(_json(body), signed if secret else "")


def feishu(message: Message, secret: str, now_s: int) -> Parcel:
    """As a Feishu bot wants it, signed if it has a secret."""
    content = {"text": text(message, _bytes(BotKind.FEISHU))}
    body: dict[str, object] = {"msg_type": "text", "content": content}
    if secret:
        body |= {"timestamp": str(now_s), "sign": feishu_sign(secret, now_s)}
    return Parcel(_json(body))


def parcel(kind: BotKind, message: Message, secret: str, now_ms: int) -> Parcel:
    """As this maker's bot wants it."""
    match kind:
        case BotKind.WECOM:
            return wecom(message)
        case BotKind.DINGTALK:
            return dingtalk(message, secret, now_ms)
        case BotKind.FEISHU:
            return feishu(message, secret, now_ms // 1000)


def dingtalk_sign(secret: str, now_ms: int) -> str:
    """The secret signs the time and itself; written for an address."""
    return quote_plus(_mac(secret, f"{now_ms}\n{secret}"))


def feishu_sign(secret: str, now_s: int) -> str:
    """The time and the secret together sign nothing at all, as Feishu has it."""
    return _mac(f"{now_s}\n{secret}", "")


def read(kind: BotKind, status: int, body: bytes) -> Answer:
    """What the bot answered."""
    if not 200 <= status < 300:  # noqa: PLR2004  # the class of HTTP's good answers
        return _by_status(status)
    code = _code(body)
    if code is None:
        return Answer(Verdict.AGAIN, TORN)
    return _by_code(PROTOCOLS[kind], code)


def _by_status(status: int) -> Answer:
    """What an answer means that has no body worth reading."""
    if status == 429:  # noqa: PLR2004  # too many requests
        return Answer(Verdict.LIMITED, TOO_OFTEN, "429")
    if status >= 500 or status == 408:  # noqa: PLR2004  # its own fault, or its wait was over
        return Answer(Verdict.AGAIN, BUSY, str(status))
    return Answer(Verdict.REFUSED, ADDRESS, str(status))


def _by_code(protocol: Protocol, code: str) -> Answer:
    """What the maker's own code means."""
    if code == "0":
        return Answer(Verdict.ACCEPTED)
    if code in protocol.limited:
        return Answer(Verdict.LIMITED, TOO_OFTEN, code)
    if code in protocol.again:
        return Answer(Verdict.AGAIN, BUSY, code)
    return Answer(Verdict.REFUSED, protocol.refused.get(code, NOT_TAKEN), code)


def _code(body: bytes) -> str | None:
    """The code in an answer; the three makers have three names for it."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    codes = (said.get(name) for name in ("errcode", "code", "StatusCode"))
    return next((str(code) for code in codes if type(code) is int), None)


def _written(message: Message, shown: int) -> str:
    """The message with its first so many sentences."""
    title = _("闭环 · {title}", title=message.title)
    if message.exercise:
        title = _("（演练）{title}", title=title)
    lines = [line.say() for line in message.lines[:shown]]
    if rest := len(message.lines) - shown:
        lines.append(_("另有{count}条，请进系统看", count=rest))
    return "\n".join([title, *lines, str(message.link)])


def _bytes(kind: BotKind) -> int:
    """How long a text may be."""
    return PROTOCOLS[kind].text_bytes


def _called(message: Message) -> list[str]:
    """Whose telephones are to ring."""
    return [mobile.digits for mobile in message.at_mobiles[:_CALLED]]


def _mac(key: str, told: str) -> str:
    """HMAC-SHA256 in base64."""
    digest = hmac.new(key.encode(), told.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _json(body: Mapping[str, object]) -> bytes:
    """A body in UTF-8, so that its size is that of its text."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
