"""Dates that come next."""

from dataclasses import replace
from datetime import date

from bihuan.loop.ahead import ahead
from world import OPENS, QIZHONG, YIGAO, small_plan


def test_grades_come_back_on_their_staged_days_the_rest_on_the_first() -> None:
    days = dict(ahead(small_plan(), (YIGAO,)))
    assert list(days) == [OPENS, date(2020, 4, 13)]
    assert days[OPENS] == "高三返校"
    plain = replace(small_plan(), measures=())
    assert list(dict(ahead(plain, (QIZHONG,)))) == [OPENS]
