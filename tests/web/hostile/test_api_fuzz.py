"""Whatever is sent to the API, it answers as its own description says, and never breaks."""

import logging
from collections.abc import Iterator
from typing import Any, Final

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from access_world import world
from bihuan.rules.access import Deed
from bihuan.web.api.tokens import AS
from bihuan.web.flows.accounts import make_token
from bihuan.web.org import clock
from bihuan.web.org.models import AuditLine
from bihuan.web.org.scope import Actor
from bihuan.web.wsgi import application
from site_world import MORNING

pytestmark = pytest.mark.django_db
ADDRESS: Final = "/api/v1/openapi.json"
FEW: Final = ("units", "gates", "schools", "slips", "checks", "alarms")
"""What the quick run tries; ledgers are all of one make."""


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A token for every deed, at the school whose rows there are."""
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    cast = world().cast
    secret = make_token(
        Actor(None, None), "fuzz", cast.units["school_a"], deeds=list[Deed](AS),
        days=1, now=MORNING,
    )  # fmt: skip
    logging.disable(logging.CRITICAL)
    # as Django's own client does, so that the test's transaction outlives a request
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield {"Authorization": f"Bearer {secret}"}
    logging.disable(logging.NOTSET)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def attack(token: dict[str, str], words: tuple[str, ...], examples: int) -> set[str]:
    """Try operations with made-up cases, right ones and wrong ones; which were tried.

    Every answer is held against the description: its status, its type, its shape; what
    the description forbids has to be refused, and without a token all of it. What it allows
    the rules may still refuse: a class that is no class, a fever of a healthy one.
    """
    schema = schemathesis.openapi.from_wsgi(ADDRESS, application)
    tried = set()
    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]  # a schema of ours has no error
        if not any(word in operation.path for word in words):
            continue

        @given(case=operation.as_strategy())
        @settings(
            max_examples=examples, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck), database=None,
        )  # fmt: skip
        def holds(case: Any) -> None:
            answer = case.call_and_validate(
                headers=token, excluded_checks=[positive_data_acceptance]
            )
            assert answer.status_code not in {401, 500}

        holds()
        tried.add(operation.label)
    return tried


def test_it_answers_as_described(token: dict[str, str]) -> None:
    assert len(attack(token, FEW, 4)) >= 12


@pytest.mark.slow
def test_it_answers_as_described_whatever_comes(token: dict[str, str]) -> None:
    everything = attack(token, ("",), 40)
    described = Client().get(ADDRESS).json()["paths"]
    assert len(everything) == sum(map(len, described.values()))
    assert AuditLine.objects.filter(via="api").exists(), "nothing was ever taken"
