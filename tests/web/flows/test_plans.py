"""Versions of a plan, from the file to being in force, and back; on the pages that do it."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bihuan.base.ids import PersonId
from bihuan.plan.plan import Plan
from bihuan.plan.save import save
from bihuan.web.flows import plan_check, plans
from bihuan.web.org import audit
from bihuan.web.org.models import AuditLine, Duty, PlanState, PlanVersion, Unit
from bihuan.web.pages import plan_effect
from site_world import Cast, build
from world import small_plan

pytestmark = pytest.mark.django_db
SCHOOL = "YIGAO"


@pytest.fixture
def cast(settings: Any) -> Cast:
    settings.SECOND_FACTOR = False
    made = build()
    unit = made.units["school_a"]
    unit.code = str(small_plan().schools[0].code)
    unit.save()
    return made


def workbook(tmp_path: Path, plan: Plan | None = None) -> bytes:
    whole = plan or small_plan()
    path = tmp_path / "plan.xlsx"
    save(whole.of(whole.schools[0].code), path)
    return path.read_bytes()


def hand_in(client: Client, unit: Unit, data: bytes, name: str = "预案.xlsx") -> int:
    """Upload as the page does; gives the version's number, or the status it was refused with."""
    given = SimpleUploadedFile(name, data)
    told = client.post("/plans/upload/", {"unit": unit.pk, "file": given})
    if told.status_code != 302:
        return told.status_code
    return int(told.headers["Location"].strip("/").split("/")[-1])


def step(client: Client, pk: int, do: str, **body: str) -> int:
    return client.post(f"/plans/{pk}/step/", {"do": do, **body}).status_code


def state(pk: int) -> str:
    return PlanVersion.objects.get(pk=pk).state


def mended(pk: int) -> None:
    """Take the errors of the small plan for mended: the story is about the steps."""
    PlanVersion.objects.filter(pk=pk).update(wrong=0)


def in_force(cast: Cast, data: bytes) -> int:
    pk = hand_in(cast.client("principal"), cast.units["school_a"], data)
    mended(pk)
    for name, do in (
        ("principal", "submit"),
        ("principal", "sign"),
        ("party", "review"),
        ("bureau", "publish"),
    ):
        assert step(cast.client(name), pk, do) == 302
    return pk


def test_a_version_goes_from_hand_to_hand_and_is_mirrored(
    cast: Cast, tmp_path: Path
) -> None:
    pk = hand_in(cast.client("principal"), cast.units["school_a"], workbook(tmp_path))
    assert state(pk) == PlanState.DRAFT
    mended(pk)
    assert step(cast.client("principal"), pk, "submit") == 302
    assert step(cast.client("bureau"), pk, "publish") == 200  # refused: not signed yet
    assert state(pk) == PlanState.SUBMITTED
    assert step(cast.client("principal"), pk, "sign") == 302
    assert state(pk) == PlanState.SIGNED
    assert step(cast.client("party"), pk, "review") == 302
    assert step(cast.client("bureau"), pk, "publish") == 302
    assert state(pk) == PlanState.IN_FORCE
    school = cast.units["school_a"]
    assert Duty.objects.filter(school=school, until=None).count() == len(
        [d for d in small_plan().duties if d.school == school.code]
    )
    assert not list(audit.verify())
    deeds = AuditLine.objects.filter(subject=f"org.PlanVersion:{pk}")
    assert list(deeds.order_by("number").values_list("deed", flat=True)) == [
        "plan.upload", "plan.submit", "plan.sign", "plan.party", "plan.publish",
    ]  # fmt: skip


def test_an_earlier_version_comes_back_as_a_new_one(cast: Cast, tmp_path: Path) -> None:
    plan = small_plan()
    first = in_force(cast, workbook(tmp_path))
    changed = replace(plan.duties[0], standard="改过的标准")
    second = in_force(
        cast, workbook(tmp_path, replace(plan, duties=(changed, *plan.duties[1:])))
    )
    assert (state(first), state(second)) == (PlanState.REPLACED, PlanState.IN_FORCE)
    school = cast.units["school_a"]
    duty = Duty.objects.filter(school=school, until=None, code=changed.code)
    assert duty.get().standard == "改过的标准"
    assert step(cast.client("bureau"), first, "roll_back") == 302
    row = PlanVersion.objects.get(unit=school, state=PlanState.IN_FORCE.value)
    assert (row.number, row.digest) == (3, PlanVersion.objects.get(pk=first).digest)
    assert duty.get().standard == plan.duties[0].standard


