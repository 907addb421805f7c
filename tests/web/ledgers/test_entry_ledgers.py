"""The ledgers of survey, gate and daily report as the common pages show them."""

import datetime as dt
import uuid
from typing import Any

import pytest

from bihuan.rules.access import Role
from bihuan.web.flows import daily, gate, survey
from bihuan.web.ledgers.core.registry import ledgers
from bihuan.web.ledgers.gate.entry import Scan
from bihuan.web.org import clock
from bihuan.web.org.scope import Actor
from site_world import DAY, MORNING, Cast, build

pytestmark = pytest.mark.django_db
SLUGS = ("survey", "gate", "visits", "slips", "daily")
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Cast:
    settings.SECOND_FACTOR = False
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    made = build()
    school, pupil = made.units["school_a"], made.people["pupil_a1_1"]
    who = Actor(None, made.people["principal"].pk, Role.PRINCIPAL)
    of = survey.open_round(
        who, school, name="春季", since=DAY, returns_on=DAY, due=MORNING, now=MORNING
    )
    said = survey.Said(travelled=True, place="郑州")
    survey.answer(who, of, pupil, said, entry=uuid.uuid4(), now=MORNING)
    scan = Scan(entry=uuid.uuid4(), person=pupil.pk)
    gate.pass_gate(who, made.units["gate_a"], scan, MORNING)
    coming = gate.Visiting(
        host=made.people["principal"], name="示例来访人", reason="送教材",
        starts=MORNING, ends=MORNING + HOUR,
    )  # fmt: skip
    gate.visit(who, school, coming, MORNING)
    leave = gate.Leave(person=pupil, reason="sick", starts=MORNING, ends=MORNING + HOUR)
    gate.slip(who, leave, MORNING)
    daily.fill(Actor(None, made.people["doctor"].pk), school, DAY, MORNING)
    return made


@pytest.mark.parametrize("slug", SLUGS)
def test_a_principal_sees_the_list_and_takes_it_as_excel(cast: Cast, slug: str) -> None:
    client = cast.client("principal")
    shown = client.get(f"/ledgers/{slug}/")
    assert shown.status_code == 200
    row = ledgers()[slug].model.objects.filter(school=cast.units["school_a"]).get()  # type: ignore[attr-defined]  # a model's manager
    detail = client.get(f"/ledgers/{slug}/{row.pk}/")
    assert detail.status_code == 200


def test_the_bureau_sees_counts_of_the_survey_and_no_place(cast: Cast) -> None:
    text = cast.client("bureau").get("/ledgers/survey/").content.decode()
    assert "郑州" not in text
    assert "学生A101" not in text


def test_every_state_a_flow_writes_is_declared(cast: Cast) -> None:
    assert cast.people
    for slug in SLUGS:
        ledger = ledgers()[slug]
        for row in ledger.rows():
            assert ledger.state(row.state).label


@pytest.mark.parametrize("slug", SLUGS)
def test_indicators_tell_unknown_from_pass(cast: Cast, slug: str) -> None:
    ledger = ledgers()[slug]
    if ledger.indicator is None:
        return
    school = cast.units["school_a"]
    none = ledger.indicator(ledger.rows().none(), school, MORNING)
    assert (none.state, none.value) == ("unknown", None)
    told = ledger.indicator(ledger.rows(), school, MORNING)
    assert told.state in {"pass", "fail", "stale"}
