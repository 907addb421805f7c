"""Messages over real sockets to servers that speak the three makers' protocols."""

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise

import httpx
import pytest
from hypothesis import given, strategies as st

from bihuan.web.notices import bots, post
from bihuan.web.notices.bots import Answer, BotKind, Link, Message, Verdict
from bihuan.web.notices.kinds import CHINA, KINDS, Facts, Line, Name
from bihuan.web.notices.post import Hook, State, Track
from bihuan.web.org.models import UnitKind
from makers import KEY, SECRET, Maker, maker

NOW = dt.datetime(2026, 3, 9, 7, 20, tzinfo=CHINA)
LINK = Link("https://bihuan.example.cn", "/inbox/")
LINE = Line(
    KINDS["incident_open"], Facts(unit=Name(UnitKind.SCHOOL, "示例A中学"), count=1)
)
MESSAGE = Message(lines=(LINE,), link=LINK)
DRILLED = Message(lines=(LINE,), link=LINK, exercise=True)
KINDS_OF_BOT = tuple(BotKind)


@pytest.fixture
def server() -> Iterator[Maker]:
    with maker() as knows:
        knows.now_ms = int(NOW.timestamp() * 1000)
        yield knows


@pytest.fixture
def outbound(monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    monkeypatch.setattr(post, "READ", 0.3)
    with post.client() as client:
        yield client


def hook(server: Maker, kind: BotKind, *, exercise: bool = False) -> Hook:
    url = str(getattr(server, kind.value)())
    secret = "" if kind is BotKind.WECOM else SECRET
    return Hook(kind=kind, url=url, secret=secret, exercise=exercise)


def send(
    outbound: httpx.Client,
    server: Maker,
    to: Hook,
    message: Message = MESSAGE,
    now: dt.datetime = NOW,
) -> Answer:
    origins = post.hosts([server.base])
    return post.send(outbound, to, message, now=now, origins=origins)


@pytest.mark.parametrize("kind", KINDS_OF_BOT)
def test_each_maker_takes_it(
    server: Maker, outbound: httpx.Client, kind: BotKind
) -> None:
    assert send(outbound, server, hook(server, kind)).verdict is Verdict.ACCEPTED
    (said,) = server.got
    assert "示例A中学有1起异常情况在处置" in str(said)


@pytest.mark.parametrize("kind", [BotKind.DINGTALK, BotKind.FEISHU])
def test_a_wrong_secret_is_refused(
    server: Maker, outbound: httpx.Client, kind: BotKind
) -> None:
    wrong = Hook(kind=kind, url=hook(server, kind).url, secret="other")  # noqa: S106  # that is the mistake
    answer = send(outbound, server, wrong)
    assert (answer.verdict, answer.reason) == (Verdict.REFUSED, bots.SIGNATURE)


@pytest.mark.parametrize("kind", [BotKind.DINGTALK, BotKind.FEISHU])
def test_a_clock_two_hours_off_is_refused(
    server: Maker, outbound: httpx.Client, kind: BotKind
) -> None:
    late = NOW + dt.timedelta(hours=2)
    answer = send(outbound, server, hook(server, kind), now=late)
    assert answer.reason == bots.SIGNATURE


@pytest.mark.parametrize("kind", KINDS_OF_BOT)
def test_a_deleted_bot_is_refused(
    server: Maker, outbound: httpx.Client, kind: BotKind
) -> None:
    to = hook(server, kind)
    gone = Hook(kind=kind, url=to.url.replace(KEY, "gone"), secret=to.secret)
    answer = send(outbound, server, gone)
    assert (answer.verdict, answer.reason) == (Verdict.REFUSED, bots.ADDRESS)


@pytest.mark.parametrize("kind", KINDS_OF_BOT)
def test_too_often_is_told_from_refused(
    server: Maker, outbound: httpx.Client, kind: BotKind
) -> None:
    server.limit = 1
    to = hook(server, kind)
    verdicts = [send(outbound, server, to).verdict for _ in range(2)]
    assert verdicts == [Verdict.ACCEPTED, Verdict.LIMITED]


@pytest.mark.parametrize("kind", KINDS_OF_BOT)
@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        ("500", (Verdict.AGAIN, bots.BUSY)),
        ("503", (Verdict.AGAIN, bots.BUSY)),
        ("429", (Verdict.LIMITED, bots.TOO_OFTEN)),
        ("404", (Verdict.REFUSED, bots.ADDRESS)),
        ("302", (Verdict.REFUSED, bots.ADDRESS)),
        ("hang", (Verdict.AGAIN, post.NO_ANSWER)),
        ("reset", (Verdict.AGAIN, post.NO_WAY)),
        ("torn", (Verdict.AGAIN, bots.TORN)),
        ("empty", (Verdict.AGAIN, bots.TORN)),
        ("list", (Verdict.AGAIN, bots.TORN)),
        ("drip", (Verdict.AGAIN, bots.TORN)),
    ],
)
def test_what_networks_do_becomes_an_answer(
    server: Maker,
    outbound: httpx.Client,
    kind: BotKind,
    failure: str,
    expected: tuple[Verdict, str],
) -> None:
    server.failure = failure
    answer = send(outbound, server, hook(server, kind))
    assert (answer.verdict, answer.reason) == expected
    assert len(server.asked) == 1


def test_a_machine_that_is_not_there(outbound: httpx.Client) -> None:
    to = Hook(kind=BotKind.WECOM, url="http://127.0.0.1:9/send?key=1")
    origins = frozenset({"http://127.0.0.1:9"})
    answer = post.send(outbound, to, MESSAGE, now=NOW, origins=origins)
    assert (answer.verdict, answer.reason) == (Verdict.AGAIN, post.NO_WAY)


