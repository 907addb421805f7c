"""The inbox page and the settings of group bots, as people use them."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.test import Client

from bihuan.web.notices import deliver, groups, inbox, kinds
from bihuan.web.notices.bots import BotKind
from bihuan.web.notices.models import Bot, Delivery, Notice
from bihuan.web.org import clock
from makers import SECRET, Maker, maker
from site_world import Cast, build

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
HOOK = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abcd-1234"


@pytest.fixture
def cast(settings: object) -> Cast:
    settings.SECOND_FACTOR = False  # type: ignore[attr-defined]  # pytest-django's
    return build(students=1)


@pytest.fixture
def server(settings: object) -> Iterator[Maker]:
    with maker() as knows:
        settings.BOT_ORIGINS = [knows.base]  # type: ignore[attr-defined]  # pytest-django's
        yield knows


def tell(cast: Cast, name: str, kind: str = "return_sign", count: int = 1) -> Notice:
    inbox.tell(
        kind,
        [cast.people[name]],
        unit=cast.units["school_a"],
        count=count,
        link="/ledgers/absences/",
        now=clock.now(),
    )
    return Notice.objects.latest("pk")


def page(client: Client, path: str = "/inbox/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("name", ["teacher", "principal", "guardian", "outsider"])
def test_an_empty_inbox_says_so(cast: Cast, name: str) -> None:
    if name == "outsider":
        assert cast.client(name).get("/inbox/").status_code == 403
    else:
        assert "现在没有通知" in page(cast.client(name))


def test_a_phone_for_the_teacher_and_a_desk_for_the_office(cast: Cast) -> None:
    assert '<body class="phone' in page(cast.client("teacher"))
    assert '<body class="desk' in page(cast.client("bureau"))


def test_unread_is_bold_counted_and_gone_once_it_was_opened(cast: Cast) -> None:
    row, client = tell(cast, "doctor", count=2), cast.client("doctor")
    shown = page(client)
    assert "1条通知没看" in shown
    assert "<b>示例A中学有2份复课证明等您核对</b>" in shown
    opened = client.post(f"/inbox/{row.pk}/")
    assert (opened.status_code, opened["Location"]) == (302, "/ledgers/absences/")
    row.refresh_from_db()
    assert row.read_at is not None
    assert "通知都看过了" in page(client)


def test_looking_at_the_page_reads_nothing(cast: Cast) -> None:
    row, client = tell(cast, "doctor"), cast.client("doctor")
    page(client)
    assert client.get(f"/inbox/{row.pk}/").status_code == 405
    row.refresh_from_db()
    assert row.read_at is None


def test_anothers_notice_does_not_exist(cast: Cast) -> None:
    row = tell(cast, "doctor")
    for name in ("teacher", "principal", "doctor_b", "bureau", "admin"):
        assert cast.client(name).post(f"/inbox/{row.pk}/").status_code == 404
    row.refresh_from_db()
    assert row.read_at is None


def test_all_read_is_what_the_page_showed(cast: Cast) -> None:
    client = cast.client("doctor")
    first = tell(cast, "doctor")
    last = re.search(r'name="last" value="(\d+)"', page(client))
    assert last is not None
    since = tell(cast, "doctor", "incident_open")
    client.post("/inbox/read/", {"last": last[1]})
    first.refresh_from_db()
    since.refresh_from_db()
    assert first.read_at is not None
    assert since.read_at is None
    for wrong in ("", "x", "-1", "²"):
        assert client.post("/inbox/read/", {"last": wrong}).status_code == 302
    since.refresh_from_db()
    assert since.read_at is None


def test_a_long_inbox_has_pages(cast: Cast) -> None:
    for count in range(45):
        row = tell(cast, "doctor", count=count)
        inbox.read(inbox.notices(row.account_id), clock.now())
    client = cast.client("doctor")
    assert page(client).count('class="li wide"') == 40
    assert page(client, "/inbox/?page=2").count('class="li wide"') == 5


def test_the_number_of_queries_does_not_grow(
    cast: Cast, django_assert_max_num_queries: object
) -> None:
    client = cast.client("doctor")
    for count in range(30):
        row = tell(cast, "doctor", count=count)
        inbox.read(inbox.notices(row.account_id), clock.now())
    with django_assert_max_num_queries(12):  # type: ignore[operator]  # pytest-django's
        page(client)


def add(client: Client, cast: Cast, at: str = "school_a", **given: str) -> int:
    form = {"unit": str(cast.units[at].pk), "kind": "wecom", "name": "防控群"}
    response = client.post("/bots/", form | {"url": HOOK, "secret": ""} | given)
    return response.status_code


@pytest.mark.parametrize(
    ("name", "status"),
    [("admin", 200), ("bureau", 200), ("teacher", 403), ("principal", 403)],
)
def test_who_may_set_bots(cast: Cast, name: str, status: int) -> None:
    assert cast.client(name).get("/bots/").status_code == status


def test_no_bot_is_no_fault(cast: Cast) -> None:
    shown = page(cast.client("admin"), "/bots/")
    assert "没有在用的群机器人，通知只在系统里" in shown


def test_a_bot_is_put_in_and_its_key_is_not_shown_again(cast: Cast) -> None:
    client = cast.client("admin")
    assert add(client, cast, kind="wecom", secret=SECRET) == 302
    bot = Bot.objects.get()
    assert (bot.url, bot.secret, bot.unit) == (HOOK, SECRET, cast.units["school_a"])
    for path in ("/bots/", f"/bots/{bot.pk}/"):
        shown = page(client, path)
        assert "qyapi.weixin.qq.com/…1234" in shown
        assert HOOK not in shown
        assert SECRET not in shown


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:5432/",
        "https://evil.cn/?https://qyapi.weixin.qq.com/",
        "https://oapi.dingtalk.com/robot/send?access_token=1",
        "javascript:alert(1)",
    ],
)
def test_an_address_elsewhere_is_refused(cast: Cast, url: str) -> None:
    assert add(cast.client("admin"), cast, url=url) == 422
    assert not Bot.objects.exists()


def test_a_bot_belongs_to_units_one_may_set(cast: Cast) -> None:
    admin = cast.client("admin")
    assert add(admin, cast, at="school_b") == 422
    assert add(admin, cast, at="bureau") == 422
    assert add(admin, cast, at="class_a1") == 422
    assert add(cast.client("bureau"), cast, at="school_b", name="示例B群") == 302
    pk = Bot.objects.get().pk
    assert admin.get(f"/bots/{pk}/").status_code == 404
    assert admin.post(f"/bots/{pk}/change/", {"do": "remove"}).status_code == 404
    assert "示例B群" not in page(admin, "/bots/")


def test_a_test_is_asked_for_and_its_end_is_shown(cast: Cast, server: Maker) -> None:
    client = cast.client("admin")
    add(client, cast, url=server.wecom())
    pk = Bot.objects.get().pk
    assert client.post(f"/bots/{pk}/change/", {"do": "test"}).status_code == 302
    assert deliver.deliver(clock.now()).sent == 1
    shown = page(client, f"/bots/{pk}/")
    assert "这是一条测试，收到就是通了" in shown
    assert "已发出" in shown


def test_why_it_did_not_arrive_is_shown(cast: Cast, server: Maker) -> None:
    client = cast.client("admin")
    add(client, cast, url=server.wecom().replace("0123", "9999"))
    pk = Bot.objects.get().pk
    client.post(f"/bots/{pk}/change/", {"do": "test"})
    deliver.deliver(clock.now())
    shown = page(client, f"/bots/{pk}/")
    assert "地址无效，群里的机器人可能已经删了" in shown
    assert "93000" in shown
    assert "1条群消息昨天以来没有送到" in page(client, "/bots/")


def test_when_it_is_tried_again_is_shown(cast: Cast, server: Maker) -> None:
    client = cast.client("admin")
    add(client, cast, url=server.wecom())
    pk = Bot.objects.get().pk
    client.post(f"/bots/{pk}/change/", {"do": "test"})
    server.failure = "503"
    deliver.deliver(clock.now())
    row = Delivery.objects.get()
    again = kinds.said_time(row.next_at, row.made_at)
    assert f"{again}再试" in page(client, f"/bots/{pk}/")


def test_a_bot_is_switched_off_and_on_and_taken_out(cast: Cast) -> None:
    client = cast.client("admin")
    add(client, cast)
    pk = Bot.objects.get().pk
    change = f"/bots/{pk}/change/"
    client.post(change, {"do": "off"})
    client.post(change, {"do": "test"})
    assert "停用了" in page(client, f"/bots/{pk}/")
    assert deliver.deliver(clock.now()) == deliver.Round()
    client.post(change, {"do": "on"})
    assert Bot.objects.get().on
    client.post(change, {"do": "nonsense"})
    assert client.post(change, {"do": "remove"}).status_code == 302
    assert client.get(f"/bots/{pk}/").status_code == 404


def test_what_somebody_typed_is_shown_as_text(cast: Cast) -> None:
    client = cast.client("admin")
    add(client, cast, name="<script>alert(1)</script>")
    pk = Bot.objects.get().pk
    for path in ("/bots/", f"/bots/{pk}/"):
        assert "<script>alert" not in page(client, path)


def test_masked_addresses_tell_no_key() -> None:
    assert groups.masked(HOOK) == "qyapi.weixin.qq.com/…1234"
    assert groups.wrong_address(BotKind.WECOM, HOOK) == ""
