"""Logging in with a WeCom or DingTalk account: code in, member's id out.

The browser is sent to the maker with a state that only its own session knows, comes back
with a code, and the server changes the code for an id. Where the browser goes afterwards
is a path of this site and never an address that came from outside.
"""

import datetime as dt
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlencode

import httpx

from bihuan.base.wording import N_

HELD: Final = dt.timedelta(minutes=10)
"""How long a log-in that was begun may take."""
MARGIN: Final = dt.timedelta(minutes=5)
STALE_TOKENS: Final = frozenset({"40014", "42001"})

NOT_BEGUN: Final = N_("登录不是从这里开始的，请重来一次")
TOO_LATE: Final = N_("登录超过10分钟，请重来一次")
NO_CODE: Final = N_("没有得到授权")
NO_ANSWER: Final = N_("平台没有回答，请用账号和密码登录")
NOT_KNOWN: Final = N_("平台没有认出这个人")


class NotLoggedIn(Exception):  # noqa: N818  # it names what happened
    """The log-in did not come about; its text is marked for translation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeCom:
    """An application of a WeCom organisation; the addresses may be a closed network's."""

    corp: str
    agent: str
    secret: str
    scan: str = "https://login.work.weixin.qq.com"
    inside: str = "https://open.weixin.qq.com"
    api: str = "https://qyapi.weixin.qq.com"
    name: str = "wecom"
    label: str = N_("企业微信")


@dataclass(frozen=True, slots=True, kw_only=True)
class DingTalk:
    """An application of a DingTalk organisation; the addresses may be a closed network's."""

    key: str
    secret: str
    scan: str = "https://login.dingtalk.com"
    api: str = "https://api.dingtalk.com"
    old_api: str = "https://oapi.dingtalk.com"
    name: str = "dingtalk"
    label: str = N_("钉钉")


Provider = WeCom | DingTalk


class Tokens(Protocol):
    """Applications' tokens with the time they end; the makers ask to keep them."""

    def get(self, name: str, /) -> tuple[str, dt.datetime] | None:
        """A token that is kept."""

    def __setitem__(self, name: str, token: tuple[str, dt.datetime], /) -> None:
        """Keep a token."""

    def pop(self, name: str, default: None, /) -> object:
        """Drop a token."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A log-in that was begun in this session."""

    provider: str
    state: str
    at: dt.datetime
    then: str

    def kept(self) -> dict[str, str]:
        """As a session keeps it."""
        return {
            "provider": self.provider,
            "state": self.state,
            "at": self.at.isoformat(),
            "then": self.then,
        }

    @classmethod
    def of(cls, kept: Mapping[str, str]) -> "Begun":
        """Out of a session."""
        at = dt.datetime.fromisoformat(kept["at"])
        return cls(kept["provider"], kept["state"], at, kept["then"])


def providers(settings: Mapping[str, str]) -> dict[str, Provider]:
    """The log-ins that are configured: BIHUAN_WECOM_* and BIHUAN_DINGTALK_*."""
    found: dict[str, Provider] = {}
    wecom = _section(settings, "BIHUAN_WECOM_")
    if {"corp", "agent", "secret"} <= wecom.keys():
        found["wecom"] = WeCom(**_only(wecom, "corp agent secret scan inside api"))
    dingtalk = _section(settings, "BIHUAN_DINGTALK_")
    if {"key", "secret"} <= dingtalk.keys():
        found["dingtalk"] = DingTalk(**_only(dingtalk, "key secret scan api old_api"))
    return found


def authorize(provider: Provider, state: str, back: str, *, inside: bool) -> str:
    """Where the browser is sent.

    back: this site's own address for the answer; inside: the page is open in the maker's
    own app, which needs no code to be scanned.
    """
    if isinstance(provider, DingTalk):
        return f"{provider.scan}/oauth2/auth?" + urlencode(
            {
                "redirect_uri": back,
                "response_type": "code",
                "client_id": provider.key,
                "scope": "openid",
                "state": state,
                "prompt": "consent",
            }
        )
    return (
        _wecom_inside(provider, state, back)
        if inside
        else _wecom_scan(provider, state, back)
    )


