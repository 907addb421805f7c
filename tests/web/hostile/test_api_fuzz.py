"""Whatever is sent to the API, it answers as its own description says, and never breaks."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis.core import NotSet

from bihuan.rules.access import Deed
from bihuan.web.api.tokens import AS
from bihuan.web.flows.accounts import make_token
from bihuan.web.org import clock
from bihuan.web.org.scope import Actor
from site_world import build

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def token() -> dict[str, str]:
    """A token for every deed, at the school whose rows there are."""
    cast = build()
    secret = make_token(
        Actor(None, None), "fuzz", cast.units["school_a"], deeds=list[Deed](AS),
        days=1, now=clock.now(),
    )  # fmt: skip
    return {"Authorization": f"Bearer {secret}"}


def test_it_never_breaks(token: dict[str, str]) -> None:
    told = Client().get("/api/v1/openapi.json", headers=token).json()
    schema = schemathesis.openapi.from_dict(told)
    tried = set()
    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]  # a schema of ours has no error

        @given(case=operation.as_strategy())
        @settings(
            max_examples=25, deadline=None, suppress_health_check=list(HealthCheck)
        )
        def holds(case: Any) -> None:
            answer = send(case, token)
            assert answer.status_code < 500, answer.content[:300]
            assert answer.status_code != 401

        holds()
        tried.add(operation.label)
    assert len(tried) >= 6


def send(case: Any, token: dict[str, str]) -> Any:
    """A made-up case through Django's own client, which keeps the test's transaction."""
    body = "" if isinstance(case.body, NotSet) else json.dumps(case.body, default=str)
    return Client(raise_request_exception=False).generic(
        case.method,
        case.formatted_path,
        body,
        content_type="application/json",
        headers=token,
        QUERY_STRING=urlencode(case.query or {}, doseq=True),
    )
