"""The one reader of the clock."""

from bihuan.cli import clock


def test_now_knows_its_offset_and_today_is_its_day() -> None:
    before = clock.now()
    assert before.tzinfo is not None
    assert before.date() <= clock.today() <= clock.now().date()