def returned(begun: Begun | None, provider: str, state: str, now: dt.datetime) -> str:
    """Where the browser goes after a log-in that came back; NotLoggedIn if not ours."""
    if begun is None or begun.provider != provider:
        raise NotLoggedIn(NOT_BEGUN)
    if not hmac.compare_digest(begun.state.encode(), state.encode()):
        raise NotLoggedIn(NOT_BEGUN)
    if not dt.timedelta(0) <= now - begun.at <= HELD:
        raise NotLoggedIn(TOO_LATE)
    return inner(begun.then)


def inner(path: str) -> str:
    """A path of this site; anything else becomes the first page."""
    plain = re.fullmatch(r"/(?:[A-Za-z0-9_.~-][A-Za-z0-9_.~/?=&-]*)?", path, re.ASCII)
    return path if plain else "/"


def member(
    provider: Provider,
    code: str,
    *,
    outbound: httpx.Client,
    tokens: Tokens,
    now: dt.datetime,
) -> str:
    """The member's id for a code, as provider:id; NotLoggedIn if there is none."""
    if not re.fullmatch(r"[\w.~=+/-]{1,512}", code, re.ASCII):
        raise NotLoggedIn(NO_CODE)
    wire = _Wire(outbound, tokens, now)
    if isinstance(provider, WeCom):
        found = _wecom_member(provider, code, wire)
    else:
        found = _dingtalk_member(provider, code, wire)
    if not re.fullmatch(r"[\w.@$:+-]{1,100}", found):
        raise NotLoggedIn(NOT_KNOWN)
    return f"{provider.name}:{found}"


@dataclass(frozen=True, slots=True)
class _Wire:
    """What a question to a maker needs."""

    outbound: httpx.Client
    tokens: Tokens
    now: dt.datetime

    def ask(self, method: str, url: str, **what: Any) -> dict[str, Any]:
        """An answer as an object of JSON; anything else is no answer."""
        try:
            response = self.outbound.request(method, url, **what)
            said = json.loads(response.content)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as torn:
            raise NotLoggedIn(NO_ANSWER) from torn
        if not isinstance(said, dict):
            raise NotLoggedIn(NO_ANSWER)
        return said

    def keep(self, name: str, token: str, seconds: object) -> str:
        """Keep an application's token until a little before its end."""
        if type(seconds) is int and seconds > 0:
            end = self.now + dt.timedelta(seconds=min(seconds, 7200)) - MARGIN
            self.tokens[name] = (token, end)
        return token

    def kept(self, name: str) -> str:
        """A token that still holds, or none."""
        token, end = self.tokens.get(name) or ("", self.now)
        return token if end > self.now else ""


def _wecom_scan(provider: WeCom, state: str, back: str) -> str:
    """The page with a code to scan."""
    return f"{provider.scan}/wwlogin/sso/login?" + urlencode(
        {
            "login_type": "CorpApp",
            "appid": provider.corp,
            "agentid": provider.agent,
            "redirect_uri": back,
            "state": state,
        }
    )


def _wecom_inside(provider: WeCom, state: str, back: str) -> str:
    """The page that WeCom itself answers; its parameters have a fixed order."""
    asked = urlencode(
        {
            "appid": provider.corp,
            "redirect_uri": back,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
            "agentid": provider.agent,
        }
    )
    return f"{provider.inside}/connect/oauth2/authorize?{asked}#wechat_redirect"


def _wecom_member(provider: WeCom, code: str, wire: _Wire) -> str:
    """The user's id of a member; guests and strangers have none."""
    said = _twice(provider, wire, lambda: _wecom_user(provider, code, wire))
    # the older interface wrote it UserId
    return _text(said, "userid") or _text(said, "UserId") or _nobody()


