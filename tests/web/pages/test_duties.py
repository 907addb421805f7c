"""Who answers for what, and the bureau's checklist."""

import datetime as dt
from typing import Any

import pytest

from bihuan.web.flows import checklist
from bihuan.web.flows.checklist import Wanted
from bihuan.web.org.models import ChecklistAnswer, ChecklistItem, Duty
from bihuan.web.org.scope import Actor
from site_world import DAY, MORNING, Cast, build

pytestmark = pytest.mark.django_db
NOBODY = Actor(None, None)


@pytest.fixture
def cast(settings: Any) -> Cast:
    settings.SECOND_FACTOR = False
    return build()


def duty(cast: Cast, code: str, person: str = "", deputy: str = "") -> Duty:
    return Duty.objects.create(
        school=cast.units["school_a"], code=code, name=f"责任{code}", in_place="d1",
        person=cast.people.get(person), deputy=cast.people.get(deputy), since=DAY,
    )  # fmt: skip


def test_gaps_and_overloads_are_told(cast: Cast) -> None:
    for code in "123":
        duty(cast, code, "doctor", "guard")
    duty(cast, "4")
    duty(cast, "5", "principal")
    page = cast.client("bureau").get("/duties/").content.decode()
    assert "1所学校有责任没人；1所还没有责任清单" in page
    there = cast.units["school_a"].pk
    page = cast.client("bureau").get(f"/duties/{there}/").content.decode()
    assert "1项责任没人，1项没有B角，1人一人多岗" in page


def test_who_left_answers_for_nothing(cast: Cast) -> None:
    row = duty(cast, "1", "doctor", "guard")
    assert row.person is not None
    row.person.left_on = DAY
    row.person.save()
    page = cast.client("principal").get(f"/duties/{row.school_id}/")
    assert "1项责任没人" in page.content.decode()


def test_another_schools_duties_do_not_exist(cast: Cast) -> None:
    there = cast.units["school_a"].pk
    assert cast.client("principal_b").get(f"/duties/{there}/").status_code == 404
    assert cast.client("principal").get("/duties/").status_code == 302


def test_unknown_is_not_met(cast: Cast) -> None:
    bureau, school = cast.units["bureau"], cast.units["school_a"]
    checklist.put_items(NOBODY, bureau, [Wanted("一"), Wanted("二")], MORNING)
    first, second = checklist.items_of(bureau)
    checklist.answer(NOBODY, school, {first.pk: (True, "看了")}, MORNING)
    (scored,) = checklist.score([first, second], [school])
    assert (scored.met, scored.unknown, scored.state) == (1, 1, "unknown")
    checklist.answer(NOBODY, school, {second.pk: (True, "")}, MORNING)
    assert checklist.score([first, second], [school])[0].state == "pass"
    checklist.answer(NOBODY, school, {second.pk: (False, "")}, MORNING)
    assert checklist.score([first, second], [school])[0].state == "fail"


def test_a_changed_item_begins_anew_without_its_answers(cast: Cast) -> None:
    bureau, school = cast.units["bureau"], cast.units["school_a"]
    checklist.put_items(NOBODY, bureau, [Wanted("一"), Wanted("二")], MORNING)
    items = list(checklist.items_of(bureau))
    checklist.answer(NOBODY, school, {i.pk: (True, "") for i in items}, MORNING)
    later = MORNING + dt.timedelta(days=1)
    changed = [Wanted("一"), Wanted("二，改过")]
    assert checklist.put_items(NOBODY, bureau, changed, later) == 2
    assert checklist.put_items(NOBODY, bureau, changed, later) == 0
    (scored,) = checklist.score(list(checklist.items_of(bureau)), [school])
    assert (scored.met, scored.unknown) == (1, 1)
    assert ChecklistItem.objects.filter(until=later.date()).count() == 1


def test_the_bureau_edits_and_answers_on_its_pages(cast: Cast) -> None:
    client, school = cast.client("bureau"), cast.units["school_a"]
    told = {"items": "预案齐全 | 查阅资料 | 通知\n\n物资到位"}
    assert client.post("/checklist/items/", told).status_code == 302
    first, second = ChecklistItem.objects.order_by("number")
    assert (first.how, first.document, second.how) == ("查阅资料", "通知", "")
    body = {
        f"met-{first.pk}": "yes",
        f"evidence-{first.pk}": "台账",
        f"met-{second.pk}": "",
    }
    assert client.post(f"/checklist/{school.pk}/", body).status_code == 302
    assert ChecklistAnswer.objects.get().item == first
    for address in ("/checklist/", f"/checklist/{school.pk}/", "/checklist/items/"):
        assert client.get(address).status_code == 200


def test_a_headmaster_sees_and_does_not_answer(cast: Cast) -> None:
    client, school = cast.client("principal"), cast.units["school_a"]
    checklist.put_items(NOBODY, cast.units["bureau"], [Wanted("一")], MORNING)
    assert client.get(f"/checklist/{school.pk}/").status_code == 200
    item = ChecklistItem.objects.get()
    told = client.post(f"/checklist/{school.pk}/", {f"met-{item.pk}": "yes"})
    assert told.status_code == 404
    assert client.get("/checklist/items/").status_code == 403
    other = cast.units["school_b"].pk
    assert client.get(f"/checklist/{other}/").status_code == 404