def test_a_version_with_errors_is_not_sent_on(cast: Cast, tmp_path: Path) -> None:
    pk = hand_in(cast.client("principal"), cast.units["school_a"], workbook(tmp_path))
    PlanVersion.objects.filter(pk=pk).update(wrong=2)
    assert step(cast.client("principal"), pk, "submit") == 200
    assert state(pk) == PlanState.DRAFT


def test_a_version_is_given_back_with_a_reason(cast: Cast, tmp_path: Path) -> None:
    pk = hand_in(cast.client("principal"), cast.units["school_a"], workbook(tmp_path))
    mended(pk)
    step(cast.client("principal"), pk, "submit")
    assert step(cast.client("principal"), pk, "back", reason=" ") == 200
    assert state(pk) == PlanState.SUBMITTED
    assert step(cast.client("principal"), pk, "back", reason="隔离室少一间") == 302
    assert state(pk) == PlanState.RETURNED


@pytest.mark.parametrize("name", ["teacher", "party", "principal_b"])
def test_nobody_else_takes_a_step(cast: Cast, tmp_path: Path, name: str) -> None:
    pk = hand_in(cast.client("principal"), cast.units["school_a"], workbook(tmp_path))
    mended(pk)
    assert step(cast.client(name), pk, "submit") in {403, 404}
    assert state(pk) == PlanState.DRAFT
    seen = cast.client(name).get(f"/plans/{pk}/").status_code
    assert seen == (404 if name == "principal_b" else 200)


def test_another_schools_plan_is_told_apart(cast: Cast, tmp_path: Path) -> None:
    whole = small_plan()
    path = tmp_path / "other.xlsx"
    save(whole.of(whole.schools[1].code), path)
    pk = hand_in(cast.client("principal"), cast.units["school_a"], path.read_bytes())
    assert "W002" in {p["code"] for p in PlanVersion.objects.get(pk=pk).problems}


def test_the_same_file_twice_is_one_draft(cast: Cast, tmp_path: Path) -> None:
    data = workbook(tmp_path)
    client, unit = cast.client("principal"), cast.units["school_a"]
    assert hand_in(client, unit, data) == hand_in(client, unit, data)


def bomb() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b"<a>" + b" " * 200_000_000)
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("坏的.xlsx", lambda good: good[: len(good) // 2]),
        ("图片.xlsx", lambda _good: b"\x89PNG\r\n\x1a\n" + b"0" * 500),
        ("旧的.xls", lambda _good: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 5000),
        ("炸弹.xlsx", lambda _good: bomb()),
        ("../../etc/passwd", lambda _good: b"root:x:0:0"),
    ],
)
def test_hostile_files_are_told_and_change_nothing(
    cast: Cast, tmp_path: Path, name: str, make: object
) -> None:
    assert callable(make)
    client = cast.client("principal")
    pk = hand_in(client, cast.units["school_a"], make(workbook(tmp_path)), name)
    row = PlanVersion.objects.get(pk=pk)
    assert row.wrong > 0
    assert "/" not in row.file_name
    page = client.get(f"/plans/{pk}/")
    assert page.status_code == 200
    assert row.problems[0]["code"] in page.content.decode()
    assert step(client, pk, "submit") == 200
    assert state(pk) == PlanState.DRAFT


def test_what_is_too_large_or_missing_is_refused(cast: Cast, settings: Any) -> None:
    settings.UPLOAD_LIMIT = 1000
    client, unit = cast.client("principal"), cast.units["school_a"]
    assert hand_in(client, unit, b"x" * 1001) == 422
    assert hand_in(client, unit, b"") == 422
    assert client.post("/plans/upload/", {"unit": unit.pk}).status_code == 422
    assert not PlanVersion.objects.exists()


def test_a_large_file_is_left_to_the_worker(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "AT_ONCE", 10)
    client = cast.client("principal")
    pk = hand_in(client, cast.units["school_a"], workbook(tmp_path))
    assert not PlanVersion.objects.get(pk=pk).checked
    assert "正在检查" in client.get(f"/plans/{pk}/").content.decode()
    assert step(client, pk, "submit") == 200
    plan_check.check_later.func(pk)
    assert PlanVersion.objects.get(pk=pk).checked


def test_the_page_shows_the_clerks_own_cell_and_the_change(
    cast: Cast, tmp_path: Path
) -> None:
    in_force(cast, workbook(tmp_path))
    plan = small_plan()
    wrong = replace(plan.classes[0], homeroom=PersonId("NOBODY"))
    later = replace(plan, classes=(wrong, *plan.classes[1:]))
    client = cast.client("principal")
    pk = hand_in(client, cast.units["school_a"], workbook(tmp_path, later))
    page = client.get(f"/plans/{pk}/").content.decode()
    assert "NOBODY" in page
    assert 'class="bad"' in page
    assert "改1处" in page
    assert client.get("/plans/").status_code == 200
    kept = client.get(f"/plans/{pk}/file/")
    assert kept.content == bytes(PlanVersion.objects.get(pk=pk).file)


