"""The worker's round: digests over real sockets, tries, limits, groups that are off."""

import datetime as dt
import threading
from collections.abc import Iterator

import pytest
from django.db import connection

from bihuan.rules.access import Role
from bihuan.web.notices import bots, deliver, groups, inbox, post
from bihuan.web.notices.bots import BotKind
from bihuan.web.notices.models import Bot, Delivery, GroupNotice
from bihuan.web.org.models import AuditLine, Person, Unit, UnitKind
from bihuan.web.org.scope import Actor
from bihuan.web.org.units import add_unit
from makers import SECRET, Maker, maker
from site_world import MORNING, Cast, build

pytestmark = pytest.mark.django_db
BOSS = Actor(account_id=None, person_id=None, role=Role.ADMINISTRATOR)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def cast() -> Cast:
    return build(students=1)


@pytest.fixture
def server(settings: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Maker]:
    monkeypatch.setattr(post, "READ", 0.3)
    with maker() as knows:
        knows.now_ms = int(MORNING.timestamp() * 1000)
        settings.BOT_ORIGINS = [knows.base]  # type: ignore[attr-defined]  # pytest-django's
        yield knows


def bot(
    cast: Cast, server: Maker, kind: BotKind = BotKind.WECOM, at: str = "school_a"
) -> Bot:
    return groups.add(
        BOSS,
        cast.units[at],
        kind,
        name="防控群",
        url=str(getattr(server, kind.value)()),
        secret="" if kind is BotKind.WECOM else SECRET,
        now=MORNING,
    )


def tell(
    cast: Cast,
    kind: str = "return_sign",
    at: str = "school_a",
    now: dt.datetime = MORNING,
    count: int = 1,
) -> None:
    unit = cast.units[at]
    inbox.tell(kind, [], unit=unit, group=unit, count=count, now=now)


def said(server: Maker) -> list[str]:
    return [
        str((got.get("text") or got["content"]).get("content", "")) or str(got)
        for got in server.got
    ]


@pytest.mark.parametrize("kind", list(BotKind))
def test_a_flow_tells_and_the_worker_sends(
    cast: Cast, server: Maker, kind: BotKind
) -> None:
    bot(cast, server, kind)
    tell(cast)
    assert server.got == []
    done = deliver.deliver(MORNING)
    assert (done.made, done.sent) == (1, 1)
    assert "示例A中学有1份复课证明等您核对" in str(server.got)
    assert Delivery.objects.get().state == "sent"
    again = deliver.deliver(MORNING + MINUTE)
    assert (again.made, again.sent) == (0, 0)
    assert len(server.got) == 1


def test_without_bots_the_worker_does_nothing(cast: Cast) -> None:
    tell(cast)
    assert deliver.deliver(MORNING) == deliver.Round()


def test_what_comes_within_five_minutes_is_one_message(
    cast: Cast, server: Maker
) -> None:
    bot(cast, server)
    tell(cast)
    deliver.deliver(MORNING)
    for minute in (1, 2, 3):
        tell(cast, count=minute, now=MORNING + minute * MINUTE)
        assert deliver.deliver(MORNING + minute * MINUTE).made == 0
    deliver.deliver(MORNING + 5 * MINUTE)
    _first, second = said(server)
    assert "有3份" in second
    assert second.count("复课") == 2  # the title and one line


def test_red_goes_out_at_once(cast: Cast, server: Maker) -> None:
    bot(cast, server)
    tell(cast)
    deliver.deliver(MORNING)
    tell(cast, "incident_open", now=MORNING + MINUTE)
    assert deliver.deliver(MORNING + MINUTE).sent == 1


def test_at_night_only_red_goes_out(cast: Cast, server: Maker) -> None:
    bot(cast, server)
    night = MORNING.replace(hour=23)
    server.now_ms = int(night.timestamp() * 1000)
    tell(cast, now=night)
    assert deliver.deliver(night).made == 0
    tell(cast, "alarm", now=night)
    assert deliver.deliver(night + MINUTE).sent == 1


def test_each_unit_has_its_own_group(cast: Cast, server: Maker) -> None:
    bot(cast, server)
    tell(cast, at="school_b")
    tell(cast, at="bureau")
    assert deliver.deliver(MORNING) == deliver.Round()


def test_a_digest_that_fails_is_tried_again_and_says_why(
    cast: Cast, server: Maker
) -> None:
    bot(cast, server)
    tell(cast)
    server.failure = "503"
    assert deliver.deliver(MORNING).waiting == 1
    row = Delivery.objects.get()
    assert (row.state, row.tries, row.reason, row.code) == (
        "waiting", 1, bots.BUSY, "503",
    )  # fmt: skip
    server.failure = ""
    assert deliver.deliver(row.next_at - dt.timedelta(seconds=1)).sent == 0
    assert deliver.deliver(row.next_at).sent == 1
    row.refresh_from_db()
    assert (row.state, row.tries, row.reason) == ("sent", 2, "")


