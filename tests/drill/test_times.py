"""Times as clerks write them."""

import datetime as dt

import pytest
from hypothesis import given, settings, strategies as st

from bihuan.base.units import Minutes
from bihuan.drill import times
from bihuan.plan.load.cells import BadCell, Raw

START = dt.datetime(2020, 3, 28, 22, 0)  # noqa: DTZ001  # a school's own clock


@pytest.mark.parametrize(
    ("raw", "minutes"),
    [
        ("T+00:10", 10.0),
        ("T+1:30", 90.0),
        ("Ｔ＋００：１０", 10.0),
        ("t+00:00:30", 0.5),
        ("+02:00", 120.0),
        ("T+12.5分", 12.5),
        ("开始后15分钟", 15.0),
        ("20分钟", 20.0),
        ("22点10分", 10.0),
        ("22：10", 10.0),
        ("晚上10点30分", 30.0),
        ("22:10-22:20", 10.0),
        ("90", 90.0),
        ("00:30", 150.0),
        ("次日 00:30", 150.0),
        ("2020.3.28 22点10分", 10.0),
        ("2020-03-29T00:10", 130.0),
        ("2020年3月29日 0点10分", 130.0),
        (dt.time(22, 10), 10.0),
        (dt.datetime(2020, 3, 29, 0, 10), 130.0),  # noqa: DTZ001
        (dt.timedelta(minutes=25), 25.0),
        (15, 15.0),
        (0.9375, 30.0),
    ],
)
def test_moment_of(raw: Raw, minutes: float) -> None:
    assert times.moment(raw, "时间").after(START) == minutes


@pytest.mark.parametrize(
    "raw", ["稍后", "T+00:70", "25:00", "T-00:10", "2020.13.1 7:00", True, -5, 1e9, ()]
)
def test_no_moment_of(raw: Raw) -> None:
    with pytest.raises(BadCell) as bad:
        times.moment(raw, "时间")
    assert bad.value.kind is times.BAD_MOMENT


@pytest.mark.parametrize(
    ("raw", "minutes"),
    [
        (10, 10.0),
        ("10", 10.0),
        ("10分钟", 10.0),
        ("10分钟内", 10.0),
        ("≤10 分", 10.0),
        ("１０分钟以内", 10.0),
        ("1小时30分", 90.0),
        ("1.5小时", 90.0),
        ("1小时半", 90.0),
        ("半小时", 30.0),
        ("2个半小时", 150.0),
        ("90秒", 1.5),
        ("00:05", 5.0),
        (dt.time(0, 5), 5.0),
        (dt.timedelta(hours=1), 60.0),
    ],
)
def test_span_of(raw: Raw, minutes: float) -> None:
    assert times.span(raw, "时限") == minutes


@pytest.mark.parametrize("raw", ["立即", "第一时间", "", "-5", "内", True, None])
def test_no_span_of(raw: Raw) -> None:
    with pytest.raises(BadCell) as bad:
        times.span(raw, "时限")
    assert bad.value.kind is times.BAD_SPAN


@pytest.mark.parametrize("raw", ["2020.3.28", "今天", "2020-03-28 25:00", 5])
def test_no_start_of(raw: Raw) -> None:
    with pytest.raises(BadCell) as bad:
        times.start(raw, "开始")
    assert bad.value.kind is times.BAD_START


def test_start_leaves_its_zone_out() -> None:
    assert times.start("2020-03-28T22:00+08:00", "") == START


@settings(deadline=None)
@given(st.floats(0, times.LONGEST, allow_nan=False).map(Minutes))
def test_shown_times_are_read_back_to_the_bit(minutes: Minutes) -> None:
    assert times.moment(times.show_moment(minutes), "").minutes == minutes
    assert times.span(times.show_span(minutes), "") == minutes
    assert times.span(str(times.show_span(minutes)), "") == minutes
