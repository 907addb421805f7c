"""The what-if page: who may ask, what it says when nobody answers, what an answer says."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bihuan.web.org.models import PlanState, PlanVersion, Unit
from bihuan.web.pages import whatif
from bihuan.web.whatif import line, server
from site_world import MORNING, Cast, build

pytestmark = pytest.mark.django_db
EXAMPLE = Path(__file__).parents[3] / "examples" / "xinmi" / "plan.xlsx"


@pytest.fixture
def cast(settings: object) -> Cast:
    settings.SECOND_FACTOR = False  # type: ignore[attr-defined]  # log-ins are not what is told here
    return build()


@pytest.fixture
def in_force(cast: Cast, settings: object, tmp_path: Path) -> Iterator[Unit]:
    """School A works by the example's plan, and the process listens, here in a thread."""
    settings.HOME = tmp_path  # type: ignore[attr-defined]  # where the address is written
    school = cast.units["school_a"]
    Unit.objects.filter(pk=school.pk).update(code="SYGZ")
    PlanVersion.objects.create(
        pk=7001, unit=cast.units["bureau"], number=3, file=EXAMPLE.read_bytes(),
        file_name="plan.xlsx", digest="example", state=PlanState.IN_FORCE.value, at=MORNING,
    )  # fmt: skip
    with server._Server(("127.0.0.1", 0), server._Hearer) as made:
        made.key = "key"
        told = {"port": made.server_address[1], "key": "key"}
        server._tell(tmp_path / line.ADDRESS, told)
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield school
        made.shutdown()
        thread.join()


def test_only_bureau_and_doctor_may_ask(cast: Cast) -> None:
    path = f"/whatif/{cast.units['school_a'].pk}/"
    for name in ("bureau", "doctor"):
        assert cast.client(name).get(path).status_code == 200, name
    for name in ("teacher", "principal", "guard", "cdc"):
        assert cast.client(name).get(path).status_code == 403, name
    assert cast.client("doctor_b").get(path).status_code == 404


def test_a_school_without_a_plan_says_so(cast: Cast) -> None:
    page = cast.client("doctor").get(f"/whatif/{cast.units['school_a'].pk}/")
    assert "还没有生效的预案" in page.content.decode()


def test_when_the_process_does_not_run_the_page_says_so(
    cast: Cast, in_force: Unit, tmp_path: Path
) -> None:
    (tmp_path / line.ADDRESS).unlink()
    page = cast.client("doctor").get(f"/whatif/{in_force.pk}/").content.decode()
    assert "推演进程没有运行" in page
    assert "情景推演，非预测" in page


def test_an_answer_names_what_it_rests_on(cast: Cast, in_force: Unit) -> None:
    warm(cast, in_force)
    page = cast.client("doctor").get(
        f"/whatif/{in_force.pk}/run/", {"ventilation.times": "0", "mask.wearing": "0"}
    )
    text = page.content.decode()
    for said in (
        "情景推演，非预测",
        "4,000对相同随机数",
        "90%区间",
        "改2处",
        "种子",
        "现行第3版",
    ):
        assert said in text, said
    assert "<html" not in text


def warm(cast: Cast, school: Unit) -> None:
    """Ask until the process answers: on a new machine it compiles the engine first."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        page = cast.client("doctor").get(f"/whatif/{school.pk}/run/").content.decode()
        if "推演进程没有运行" not in page:
            return
        time.sleep(1)


def test_nonsense_in_the_address_pulls_no_lever(cast: Cast, in_force: Unit) -> None:
    warm(cast, in_force)
    page = cast.client("doctor").get(
        f"/whatif/{in_force.pk}/",
        {"ventilation.times": "nan", "mask.wearing": "x", "nothing": "1"},
    )
    assert "还没有改动" in page.content.decode()


def test_the_pathogen_is_chosen_among_those_the_engine_has(
    cast: Cast, in_force: Unit
) -> None:
    warm(cast, in_force)
    client, path = cast.client("doctor"), f"/whatif/{in_force.pk}/"
    page = client.get(path, {"pathogen": "norovirus"}).content.decode()
    assert '<option value="norovirus" selected>' in page
    assert '<option value="influenza-a">' in page
    assert "诺如病毒；4,000对相同随机数" in page
    for none in ("plague", "'; x", "a" * 40):
        assert client.get(path, {"pathogen": none}).status_code == 200


def test_a_minus_is_a_true_one_and_a_zero_has_no_sign() -> None:
    assert whatif._signed(-4.12, 1) == "−4.1"  # the wording of figures
    assert whatif._signed(1.2, 1) == "+1.2"
    assert whatif._signed(-0.01, 1) == "0.0"