@pytest.mark.parametrize("failure", ["hang", "torn", "500"])
def test_it_gives_up_in_the_end_and_never_raises(
    cast: Cast, server: Maker, failure: str
) -> None:
    bot(cast, server)
    tell(cast)
    server.failure = failure
    deliver.deliver(MORNING)
    row = Delivery.objects.get()
    for _try in range(10):
        deliver.deliver(row.next_at)
        row.refresh_from_db()
    assert row.state == "given_up"
    assert row.tries == len(post.BACK_OFF) + 1 == len(server.asked)
    assert row.reason


def test_a_refusal_is_final_and_visible(cast: Cast, server: Maker) -> None:
    made = bot(cast, server, BotKind.DINGTALK)
    Bot.objects.filter(pk=made.pk).update(secret="")
    made.refresh_from_db()
    tell(cast)
    assert deliver.deliver(MORNING).refused == 1
    row = Delivery.objects.get()
    assert (row.state, row.reason, row.code) == ("refused", bots.SIGNATURE, "310000")
    assert groups.undelivered(groups.bots(), MORNING) == 1
    assert deliver.deliver(MORNING + 30 * MINUTE).refused == 0


def test_an_old_digest_is_dropped(cast: Cast, server: Maker) -> None:
    bot(cast, server)
    tell(cast)
    server.failure = "500"
    deliver.deliver(MORNING)
    server.failure = ""
    assert deliver.deliver(MORNING + 121 * MINUTE).given_up == 1
    row = Delivery.objects.get()
    assert (row.state, row.reason) == ("given_up", post.TOO_OLD)
    assert server.got == []


def test_a_silent_maker_is_asked_once_a_round(cast: Cast, server: Maker) -> None:
    for at in ("school_a", "school_b", "bureau"):
        bot(cast, server, at=at)
        tell(cast, at=at)
    server.failure = "hang"
    done = deliver.deliver(MORNING)
    assert (done.made, done.waiting) == (3, 1)
    assert len(server.asked) == 1


def test_a_round_has_an_end_and_the_next_goes_on(
    cast: Cast, server: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "A_ROUND", 2)
    for at in ("school_a", "school_b", "bureau"):
        bot(cast, server, at=at)
        tell(cast, at=at)
    assert deliver.deliver(MORNING).sent == 2
    assert deliver.deliver(MORNING).sent == 1


def test_no_bot_is_spoken_to_more_than_it_allows(cast: Cast, server: Maker) -> None:
    """Thirty red ones in a minute: the maker, which counts to twenty, is never cross."""
    made = bot(cast, server)
    for n in range(30):
        tell(cast, "incident_open", now=MORNING + n * dt.timedelta(seconds=1))
        deliver.deliver(MORNING + n * dt.timedelta(seconds=1))
    assert len(server.got) == 18
    assert Delivery.objects.filter(bot=made, state="waiting").count() == 12
    server.limit = 40
    deliver.deliver(MORNING + 2 * MINUTE)
    later = MORNING + 2 * MINUTE
    while Delivery.objects.filter(state="waiting").exists():
        later += dt.timedelta(seconds=1)
        deliver.deliver(later)
    assert len(server.got) == 30


def test_two_workers_do_not_send_one_digest_twice(cast: Cast, server: Maker) -> None:
    bot(cast, server)
    tell(cast)
    deliver.make_digest(Bot.objects.get().pk, MORNING)
    first, second = Delivery.objects.get(), Delivery.objects.get()
    assert deliver.claim(first, MORNING)
    assert not deliver.claim(second, MORNING)


def test_a_worker_that_died_is_made_good_after_the_lease(
    cast: Cast, server: Maker
) -> None:
    bot(cast, server)
    tell(cast)
    deliver.make_digest(Bot.objects.get().pk, MORNING)
    assert deliver.claim(Delivery.objects.get(), MORNING)
    assert deliver.deliver(MORNING + MINUTE).sent == 0
    assert deliver.deliver(MORNING + deliver.LEASE).sent == 1


