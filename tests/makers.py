"""Servers of WeCom, DingTalk and Feishu on this machine: real sockets, their own rules.

They check what the makers check (address, signature, keyword, size, how often), written
from the makers' documents and not from our code, and can be told to fail in the ways in
which networks fail.
"""

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "0123abcd"
SECRET = "SEC-of-the-group"  # noqa: S105  # of a group that does not exist


@dataclass
class Maker:
    """What a server knows, got and is told to do wrong."""

    now_ms: int = 0
    got: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    failure: str = ""
    """500, 302, 429, 404, hang, torn, reset, drip, list, empty; none: work."""
    keyword: str = "闭环"
    limit: int = 20
    blocked: bool = False
    base: str = ""
    tokens_given: int = 0
    token_good: bool = True
    released: threading.Event = field(default_factory=threading.Event)

    def wecom(self) -> str:
        """Address of a WeCom bot."""
        return f"{self.base}/cgi-bin/webhook/send?key={KEY}"

    def dingtalk(self) -> str:
        """Address of a DingTalk bot."""
        return f"{self.base}/robot/send?access_token={KEY}"

    def feishu(self) -> str:
        """Address of a Feishu bot."""
        return f"{self.base}/open-apis/bot/v2/hook/{KEY}"


@contextmanager
def maker() -> Iterator[Maker]:
    """A server that speaks all three makers' protocols at its own port."""
    knows = Maker()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(knows))
    server.daemon_threads = True
    knows.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield knows
    finally:
        knows.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(knows: Maker) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            self._serve(self.rfile.read(size))

        def do_GET(self) -> None:
            self._serve(b"")

        def log_message(self, *_args: object) -> None:
            return

        def _serve(self, body: bytes) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            knows.asked.append(self.path)
            if knows.failure:
                self._fail(knows.failure)
                return
            said = _answer(knows, parts.path, query, body, dict(self.headers))
            self._say(200, json.dumps(said).encode())

        def _say(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def _fail(self, how: str) -> None:
            if how.isdecimal():
                self._say(int(how), b"<html>", Location="http://127.0.0.1:9/stolen")
            elif how == "hang":
                knows.released.wait(20)
            elif how == "reset":
                linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
            elif how == "drip":
                self._drip()
            else:
                self._say(200, {"torn": b'{"errcode":', "list": b"[0]"}.get(how, b""))

        def _drip(self) -> None:
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                for _ in range(200):
                    self.wfile.write(b" ")
                    self.wfile.flush()
                    if knows.released.wait(0.05):
                        return

    return Handler


def _answer(
    knows: Maker, path: str, query: dict[str, str], body: bytes, headers: dict[str, str]
) -> dict[str, Any]:
    """What the maker would answer."""
    said = json.loads(body) if body else {}
    if path == "/cgi-bin/webhook/send":
        return _wecom(knows, query, said)
    if path == "/robot/send":
        return _dingtalk(knows, query, said)
    if path.startswith("/open-apis/bot/v2/hook/"):
        return _feishu(knows, path, said, len(body))
    return _log_in(knows, path, query, said, headers)


def _wecom(knows: Maker, query: dict[str, str], said: dict[str, Any]) -> dict[str, Any]:
    if query.get("key") != KEY:
        return {"errcode": 93000, "errmsg": "invalid webhook url"}
    if len(knows.got) >= knows.limit:
        return {"errcode": 45009, "errmsg": "api freq out of limit"}
    if len(said["text"]["content"].encode()) > 2048:
        return {"errcode": 40058, "errmsg": "content exceed max length 2048"}
    knows.got.append(said)
    return {"errcode": 0, "errmsg": "ok"}


def _dingtalk(
    knows: Maker, query: dict[str, str], said: dict[str, Any]
) -> dict[str, Any]:
    if query.get("access_token") != KEY:
        return {"errcode": 300005, "errmsg": "token is not exist"}
    stamp = query.get("timestamp", "0")
    mac = hmac.digest(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256)
    in_time = abs(int(stamp) - knows.now_ms) <= 3_600_000
    if query.get("sign") != base64.b64encode(mac).decode() or not in_time:
        return {"errcode": 310000, "errmsg": "sign not match"}
    if knows.keyword not in said["text"]["content"]:
        return {"errcode": 310000, "errmsg": "keywords not in content"}
    if knows.blocked or len(knows.got) >= knows.limit:
        knows.blocked = True  # for ten minutes, and asking again does not help
        return {
            "errcode": 130101,
            "errmsg": "send too fast, exceed 20 times per minute",
        }
    knows.got.append(said)
    return {"errcode": 0, "errmsg": "ok"}


def _feishu(knows: Maker, path: str, said: dict[str, Any], size: int) -> dict[str, Any]:
    if not path.endswith("/" + KEY):
        return {"code": 19001, "msg": "param invalid: incoming webhook access token"}
    stamp = said.get("timestamp", "0")
    mac = hmac.digest(f"{stamp}\n{SECRET}".encode(), b"", hashlib.sha256)
    in_time = abs(int(stamp) * 1000 - knows.now_ms) <= 3_600_000
    if said.get("sign") != base64.b64encode(mac).decode() or not in_time:
        return {"code": 19021, "msg": "sign match fail or timestamp is not within one"}
    if size > 20 * 1024:
        return {"code": 9499, "msg": "Bad Request"}
    if len(knows.got) >= knows.limit:
        return {"code": 11232, "msg": "frequency limited"}
    knows.got.append(said)
    return {"StatusCode": 0, "StatusMessage": "success", "code": 0, "msg": "success"}


PEOPLE = {"code-of-wang": ("wang01", "union-wang"), "code-of-guest": ("", "union-x")}


def _log_in(
    knows: Maker,
    path: str,
    query: dict[str, str],
    said: dict[str, Any],
    headers: dict[str, str],
) -> dict[str, Any]:
    match path:
        case "/cgi-bin/gettoken":
            if (query.get("corpid"), query.get("corpsecret")) != ("corp", SECRET):
                return {"errcode": 40001, "errmsg": "invalid credential"}
            return {"errcode": 0, "access_token": _token(knows), "expires_in": 7200}
        case "/cgi-bin/auth/getuserinfo":
            return _wecom_user(knows, query)
        case "/v1.0/oauth2/userAccessToken":
            right = (said["clientId"], said["clientSecret"]) == ("app", SECRET)
            if not right or said["code"] not in PEOPLE:
                return {"code": "invalidParameter", "message": "no such code"}
            return {"accessToken": "of " + said["code"], "expireIn": 7200}
        case "/v1.0/contact/users/me":
            code = headers.get("x-acs-dingtalk-access-token", "").removeprefix("of ")
            return {"unionId": PEOPLE[code][1], "nick": "无关"}
        case "/v1.0/oauth2/accessToken":
            if (said["appKey"], said["appSecret"]) != ("app", SECRET):
                return {"code": "invalidParameter"}
            return {"accessToken": _token(knows), "expireIn": 7200}
        case "/topapi/user/getbyunionid":
            return _dingtalk_user(knows, query, said)
    return {"errcode": 404, "errmsg": "no such address"}


def _token(knows: Maker) -> str:
    knows.tokens_given += 1
    knows.token_good = True
    return f"token-{knows.tokens_given}"


def _holds(knows: Maker, query: dict[str, str]) -> bool:
    return knows.token_good and query["access_token"] == f"token-{knows.tokens_given}"


def _wecom_user(knows: Maker, query: dict[str, str]) -> dict[str, Any]:
    if not _holds(knows, query):
        return {"errcode": 42001, "errmsg": "access_token expired"}
    if query["code"] not in PEOPLE:
        return {"errcode": 40029, "errmsg": "invalid code"}
    userid = PEOPLE[query["code"]][0]
    return {"errcode": 0, "userid": userid} if userid else {"errcode": 0, "openid": "o"}


def _dingtalk_user(
    knows: Maker, query: dict[str, str], said: dict[str, Any]
) -> dict[str, Any]:
    if not _holds(knows, query):
        return {"errcode": 40014, "errmsg": "不合法的access_token"}
    found = {union: userid for userid, union in PEOPLE.values() if userid}
    if said["unionid"] not in found:
        return {"errcode": 60121, "errmsg": "找不到该用户"}
    return {"errcode": 0, "result": {"userid": found[said["unionid"]]}}