def _wecom_user(provider: WeCom, code: str, wire: _Wire) -> dict[str, Any]:
    """What WeCom says of a code."""
    params = {"access_token": _wecom_token(provider, wire), "code": code}
    url = f"{provider.api}/cgi-bin/auth/getuserinfo"
    return wire.ask("GET", url, params=params)


def _wecom_token(provider: WeCom, wire: _Wire) -> str:
    """The application's token."""
    slot = _slot(provider)
    if token := wire.kept(slot):
        return token
    params = {"corpid": provider.corp, "corpsecret": provider.secret}
    said = wire.ask("GET", f"{provider.api}/cgi-bin/gettoken", params=params)
    token = _text(said, "access_token") or _silent()
    return wire.keep(slot, token, said.get("expires_in"))


def _dingtalk_member(provider: DingTalk, code: str, wire: _Wire) -> str:
    """The user's id of a member: code, then the person, then the person here."""
    person = _dingtalk_person(provider, code, wire)
    said = _twice(provider, wire, lambda: _dingtalk_user(provider, person, wire))
    found = said.get("result")
    return (_text(found, "userid") if isinstance(found, dict) else "") or _nobody()


def _dingtalk_user(provider: DingTalk, person: str, wire: _Wire) -> dict[str, Any]:
    """What DingTalk says of a person in this organisation."""
    params = {"access_token": _dingtalk_token(provider, wire)}
    url = f"{provider.old_api}/topapi/user/getbyunionid"
    return wire.ask("POST", url, params=params, json={"unionid": person})


def _dingtalk_person(provider: DingTalk, code: str, wire: _Wire) -> str:
    """Who came, as DingTalk knows him over all organisations."""
    said = wire.ask(
        "POST",
        f"{provider.api}/v1.0/oauth2/userAccessToken",
        json={
            "clientId": provider.key,
            "clientSecret": provider.secret,
            "code": code,
            "grantType": "authorization_code",
        },
    )
    headers = {"x-acs-dingtalk-access-token": _text(said, "accessToken") or _nobody()}
    me = wire.ask("GET", f"{provider.api}/v1.0/contact/users/me", headers=headers)
    return _text(me, "unionId") or _nobody()


def _dingtalk_token(provider: DingTalk, wire: _Wire) -> str:
    """The application's token."""
    slot = _slot(provider)
    if token := wire.kept(slot):
        return token
    body = {"appKey": provider.key, "appSecret": provider.secret}
    said = wire.ask("POST", f"{provider.api}/v1.0/oauth2/accessToken", json=body)
    token = _text(said, "accessToken") or _silent()
    return wire.keep(slot, token, said.get("expireIn"))


def _twice(
    provider: Provider, wire: _Wire, ask: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """An answer; where the application's token had ended early, with a new one."""
    said = ask()
    if not {str(said.get("errcode")), str(said.get("sub_code"))} & STALE_TOKENS:
        return said
    wire.tokens.pop(_slot(provider), None)
    return ask()


def _slot(provider: Provider) -> str:
    """Where an application's token is kept."""
    owner = provider.corp if isinstance(provider, WeCom) else provider.key
    return f"{provider.name}:{owner}"


def _text(said: Mapping[str, Any], name: str) -> str:
    """A text in an answer, or none."""
    value = said.get(name)
    return value if isinstance(value, str) else ""


def _nobody() -> str:
    raise NotLoggedIn(NOT_KNOWN)


def _silent() -> str:
    raise NotLoggedIn(NO_ANSWER)


def _section(settings: Mapping[str, str], prefix: str) -> dict[str, str]:
    """The settings that begin alike, without their beginning."""
    return {
        name.removeprefix(prefix).lower(): value.rstrip("/")
        for name, value in settings.items()
        if name.startswith(prefix) and value
    }


def _only(section: Mapping[str, str], names: str) -> dict[str, str]:
    """The named ones of a section."""
    return {name: section[name] for name in names.split() if name in section}
