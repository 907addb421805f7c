"""The worker's jobs and the processes of a running site."""

import datetime as dt
import json
import socket
from pathlib import Path

import pytest

from bihuan.web import worker
from bihuan.web.running import Address, PortTaken, claim
from bihuan.web.worker import Job, beat
from site_world import MORNING

SECOND = dt.timedelta(seconds=1)


def test_a_job_comes_round_by_its_time() -> None:
    job = Job("x", lambda _now: None, 15 * SECOND)
    assert job.due(MORNING)
    job.run(MORNING)
    assert not job.due(MORNING + 14 * SECOND)
    assert job.due(MORNING + 15 * SECOND)
    assert job.due(MORNING - 15 * SECOND), "a clock that was set back"


def test_a_job_of_the_night_is_done_once_a_day() -> None:
    job = Job("x", lambda _now: None, hour=3)
    night = MORNING.replace(hour=2, minute=59)
    assert not job.due(night)
    assert job.due(night + dt.timedelta(minutes=1))
    job.run(night + dt.timedelta(minutes=1))
    assert not job.due(MORNING)
    assert job.due(MORNING + dt.timedelta(days=1))


def test_a_job_that_fails_is_told_and_tried_again(tmp_path: Path) -> None:
    def fail(_now: dt.datetime) -> None:
        raise OSError

    job = Job("x", fail, 15 * SECOND)
    job.run(MORNING)
    assert job.failures == 1
    assert job.due(MORNING + 15 * SECOND)
    beat(tmp_path / "worker.json", [job], MORNING)
    told = json.loads((tmp_path / "worker.json").read_text())
    assert told["jobs"]["x"] == {"last": MORNING.isoformat(), "failures": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["worker.json"]


@pytest.mark.django_db
def test_every_job_of_the_site_can_be_done() -> None:
    for job in worker.jobs():
        job.run(MORNING)
        assert job.failures == 0, job.name


def test_a_port_in_use_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PortTaken):
            claim(Address("127.0.0.1", taken.getsockname()[1]))


def test_an_address_says_where_to_look() -> None:
    assert str(Address("0.0.0.0", 8000)) == "http://127.0.0.1:8000/"  # noqa: S104
    assert str(Address("10.1.2.3", 80)) == "http://10.1.2.3:80/"
