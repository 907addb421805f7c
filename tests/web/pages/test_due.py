"""How a chip says the time that is left."""

import datetime as dt

import pytest

from bihuan.base.wording import speak
from bihuan.web.pages.due import done, due

NOW = dt.datetime(2026, 4, 8, 7, 42, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("left", "kind", "text"),
    [
        (dt.timedelta(minutes=138), "far", "10:00前"),
        (dt.timedelta(minutes=61), "far", "08:43前"),
        (dt.timedelta(minutes=60), "soon", "剩60分"),
        (dt.timedelta(minutes=18, seconds=59), "soon", "剩18分"),
        (dt.timedelta(0), "soon", "剩0分"),
        (dt.timedelta(seconds=-1), "late", "超1分"),
        (dt.timedelta(seconds=-61), "late", "超1分"),
        (dt.timedelta(minutes=-60), "late", "超60分"),
        (dt.timedelta(minutes=-120), "late", "超2小时"),
        (dt.timedelta(minutes=-1439), "late", "超23小时59分"),
        (dt.timedelta(minutes=-1457), "late", "超1天"),
        (dt.timedelta(minutes=-1520), "late", "超1天1小时"),
        (dt.timedelta(days=1), "far", "4月9日07:42前"),
    ],
)
def test_a_limit_is_far_soon_or_late(left: dt.timedelta, kind: str, text: str) -> None:
    with speak("zh-Hans"):
        chip = due(NOW + left, NOW)
    assert (chip.kind, chip.text) == (kind, text)


def test_a_missed_target_is_amber_until_the_limit() -> None:
    minute = dt.timedelta(minutes=1)
    with speak("zh-Hans"):
        chip = due(NOW + 13 * minute, NOW, target=NOW - 2 * minute)
        over = due(NOW - minute, NOW, target=NOW - 2 * minute)
    assert (chip.kind, chip.text) == ("soon", "超目标2分")
    assert over.kind == "late"


def test_what_is_done_says_so() -> None:
    assert done("07:45").kind == "done"
