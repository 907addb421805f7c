"""Many notices become one message, not at night, red ones at once."""

import datetime as dt

import pytest
from hypothesis import given, strategies as st

from bihuan.web.notices import digest
from bihuan.web.notices.bots import Link, Mobile
from bihuan.web.notices.digest import Item
from bihuan.web.notices.kinds import (
    CHINA,
    KINDS,
    Facts,
    Kind,
    Line,
    Name,
    Roll,
    declare,
)
from bihuan.web.org.models import UnitKind

NOON = dt.datetime(2026, 3, 9, 12, 11, tzinfo=CHINA)
SITE = "https://bihuan.example.cn"
INBOX = Link(SITE, "/inbox/")
SUMMED = declare("digest_sum", "加总", "{unit}有{count}件", roll=Roll.SUM)
CALM = KINDS["return_sign"]
RED = KINDS["incident_open"]


def item(
    kind: Kind = CALM,
    school: str = "示例A中学",
    count: int = 1,
    *,
    at: dt.datetime = NOON,
    path: str = "/inbox/",
    mobile: str = "",
) -> Item:
    facts = Facts(unit=Name(UnitKind.SCHOOL, school), count=count)
    mobiles = (Mobile(mobile),) if mobile else ()
    return Item(line=Line(kind, facts), at=at, link=Link(SITE, path), mobiles=mobiles)


def minutes(n: float) -> dt.timedelta:
    return dt.timedelta(minutes=n)


def test_the_first_goes_out_and_the_next_waits_five_minutes() -> None:
    items = [item()]
    assert digest.due(items, None, NOON) == tuple(items)
    assert digest.due(items, NOON - minutes(4.9), NOON) == ()
    assert digest.due(items, NOON - minutes(5), NOON) == tuple(items)


def test_red_goes_out_at_once_and_takes_along_what_waits() -> None:
    items = [item(), item(RED)]
    assert digest.due(items, NOON - minutes(1), NOON) == tuple(items)


@pytest.mark.parametrize(
    ("hour", "minute", "night"),
    [(21, 59, False), (22, 0, True), (3, 0, True), (5, 59, True), (6, 0, False)],
)
def test_nights_are_quiet_except_for_red(
    hour: int, minute: int, *, night: bool
) -> None:
    now = NOON.replace(hour=hour, minute=minute)
    assert digest.quiet(now) == night
    assert digest.quiet(now.astimezone(dt.UTC)) == night
    assert digest.due([item(RED)], None, now) != ()
    if night:
        assert digest.due([item()], None, now) == ()


@pytest.mark.parametrize("minute", [0, 30])
def test_the_crowded_minutes_are_left_to_others(minute: int) -> None:
    now = NOON.replace(minute=minute)
    assert digest.due([item()], None, now) == ()
    assert digest.due([item()], None, now + minutes(1)) != ()


def test_nothing_to_tell_is_not_told() -> None:
    assert digest.due([], None, NOON) == ()


def test_a_thing_is_told_once_in_its_newest_state() -> None:
    older, newer = item(count=5), item(count=2, at=NOON + minutes(3))
    message = digest.roll_up([newer, older], inbox=INBOX)
    assert [line.facts.count for line in message.lines] == [2]


def test_what_adds_up_is_added_up() -> None:
    message = digest.roll_up([item(SUMMED, count=n) for n in (1, 2, 4)], inbox=INBOX)
    assert [line.facts.count for line in message.lines] == [7]


def test_red_comes_first_and_then_the_oldest() -> None:
    items = [
        item(school="示例B中学", at=NOON + minutes(1)),
        item(school="示例A中学"),
        item(RED, at=NOON + minutes(2)),
    ]
    said = [line.say() for line in digest.roll_up(items, inbox=INBOX).lines]
    assert said == [
        "示例A中学有1起异常情况在处置",
        "示例A中学有1份复课证明等您核对",
        "示例B中学有1份复课证明等您核对",
    ]


def test_the_link_leads_to_the_one_page_or_to_the_inbox() -> None:
    one = [item(path="/board/"), item(RED, path="/board/")]
    assert str(digest.roll_up(one, inbox=INBOX).link) == SITE + "/board/"
    two = [item(path="/board/"), item(RED, path="/incidents/3/")]
    assert digest.roll_up(two, inbox=INBOX).link == INBOX


def test_everybody_is_called_once() -> None:
    items = [item(mobile=f"1380000000{n}", count=n) for n in (1, 2, 1)]
    called = digest.roll_up(items, inbox=INBOX).at_mobiles
    assert sorted(mobile.digits for mobile in called) == ["13800000001", "13800000002"]


told = st.lists(
    st.builds(
        item,
        st.sampled_from([CALM, RED, SUMMED]),
        st.sampled_from(["一高", "二高", "三高"]),
        st.integers(0, 9),
        at=st.integers(0, 300).map(lambda n: NOON + minutes(n)),
    ),
    min_size=1,
    max_size=40,
)


@given(told)
def test_nothing_is_lost_and_nothing_is_told_twice(items: list[Item]) -> None:
    message = digest.roll_up(items, inbox=INBOX)
    things = [(line.kind.key, line.facts.unit) for line in message.lines]
    assert len(things) == len(set(things))
    assert set(things) == {(i.line.kind.key, i.line.facts.unit) for i in items}
    sums = sum(i.line.facts.count or 0 for i in items if i.line.kind == SUMMED)
    assert sums == sum(
        line.facts.count or 0 for line in message.lines if line.kind == SUMMED
    )
    reds = [line.kind.red for line in message.lines]
    assert reds == sorted(reds, reverse=True)