def test_what_waits_for_a_bot_that_is_switched_off_is_dropped(
    cast: Cast, server: Maker
) -> None:
    made = bot(cast, server)
    tell(cast)
    deliver.make_digest(made.pk, MORNING)
    tell(cast)
    groups.switch(BOSS, made, on=False, now=MORNING)
    tell(cast)
    assert deliver.deliver(MORNING).given_up == 1
    assert Delivery.objects.get().reason == post.SWITCHED_OFF
    groups.switch(BOSS, made, on=True, now=MORNING)
    assert GroupNotice.objects.filter(delivery=None).count() == 0
    assert server.asked == []


def test_an_exercise_speaks_to_its_roster_only(cast: Cast, server: Maker) -> None:
    root = add_unit(None, UnitKind.BUREAU, "B", "示例市教体局（演练）", exercise=True)
    cast.units["drill"] = add_unit(root, UnitKind.SCHOOL, "A", "示例A中学（演练）")
    real = bot(cast, server)
    GroupNotice.objects.create(
        bot=real, kind="incident_open", unit=cast.units["drill"], link="/inbox/",
        params={"count": 1}, red=True, at=MORNING,
    )  # fmt: skip
    assert deliver.deliver(MORNING).refused == 1
    assert Delivery.objects.get().reason == post.EXERCISE
    bot(cast, server, at="drill")
    tell(cast, "incident_open", at="drill")
    assert deliver.deliver(MORNING).sent == 1
    assert said(server)[0].startswith("（演练）闭环")


def test_no_pupils_name_leaves(cast: Cast, server: Maker) -> None:
    """Even where a clerk wrote a pupil's name into the name of the class."""
    pupil = cast.people["pupil_a1_1"].name
    Unit.objects.filter(pk=cast.units["class_a1"].pk).update(name=pupil)
    bot(cast, server, BotKind.FEISHU)
    inbox.tell(
        "alarm_class",
        [],
        unit=cast.units["school_a"],
        klass=Unit.objects.get(pk=cast.units["class_a1"].pk),
        group=cast.units["school_a"],
        count=3,
        now=MORNING,
    )
    assert deliver.deliver(MORNING).sent == 1
    left = str(server.got)
    assert "示例A中学班级到了预警线，3人" in left
    assert not [p for p in Person.objects.all() if p.name in left]


def test_secrets_are_not_kept_in_clear_and_go_with_the_bot(
    cast: Cast, server: Maker
) -> None:
    made = bot(cast, server, BotKind.FEISHU)
    with connection.cursor() as cursor:
        cursor.execute("select url, secret from notices_bot")
        ((url, secret),) = cursor.fetchall()
    assert made.url.encode() not in bytes(url)
    assert made.secret.encode() not in bytes(secret)
    groups.remove(BOSS, made, MORNING)
    made.refresh_from_db()
    assert (made.url, made.secret, made.on) == ("", "", False)
    assert not groups.bots().exists()


def test_the_trail_knows_what_was_done_to_bots(cast: Cast, server: Maker) -> None:
    made = bot(cast, server)
    groups.try_out(BOSS, made, MORNING)
    groups.switch(BOSS, made, on=False, now=MORNING)
    groups.remove(BOSS, made, MORNING)
    lines = AuditLine.objects.filter(school=cast.units["school_a"])
    deeds = list(lines.order_by("number").values_list("deed", flat=True))
    assert deeds == ["bot.add", "bot.test", "bot.switch", "bot.remove"]
    assert not [line for line in lines if "http" in str(line.body)]


def test_a_test_goes_out_at_once_even_at_night(cast: Cast, server: Maker) -> None:
    night = MORNING.replace(hour=3)
    server.now_ms = int(night.timestamp() * 1000)
    groups.try_out(BOSS, bot(cast, server), night)
    assert deliver.deliver(night).sent == 1
    assert "这是一条测试" in said(server)[0]


def test_old_deliveries_are_forgotten(cast: Cast, server: Maker) -> None:
    bot(cast, server)
    tell(cast)
    deliver.deliver(MORNING)
    assert deliver.forget(MORNING + deliver.KEPT) == 0
    assert deliver.forget(MORNING + deliver.KEPT + MINUTE) == 2
    assert not GroupNotice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_hanging_maker_holds_up_no_writer(cast: Cast, server: Maker) -> None:
    """While a post hangs, another thread writes to the database at once."""
    Bot.objects.create(
        unit=cast.units["school_a"], kind="wecom", name="防控群", url=server.wecom()
    )
    tell(cast)
    server.failure = "hang"
    worker = threading.Thread(target=_round)
    worker.start()
    while not server.asked:
        assert worker.is_alive()
    tell(cast, now=MORNING + MINUTE)
    still = worker.is_alive()
    worker.join()
    assert still


def _round() -> None:
    deliver.deliver(MORNING)
    connection.close()
