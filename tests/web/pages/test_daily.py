"""The daily report from a class's check to the bureau's sum; what is missing is never zero."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client

from bihuan.rules.access import Role
from bihuan.rules.triage import Symptom
from bihuan.web.flows import daily as flow, morning
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.checks.entry import CheckEntry, ExceptionEntry
from bihuan.web.ledgers.checks.models import Kind, Slot
from bihuan.web.ledgers.daily.models import DailyReport
from bihuan.web.notices.models import Notice
from bihuan.web.org import clock
from bihuan.web.org.models import AuditLine
from bihuan.web.org.scope import Actor
from site_world import DAY, MORNING, Cast, build

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Cast:
    settings.SECOND_FACTOR = False
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    return build()


def who(cast: Cast, name: str, role: Role) -> Actor:
    return Actor(cast.accounts[name].pk, cast.people[name].pk, role)


def check(cast: Cast, klass: str, *ill: ExceptionEntry) -> None:
    entry = CheckEntry(
        entry=uuid.uuid4(), slot=Slot.MORNING, day=DAY, expected=6, exceptions=ill
    )
    actor = who(cast, "teacher", Role.CLASS_TEACHER)
    morning.submit_check(actor, cast.units[klass], entry, MORNING)


def sick(cast: Cast, name: str, *symptoms: Symptom) -> ExceptionEntry:
    return ExceptionEntry(
        person=cast.people[name].pk, kind=Kind.SICK, symptoms=frozenset(symptoms)
    )


def filled(cast: Cast, now: dt.datetime = MORNING, letter: str = "a") -> DailyReport:
    suffix = "" if letter == "a" else "_b"
    actor = who(cast, f"doctor{suffix}", Role.SCHOOL_DOCTOR)
    return flow.fill(actor, cast.units[f"school_{letter}"], DAY, now)


def signed(
    cast: Cast, row: DailyReport, now: dt.datetime = MORNING, **fields: Any
) -> Any:
    name = "principal" if row.unit == cast.units["school_a"] else "principal_b"
    return flow.sign(who(cast, name, Role.PRINCIPAL), row, now, **fields)


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return response.content.decode()


def test_a_class_that_has_not_reported_is_missing_and_not_zero(cast: Cast) -> None:
    school = cast.units["school_a"]
    told = flow.count(school, DAY)
    assert not set(told.figures) & {"expected", "present", "sick", "fever", "staff"}
    assert [unit.name for unit in told.missing] == ["高三(1)班", "高三(2)班"]
    check(cast, "class_a1")
    told = flow.count(school, DAY)
    assert (told.figures["expected"], told.figures["sick"]) == (6, 0)
    assert [unit.name for unit in told.missing] == ["高三(2)班"]
    assert not told.zero


def test_everybody_is_counted_once(cast: Cast) -> None:
    check(cast, "class_a1", sick(cast, "pupil_a1_1", Symptom.FEVER, Symptom.COUGH))
    check(cast, "class_a1", sick(cast, "pupil_a1_1", Symptom.FEVER, Symptom.COUGH))
    check(cast, "class_a2", sick(cast, "pupil_a2_1", Symptom.VOMITING))
    figures = flow.count(cast.units["school_a"], DAY).figures
    assert (figures["expected"], figures["present"], figures["sick"]) == (12, 10, 2)
    assert (figures["fever"], figures["cough"], figures["gastro"]) == (1, 1, 1)
    assert figures["other"] == 0


def test_a_zero_report_is_a_statement(cast: Cast) -> None:
    check(cast, "class_a1")
    with pytest.raises(Refused):
        signed(cast, filled(cast), as_zero=True)
    check(cast, "class_a2")
    row = signed(cast, filled(cast))
    assert (row.state, row.zero) == ("signed", False)
    row = signed(cast, filled(cast), as_zero=True)
    assert row.zero
    assert DailyReport.objects.exclude(state="replaced").get() == row


def test_who_fills_does_not_sign(cast: Cast) -> None:
    row = filled(cast)
    with pytest.raises(Refused):
        flow.sign(who(cast, "doctor", Role.SCHOOL_DOCTOR), row, MORNING)
    signed(cast, row)
    signed(cast, row)
    assert AuditLine.objects.filter(deed="daily.sign").count() == 1


def test_late_is_told_and_a_refill_replaces(cast: Cast) -> None:
    first = filled(cast)
    assert first.due == MORNING.replace(hour=10, minute=0)
    assert not first.late
    second = filled(cast, MORNING + 4 * HOUR)
    first.refresh_from_db()
    assert (first.state, second.replaces, second.late) == ("replaced", first, True)
    with pytest.raises(Refused):
        signed(cast, first)
    with pytest.raises(Refused):
        flow.fill(
            who(cast, "doctor", Role.SCHOOL_DOCTOR),
            cast.units["school_a"],
            DAY + dt.timedelta(days=1),
            MORNING,
        )


def test_the_bureaus_sum_names_who_is_not_in_it(cast: Cast) -> None:
    check(cast, "class_a1", sick(cast, "pupil_a1_1", Symptom.FEVER))
    check(cast, "class_a2")
    signed(cast, filled(cast))
    filled(cast, letter="b")
    told = flow.sum_up(flow.schools(cast.units["bureau"]), DAY)
    assert (told.reported, told.asked) == (1, 2)
    assert [unit.name for unit in told.missing] == ["示例B中学"]
    assert (told.figures["expected"], told.figures["fever"]) == (12, 1)
    row = flow.sign_sum(
        who(cast, "bureau", Role.BUREAU_OFFICE), cast.units["bureau"], DAY, MORNING
    )
    assert row.missing == [cast.units["school_b"].pk]
    assert row.due == MORNING.replace(hour=11, minute=0)
    assert not row.zero


def test_sums_do_not_depend_on_the_order(cast: Cast) -> None:
    check(cast, "class_a1", sick(cast, "pupil_a1_1", Symptom.FEVER))
    check(cast, "class_a2")
    signed(cast, filled(cast))
    signed(cast, filled(cast, letter="b"))
    schools = flow.schools(cast.units["bureau"])
    one, two = flow.sum_up(schools, DAY), flow.sum_up(reversed(schools), DAY)
    assert (one.figures, set(one.missing)) == (two.figures, set(two.missing))
    assert [unit.name for unit in one.partial] == ["示例B中学"]


def test_from_the_doctor_to_the_principal_to_the_bureau(cast: Cast) -> None:
    check(cast, "class_a1")
    check(cast, "class_a2")
    path = f"/daily/{cast.units['school_a'].pk}/"
    doctor, principal = cast.client("doctor"), cast.client("principal")
    assert doctor.get("/daily/").url.startswith(path)  # type: ignore[attr-defined]
    assert "2个班都报了" in page(doctor, path)
    assert "填日报" in page(doctor, "/")
    assert doctor.post(path, {"do": "fill", "short": "12"}).status_code == 302
    assert "签日报" in page(principal, "/")
    row = DailyReport.objects.get()
    assert row.figures["short"] == 12
    assert Notice.objects.get(kind="report_sign").account == cast.accounts["principal"]
    assert principal.post(path, {"do": "sign", "row": row.pk}).status_code == 302
    assert "日报已签" in page(principal, path)
    text = page(cast.client("bureau"), "/daily/")
    assert "1所学校没有签日报" in text
    assert "不含示例B中学" in text
    assert "合计（1所）" in text
    for by in ("town", "centre", "nonsense"):
        assert "合计（1所）" in page(cast.client("bureau"), f"/daily/?by={by}")
    pk = cast.units["bureau"].pk
    assert cast.client("bureau").post(f"/daily/{pk}/urge/").status_code == 302
    assert Notice.objects.filter(kind="report_due").count() == 2
    assert cast.client("bureau").post(f"/daily/{pk}/sum/").status_code == 302
    assert DailyReport.objects.get(unit=cast.units["bureau"]).state == "signed"
    assert "签了合计（1所）" in page(cast.client("bureau"), "/daily/")


def test_who_may_not_is_kept_out(cast: Cast) -> None:
    path = f"/daily/{cast.units['school_a'].pk}/"
    page(cast.client("teacher"), path, 403)
    page(cast.client("doctor_b"), path, 404)
    assert cast.client("party").post(path, {"do": "fill"}).status_code == 404
    filled(cast)
    body = {"do": "sign", "row": DailyReport.objects.get().pk}
    assert cast.client("doctor").post(path, body).status_code == 404
    assert DailyReport.objects.get().state == "filled"


@pytest.mark.parametrize("came", ["x", "-1", "1.5", "123456", "١٢"])
def test_a_figure_that_is_none_is_refused(cast: Cast, came: str) -> None:
    path = f"/daily/{cast.units['school_a'].pk}/"
    told = cast.client("doctor").post(path, {"do": "fill", "short": came})
    assert "不是0到" in told.content.decode()
    assert not DailyReport.objects.exists()


def test_a_note_is_shown_as_text(cast: Cast) -> None:
    path = f"/daily/{cast.units['school_a'].pk}/"
    cast.client("doctor").post(path, {"do": "fill", "note": "<script>1</script>"})
    assert "<script>1" not in page(cast.client("principal"), path)