def test_an_address_elsewhere_is_never_asked(
    server: Maker, outbound: httpx.Client
) -> None:
    to = hook(server, BotKind.WECOM)
    answer = post.send(outbound, to, MESSAGE, now=NOW, origins=post.hosts())
    assert (answer.verdict, answer.reason) == (Verdict.REFUSED, post.FOREIGN)
    assert server.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1",
        "https://qyapi.weixin.qq.com.evil.cn/",
        "https://qyapi.weixin.qq.com@evil.cn/",
        "https://qyapi.weixin.qq.com:8443/",
        "https://qyapi.weixin.qq.com\\@evil.cn/",
        "https://qyapi.weixin.qq.com#@evil.cn/\n",
        "https://evil.cn/?https://qyapi.weixin.qq.com",
        "//qyapi.weixin.qq.com/",
        "file:///etc/passwd",
        "http://169.254.169.254/latest/",
        "https://[::1",
        "https://qyapi.weixin.qq.com:x/",
        "",
    ],
)
def test_only_the_makers_addresses_are_allowed(url: str) -> None:
    assert not post.allowed(url, post.hosts())


def test_the_makers_and_a_closed_networks_own_gateway_are_allowed() -> None:
    origins = post.hosts(["http://10.1.2.3:8080/"])
    assert post.allowed("https://oapi.dingtalk.com/robot/send?access_token=1", origins)
    assert post.allowed("http://10.1.2.3:8080/hook", origins)


@pytest.mark.parametrize("kind", KINDS_OF_BOT)
def test_a_drill_reaches_its_roster_only(
    server: Maker, outbound: httpx.Client, kind: BotKind
) -> None:
    answer = send(outbound, server, hook(server, kind), DRILLED)
    assert (answer.verdict, answer.reason) == (Verdict.REFUSED, post.EXERCISE)
    assert server.asked == []
    roster = hook(server, kind, exercise=True)
    assert send(outbound, server, roster, DRILLED).verdict is Verdict.ACCEPTED
    assert "（演练）" in str(server.got[0])
    assert send(outbound, server, roster, MESSAGE).reason == post.LIVE


def follow(*answers: Answer, kind: BotKind = BotKind.WECOM) -> list[Track]:
    track, now, seen = Track(next_at=NOW), NOW, []
    for answer in answers:
        track = post.after(track, answer, kind=kind, now=now, key=7)
        seen.append(track)
        now = track.next_at
    return seen


def test_accepted_is_sent_and_refused_is_not_tried_again() -> None:
    (sent,) = follow(Answer(Verdict.ACCEPTED))
    assert (sent.state, sent.tries, sent.reason) == (State.SENT, 1, "")
    (refused,) = follow(Answer(Verdict.REFUSED, bots.ADDRESS, "93000"))
    assert (refused.state, refused.reason) == (State.REFUSED, bots.ADDRESS)


def test_it_backs_off_and_gives_up() -> None:
    seen = follow(*[Answer(Verdict.AGAIN, bots.BUSY, "-1")] * 6)
    assert [track.state for track in seen] == [State.WAITING] * 5 + [State.GIVEN_UP]
    times = [NOW, *(track.next_at for track in seen[:5])]
    waits = [b - a for a, b in pairwise(times)]
    for wait, minutes in zip(waits, post.BACK_OFF, strict=True):
        assert dt.timedelta(0) <= wait - dt.timedelta(minutes=minutes)
        assert wait - dt.timedelta(minutes=minutes) < dt.timedelta(seconds=30)
    assert seen[-1].reason == bots.BUSY


def test_dingtalks_block_is_sat_out() -> None:
    (track,) = follow(Answer(Verdict.LIMITED, bots.TOO_OFTEN), kind=BotKind.DINGTALK)
    assert track.next_at - NOW >= dt.timedelta(minutes=10)


def test_many_do_not_come_back_in_one_second() -> None:
    answer = Answer(Verdict.AGAIN, bots.BUSY)
    back = {
        post.after(
            Track(next_at=NOW), answer, kind=BotKind.WECOM, now=NOW, key=key
        ).next_at
        for key in range(50)
    }
    assert len(back) > 15


def test_an_old_reminder_is_given_up() -> None:
    track = Track(next_at=NOW)
    assert not post.too_old(track, NOW, NOW + post.STALE)
    assert post.too_old(track, NOW, NOW + post.STALE + dt.timedelta(seconds=1))


@given(
    st.sampled_from(BotKind),
    st.lists(st.floats(0, 40), min_size=1, max_size=150),
)
def test_no_minute_holds_more_than_the_bot_is_allowed(
    kind: BotKind, pauses: list[float]
) -> None:
    """Whoever asks `room` and waits is never over the limit, however he asks."""
    now, sent = NOW, list[dt.datetime]()
    for pause in pauses:
        now += dt.timedelta(seconds=pause)
        now += post.room(kind, sent, now)
        assert post.room(kind, sent, now) == dt.timedelta(0)
        sent.append(now)
    for start in sent:
        minute = [at for at in sent if start <= at < start + dt.timedelta(minutes=1)]
        second = [at for at in sent if start <= at < start + dt.timedelta(seconds=1)]
        assert len(minute) <= 18
        assert len(second) <= 5


def test_a_free_bot_speaks_at_once() -> None:
    long_ago = [NOW - dt.timedelta(seconds=61)] * 40
    assert post.room(BotKind.FEISHU, long_ago, NOW) == dt.timedelta(0)
