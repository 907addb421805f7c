"""Logging in with WeCom and DingTalk, from the button to the page and back."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from bihuan.web.notices.login import DingTalk, WeCom
from bihuan.web.org.models import Account, AuditLine
from makers import SECRET, Maker, maker
from site_world import Cast, build

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("server", "cast")]


@pytest.fixture
def cast() -> Cast:
    cache.clear()
    return build(students=1)


@pytest.fixture
def server(settings: object) -> Iterator[Maker]:
    with maker() as knows:
        base = knows.base
        settings.OUTSIDE = {  # type: ignore[attr-defined]  # pytest-django's
            "wecom": WeCom(corp="corp", agent="7", secret=SECRET, api=base),
            "dingtalk": DingTalk(key="app", secret=SECRET, api=base, old_api=base),
        }
        yield knows


def begin(client: Client, path: str, *, post: bool = False) -> dict[str, str]:
    response = client.post(path) if post else client.get(path)
    assert response.status_code == 302
    asked = parse_qs(urlsplit(response["Location"]).query)
    return {name: values[0] for name, values in asked.items()}


def tie(cast: Cast, name: str, outside_id: str) -> None:
    Account.objects.filter(pk=cast.accounts[name].pk).update(outside_id=outside_id)


@pytest.mark.parametrize(
    ("maker", "code"), [("wecom", "code"), ("dingtalk", "authCode")]
)
def test_a_tied_account_is_logged_in(cast: Cast, maker: str, code: str) -> None:
    tie(cast, "teacher", f"{maker}:wang01")
    client = Client()
    asked = begin(client, f"/login/{maker}/?next=/inbox/")
    assert urlsplit(asked["redirect_uri"]).path == f"/login/{maker}/back/"
    given = {code: "code-of-wang", "state": asked["state"]}
    back = client.get(f"/login/{maker}/back/", given)
    assert (back.status_code, back["Location"]) == (302, "/inbox/")
    assert client.get("/inbox/").status_code == 200


def test_the_session_is_a_new_one(cast: Cast) -> None:
    tie(cast, "teacher", "wecom:wang01")
    client = Client()
    asked = begin(client, "/login/wecom/")
    before = client.session.session_key
    client.get("/login/wecom/back/", {"code": "code-of-wang", "state": asked["state"]})
    assert client.session.session_key != before


def test_a_state_serves_once_and_in_its_own_session(cast: Cast, server: Maker) -> None:
    tie(cast, "teacher", "wecom:wang01")
    client, other = Client(), Client()
    asked = begin(client, "/login/wecom/")
    begin(other, "/login/wecom/")
    given = {"code": "code-of-wang", "state": asked["state"]}
    assert other.get("/login/wecom/back/", given).status_code == 403
    assert Client().get("/login/wecom/back/", given).status_code == 403
    assert client.get("/login/dingtalk/back/", given).status_code == 403
    assert client.get("/login/wecom/back/", given).status_code == 403  # used up above
    assert server.asked == []


@pytest.mark.parametrize("where", ["https://evil.cn/", "//evil.cn", "/\\evil.cn"])
def test_nobody_is_sent_elsewhere(cast: Cast, where: str) -> None:
    tie(cast, "teacher", "wecom:wang01")
    client = Client()
    response = client.get("/login/wecom/", {"next": where})
    state = parse_qs(urlsplit(response["Location"]).query)["state"][0]
    back = client.get("/login/wecom/back/", {"code": "code-of-wang", "state": state})
    assert back["Location"] == "/"


def test_a_name_that_is_tied_to_nobody_is_told_what_to_do() -> None:
    client = Client()
    asked = begin(client, "/login/wecom/")
    given = {"code": "code-of-wang", "state": asked["state"]}
    back = client.get("/login/wecom/back/", given)
    assert back.status_code == 403
    assert "这个企业微信账号还没有绑定" in back.content.decode()
    assert "_auth_user_id" not in client.session


def test_an_account_that_is_closed_stays_out(cast: Cast) -> None:
    tie(cast, "teacher", "wecom:wang01")
    Account.objects.update(is_active=False)
    client = Client()
    asked = begin(client, "/login/wecom/")
    given = {"code": "code-of-wang", "state": asked["state"]}
    assert client.get("/login/wecom/back/", given).status_code == 403


def test_a_maker_that_is_down_leaves_the_password(server: Maker) -> None:
    client = Client()
    asked = begin(client, "/login/wecom/")
    server.failure = "500"
    given = {"code": "code-of-wang", "state": asked["state"]}
    back = client.get("/login/wecom/back/", given)
    assert "请用账号和密码登录" in back.content.decode()


def test_the_second_factor_is_still_asked_for(cast: Cast) -> None:
    tie(cast, "principal", "wecom:wang01")
    client = Client()
    asked = begin(client, "/login/wecom/")
    given = {"code": "code-of-wang", "state": asked["state"]}
    client.get("/login/wecom/back/", given)
    response = client.get("/inbox/")
    assert (response.status_code, response["Location"]) == (302, "/second-factor/")


def test_one_ties_and_unties_ones_own_account(cast: Cast) -> None:
    client = cast.client("teacher")
    assert "企业微信<small>没有绑定" in client.get("/inbox/").content.decode()
    asked = begin(client, "/login/wecom/bind/", post=True)
    given = {"code": "code-of-wang", "state": asked["state"]}
    assert client.get("/login/wecom/back/", given)["Location"] == "/inbox/"
    account = Account.objects.get(pk=cast.accounts["teacher"].pk)
    assert account.outside_id == "wecom:wang01"
    assert "企业微信<small>已绑定" in client.get("/inbox/").content.decode()
    client.post("/login/unbind/")
    account.refresh_from_db()
    assert account.outside_id == ""
    deeds = AuditLine.objects.order_by("number").values_list("deed", flat=True)
    assert list(deeds) == ["account.tie", "account.untie"]


def test_a_name_is_tied_to_one_account(cast: Cast) -> None:
    tie(cast, "doctor_b", "wecom:wang01")
    client = cast.client("teacher")
    asked = begin(client, "/login/wecom/bind/", post=True)
    given = {"code": "code-of-wang", "state": asked["state"]}
    back = client.get("/login/wecom/back/", given)
    assert "已经绑定了别人" in back.content.decode()
    account = Account.objects.get(pk=cast.accounts["teacher"].pk)
    assert account.outside_id == ""


def test_a_link_ties_nothing(cast: Cast) -> None:
    """Somebody who is led to the log-in while logged in is logged in, not tied."""
    client = cast.client("teacher")
    assert client.get("/login/wecom/bind/").status_code == 405
    asked = begin(client, "/login/wecom/")
    given = {"code": "code-of-wang", "state": asked["state"]}
    assert client.get("/login/wecom/back/", given).status_code == 403
    assert Account.objects.get(pk=cast.accounts["teacher"].pk).outside_id == ""


def test_a_binding_needs_the_session_it_was_begun_in(cast: Cast) -> None:
    client = cast.client("teacher")
    asked = begin(client, "/login/wecom/bind/", post=True)
    session = client.session
    for key in list(session.keys()):
        if key.startswith("_auth"):
            del session[key]
    session.save()
    given = {"code": "code-of-wang", "state": asked["state"]}
    assert client.get("/login/wecom/back/", given).status_code == 403


def test_the_log_in_page_offers_what_is_configured(settings: object) -> None:
    assert "用钉钉登录" in Client().get("/login/").content.decode()
    settings.OUTSIDE = {}  # type: ignore[attr-defined]  # pytest-django's
    assert "用钉钉登录" not in Client().get("/login/").content.decode()
    assert Client().get("/login/wecom/").status_code == 404
    assert Client().get("/login/wecom/back/").status_code == 404
    assert Client().get("/login/nobody/").status_code == 404