def misspelt() -> tuple[Plan, str]:
    """The small plan with a letter too many in a class teacher's number; and the right one."""
    plan = small_plan()
    right = str(plan.classes[0].homeroom)
    wrong = replace(plan.classes[0], homeroom=PersonId(f"{right}X"))
    return replace(plan, classes=(wrong, *plan.classes[1:])), right


def place_of(pk: int, word: str) -> int:
    """Which problem of a version is about a word."""
    told = PlanVersion.objects.get(pk=pk).problems
    return next(n for n, one in enumerate(told) if ["came", word] in one["words"])


def test_one_tap_takes_the_nearest_word_in_a_version_of_its_own(
    cast: Cast, tmp_path: Path
) -> None:
    plan, right = misspelt()
    client = cast.client("principal")
    pk = hand_in(client, cast.units["school_a"], workbook(tmp_path, plan))
    wrong = str(plan.classes[0].homeroom)
    n = place_of(pk, wrong)
    before = bytes(PlanVersion.objects.get(pk=pk).file)
    assert f"改为{right}" in client.get(f"/plans/{pk}/?n={n}").content.decode()
    assert step(client, pk, "mend", n=str(n)) == 302
    made = PlanVersion.objects.get(unit=cast.units["school_a"], number=2)
    assert bytes(PlanVersion.objects.get(pk=pk).file) == before
    assert not any(["came", wrong] in one["words"] for one in made.problems)
    line = AuditLine.objects.get(deed="plan.mend")
    assert (line.subject, line.body["mended"]) == (f"org.PlanVersion:{made.pk}", 1)


def test_only_who_hands_in_mends_and_only_what_has_one_obvious_mend(
    cast: Cast, tmp_path: Path
) -> None:
    plan, _right = misspelt()
    client = cast.client("principal")
    pk = hand_in(client, cast.units["school_a"], workbook(tmp_path, plan))
    n = str(place_of(pk, str(plan.classes[0].homeroom)))
    assert step(cast.client("party"), pk, "mend", n=n) == 404
    for none in ("", "-1", "99999", "x"):
        assert step(client, pk, "mend", n=none) in (200, 302)
    assert PlanVersion.objects.filter(number=2).count() <= 1
    PlanVersion.objects.filter(pk=pk).update(state=PlanState.SUBMITTED.value)
    made = PlanVersion.objects.count()
    assert step(client, pk, "mend", n=n) == 200
    assert PlanVersion.objects.count() == made


def test_the_effect_of_a_version_is_said_with_its_interval_and_never_guessed(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_force(cast, workbook(tmp_path))
    plan = small_plan()
    changed = replace(plan.duties[0], standard="改过的标准")
    later = replace(plan, duties=(changed, *plan.duties[1:]))
    client = cast.client("principal")
    pk = hand_in(client, cast.units["school_a"], workbook(tmp_path, later))
    assert 'hx-get="?effect"' in client.get(f"/plans/{pk}/").content.decode()
    monkeypatch.setattr(plan_effect, "ask", lambda *_asked, **_kw: None)
    assert "没有答案" in client.get(f"/plans/{pk}/?effect").content.decode()
    monkeypatch.setattr(plan_effect, "ask", lambda *_asked, **_kw: ANSWER)
    said = client.get(f"/plans/{pk}/?effect").content.decode()
    for words in (
        "≥5人暴发的机会减少", "≥20人暴发的机会看不出差别", "−4.0（−6.0至−2.0）",
        "情景推演，非预测",
    ):  # fmt: skip
        assert words in said, words
    assert (
        "≥5人"
        not in cast.client("teacher").get(f"/plans/{pk}/?effect").content.decode()
    )


def line_of(name: str, change: list[float], *, hollow: bool) -> dict[str, Any]:
    return {
        "name": name, "before": [0.2, 0.1, 0.3], "after": [0.16, 0.1, 0.2],
        "change": change, "hollow": hollow,
    }  # fmt: skip


ANSWER = {
    "answer": {
        "runs": 4000, "days": 60, "seed": 1, "model": "1", "pathogen": "sars2-2020",
        "pathogen_name": "诺如病毒", "seconds": 0.5,
        "rows": [
            line_of("outbreak5", [-0.04, -0.06, -0.02], hollow=False),
            line_of("outbreak20", [-0.01, -0.03, 0.01], hollow=True),
            line_of("beds_peak", [0.0, -1.0, 1.0], hollow=True),
        ],
    }
}  # fmt: skip
