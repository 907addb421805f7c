"""Log-in by WeCom and DingTalk against servers that speak their protocols."""

import datetime as dt
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given, strategies as st

from bihuan.web.notices import login, post
from bihuan.web.notices.kinds import CHINA
from bihuan.web.notices.login import Begun, DingTalk, NotLoggedIn, Provider, WeCom
from makers import SECRET, Maker, maker

NOW = dt.datetime(2026, 3, 9, 7, 0, tzinfo=CHINA)
BACK = "https://bihuan.example.cn/login/wecom/back/"


@pytest.fixture
def server() -> Iterator[Maker]:
    with maker() as knows:
        yield knows


@pytest.fixture
def outbound(monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    monkeypatch.setattr(post, "READ", 0.3)
    with post.client() as client:
        yield client


def wecom(server: Maker, secret: str = SECRET) -> WeCom:
    return WeCom(corp="corp", agent="1000002", secret=secret, api=server.base)


def dingtalk(server: Maker, secret: str = SECRET) -> DingTalk:
    base = server.base
    return DingTalk(key="app", secret=secret, api=base, old_api=base)


def member(
    provider: Provider,
    outbound: httpx.Client,
    code: str = "code-of-wang",
    tokens: login.Tokens | None = None,
    now: dt.datetime = NOW,
) -> str:
    kept = {} if tokens is None else tokens
    return login.member(provider, code, outbound=outbound, tokens=kept, now=now)


@pytest.fixture(params=["wecom", "dingtalk"])
def provider(request: pytest.FixtureRequest, server: Maker) -> Provider:
    return wecom(server) if request.param == "wecom" else dingtalk(server)


def test_a_code_becomes_an_id(provider: Provider, outbound: httpx.Client) -> None:
    assert member(provider, outbound) == f"{provider.name}:wang01"


@pytest.mark.parametrize("code", ["code-of-guest", "made-up"])
def test_a_guest_or_a_made_up_code_is_nobody(
    provider: Provider, outbound: httpx.Client, code: str
) -> None:
    with pytest.raises(NotLoggedIn, match=login.NOT_KNOWN):
        member(provider, outbound, code)


@pytest.mark.parametrize("code", ["", "a b", "x\n", "x" * 600, "王"])
def test_what_is_no_code_is_not_sent(
    provider: Provider, outbound: httpx.Client, server: Maker, code: str
) -> None:
    with pytest.raises(NotLoggedIn, match=login.NO_CODE):
        member(provider, outbound, code)
    assert server.asked == []


def test_a_wrong_secret_logs_nobody_in(server: Maker, outbound: httpx.Client) -> None:
    for provider in (wecom(server, "wrong"), dingtalk(server, "wrong")):
        with pytest.raises(NotLoggedIn):
            member(provider, outbound)


@pytest.mark.parametrize("failure", ["500", "302", "hang", "torn", "reset", "list"])
def test_a_network_that_fails_says_use_your_password(
    provider: Provider, outbound: httpx.Client, server: Maker, failure: str
) -> None:
    server.failure = failure
    with pytest.raises(NotLoggedIn, match=login.NO_ANSWER):
        member(provider, outbound)


def test_the_applications_token_is_kept_until_its_end(
    provider: Provider, outbound: httpx.Client, server: Maker
) -> None:
    tokens: login.Tokens = {}
    for later in (0, 60, 100):
        member(provider, outbound, tokens=tokens, now=NOW + dt.timedelta(minutes=later))
    assert server.tokens_given == 1
    member(provider, outbound, tokens=tokens, now=NOW + dt.timedelta(minutes=116))
    assert server.tokens_given == 2


def test_a_token_that_ended_early_is_asked_for_again(
    provider: Provider, outbound: httpx.Client, server: Maker
) -> None:
    tokens: login.Tokens = {}
    member(provider, outbound, tokens=tokens)
    server.token_good = False
    assert member(provider, outbound, tokens=tokens) == f"{provider.name}:wang01"


def test_the_scan_page_gets_our_address_and_state() -> None:
    provider = WeCom(corp="corp", agent="7", secret="")
    parts = urlsplit(login.authorize(provider, "st4te", BACK, inside=False))
    assert (parts.netloc, parts.path) == (
        "login.work.weixin.qq.com",
        "/wwlogin/sso/login",
    )
    assert parse_qs(parts.query) == {
        "login_type": ["CorpApp"],
        "appid": ["corp"],
        "agentid": ["7"],
        "redirect_uri": [BACK],
        "state": ["st4te"],
    }


def test_inside_wecom_nothing_is_scanned() -> None:
    provider = WeCom(corp="corp", agent="7", secret="")
    url = login.authorize(provider, "st4te", BACK, inside=True)
    assert url.startswith("https://open.weixin.qq.com/connect/oauth2/authorize?appid=")
    assert url.endswith("#wechat_redirect")


def test_dingtalk_gets_our_address_and_state() -> None:
    url = login.authorize(DingTalk(key="app", secret=""), "st4te", BACK, inside=False)
    asked = parse_qs(urlsplit(url).query)
    assert asked["redirect_uri"] == [BACK]
    assert (asked["client_id"], asked["state"]) == (["app"], ["st4te"])
    assert SECRET not in url


BEGUN = Begun("wecom", "st4te", NOW, "/today/")


def test_a_log_in_comes_back_to_where_it_began() -> None:
    kept = Begun.of(BEGUN.kept())
    assert login.returned(kept, "wecom", "st4te", NOW) == "/today/"


@pytest.mark.parametrize(
    ("begun", "provider", "state", "minutes", "reason"),
    [
        (None, "wecom", "st4te", 1, login.NOT_BEGUN),
        (BEGUN, "dingtalk", "st4te", 1, login.NOT_BEGUN),
        (BEGUN, "wecom", "other", 1, login.NOT_BEGUN),
        (BEGUN, "wecom", "", 1, login.NOT_BEGUN),
        (BEGUN, "wecom", "状态", 1, login.NOT_BEGUN),
        (BEGUN, "wecom", "st4te", 11, login.TOO_LATE),
        (BEGUN, "wecom", "st4te", -1, login.TOO_LATE),
    ],
)
def test_a_log_in_that_is_not_ours_is_refused(
    begun: Begun | None, provider: str, state: str, minutes: int, reason: str
) -> None:
    with pytest.raises(NotLoggedIn, match=reason):
        login.returned(begun, provider, state, NOW + dt.timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "path",
    [
        "//evil.cn/",
        "/\\evil.cn",
        "https://evil.cn/",
        "javascript:alert(1)",
        "/%2f/evil.cn",
        "/today/\r\nSet-Cookie: x=1",
        "today",
        "",
    ],
)
def test_nobody_is_sent_elsewhere(path: str) -> None:
    assert login.inner(path) == "/"


@given(st.text())
def test_wherever_one_is_sent_is_here(path: str) -> None:
    went = urlsplit("https://here.cn" + login.inner(path))
    assert (went.scheme, went.netloc) == ("https", "here.cn")
    assert not login.inner(path).startswith("//")


def test_pages_are_kept() -> None:
    assert login.inner("/checks/12/?day=2026-03-09") == "/checks/12/?day=2026-03-09"


def test_what_is_configured_is_there() -> None:
    settings = {
        "BIHUAN_WECOM_CORP": "corp",
        "BIHUAN_WECOM_AGENT": "7",
        "BIHUAN_WECOM_SECRET": SECRET,
        "BIHUAN_WECOM_API": "http://10.1.2.3:8080/",
        "BIHUAN_DINGTALK_KEY": "app",
        "OTHER": "x",
    }
    found = login.providers(settings)
    assert found == {
        "wecom": WeCom(
            corp="corp", agent="7", secret=SECRET, api="http://10.1.2.3:8080"
        )
    }
    assert login.providers({}) == {}
