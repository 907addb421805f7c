"""Who sees which rows, with how much of each person; filter, search, saved views."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

import site_world
from bihuan.rules.access import Detail
from bihuan.web.ledgers.core.models import SavedView
from bihuan.web.ledgers.core.values import person_shown, pseudonym
from bihuan.web.org import clock
from bihuan.web.org.models import AuditLine, Glass
from ledger_world.desk import column, enter, export, first_sheet
from ledger_world.models import Jab
from site_world import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(settings: Any) -> Cast:
    settings.SECOND_FACTOR = False
    return site_world.build()


@pytest.fixture
def teacher(cast: Cast) -> Client:
    return cast.client("teacher")


@pytest.fixture
def rows(cast: Cast, teacher: Client) -> list[Jab]:
    return [
        enter(teacher, cast, 1, batch="X1", planned="2026-11-01"),
        enter(teacher, cast, 2, batch="Y2", vaccine="flu", told="yes"),
        enter(teacher, cast, 3, batch="Y3", address="和平路5号 13812345678"),
    ]


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/ledgers/jabs/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.usefixtures("rows")
def test_teacher_reads_names(teacher: Client) -> None:
    shown = page(teacher)
    assert "学生A101" in shown
    assert "共3条" in shown
    assert 'class="stack"' in shown
    assert 'data-name="疫苗"' in shown


@pytest.mark.usefixtures("rows")
def test_bureau_counts_and_reads_no_name(cast: Cast, rows: list[Jab]) -> None:
    bureau = cast.client("bureau")
    shown = page(bureau)
    assert "学生A1" not in shown
    assert ">X1<" not in shown
    assert "示例A中学" in shown
    assert "待补种 3" in shown
    assert "查找" not in shown
    assert bureau.get(f"/ledgers/jabs/{rows[0].pk}/").status_code == 404
    sheet = first_sheet(export(bureau))
    assert [cell.value for cell in sheet[5]] == [1, "示例A中学", "待补种", 3]
    assert "学生A1" not in str([[c.value for c in row] for row in sheet.iter_rows()])


@pytest.mark.usefixtures("rows")
def test_broken_glass_shows_one_school(cast: Cast, rows: list[Jab]) -> None:
    Glass.objects.create(
        person=cast.people["bureau"],
        unit=cast.units["school_a"],
        reason="聚集疫情流调需要核对名单",
        told=cast.people["principal"],
        at=clock.now(),
        until=clock.now() + dt.timedelta(hours=1),
    )
    shown = page(cast.client("bureau"))
    assert "学生A101" in shown
    assert cast.client("bureau").get(f"/ledgers/jabs/{rows[0].pk}/").status_code == 200


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    "who", ["teacher2", "teacher_b", "doctor_b", "guard", "guardian"]
)
def test_rows_of_others_do_not_exist(cast: Cast, rows: list[Jab], who: str) -> None:
    client = cast.client(who)
    for what in ("", "correct/", "take/give/"):
        assert client.get(f"/ledgers/jabs/{rows[0].pk}/{what}").status_code == 404
    assert "学生A101" not in client.get("/ledgers/jabs/").content.decode()
    assert client.post(f"/ledgers/jabs/{rows[0].pk}/withdraw/").status_code == 404


def test_pseudonym_is_stable_and_tells_nothing(cast: Cast) -> None:
    one, other = cast.people["pupil_a1_1"], cast.people["pupil_a1_2"]
    assert pseudonym(one) == pseudonym(one)
    assert pseudonym(one) != pseudonym(other)
    assert pseudonym(one).startswith("学生-")
    assert one.name not in pseudonym(one)
    assert person_shown(one, Detail.PSEUDONYM) == pseudonym(one)
    assert person_shown(one, Detail.NUMBERS) == ""


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?vaccine=flu", {"学生A102"}),
        ("?told=1", {"学生A102"}),
        ("?q=Y", {"学生A102", "学生A103"}),
        ("?q=A101", {"学生A101"}),
        ("?state=given", set()),
        ("?since=2026-11-21", set()),
        ("?until=2026-11-20", {"学生A101", "学生A102", "学生A103"}),
        ("?vaccine=flu&q=X", set()),
        ("?vaccine=gold", {"学生A101", "学生A102", "学生A103"}),
    ],
)
def test_filters_and_search(teacher: Client, query: str, found: set[str]) -> None:
    shown = page(teacher, query)
    names = {f"学生A10{n}" for n in range(1, 7)}
    assert {name for name in names if name in shown} == found
    assert ("没有符合的" in shown) == (not found)


@pytest.mark.usefixtures("rows")
def test_sorting(teacher: Client) -> None:
    up = page(teacher, "?sort=batch")
    down = page(teacher, "?sort=-batch")
    assert up.index(">X1<") < up.index(">Y2<") < up.index(">Y3<")
    assert down.index(">Y3<") < down.index(">Y2<") < down.index(">X1<")
    assert 'aria-sort="ascending"' in up


def test_empty_list_says_what_one_can_do(teacher: Client) -> None:
    shown = page(teacher)
    assert "还没有记录" in shown
    assert "漏种的学生由班主任登记" in shown


@pytest.mark.usefixtures("rows")
def test_views_are_saved_for_oneself(cast: Cast, teacher: Client) -> None:
    sent = {"name": "流感", "query": "vaccine=flu&page=2&csrfmiddlewaretoken=x"}
    teacher.post("/ledgers/jabs/views/", sent)
    kept = SavedView.objects.get()
    assert kept.query == "vaccine=flu"
    assert "?vaccine=flu" in page(teacher)
    other = cast.client("doctor")
    assert "?vaccine=flu" not in page(other)
    assert other.post(f"/ledgers/jabs/views/{kept.pk}/drop/").status_code == 404
    teacher.post(f"/ledgers/jabs/views/{kept.pk}/drop/")
    assert not SavedView.objects.exists()


@pytest.mark.usefixtures("rows")
def test_script_in_a_field_is_text(cast: Cast, teacher: Client) -> None:
    enter(teacher, cast, 4, batch="<script>x</script>")
    shown = page(teacher)
    assert "<script>x" not in shown
    assert "&lt;script&gt;x" in shown


@pytest.mark.usefixtures("rows")
def test_indicator_stands_at_the_head(cast: Cast) -> None:
    shown = page(cast.client("principal"))
    assert "示例A中学：3人中补了0人" in shown
    assert "m-fail" in shown
    other = page(cast.client("teacher_b"))
    assert "m-unknown" in other


@pytest.mark.usefixtures("rows")
def test_index_counts_what_waits(teacher: Client) -> None:
    shown = teacher.get("/ledgers/").content.decode()
    assert "疫苗补种" in shown
    assert "共3条，3条没办完，1条过了时限" in shown


@pytest.mark.usefixtures("rows")
def test_export_has_a_purpose_and_a_line_in_the_trail(teacher: Client) -> None:
    assert teacher.post("/ledgers/jabs/export/", {"as": "excel"}).status_code == 422
    sheet = first_sheet(export(teacher, "?vaccine=flu"))
    assert sheet.cell(5, column(sheet, "姓名")).value == "学生A102"
    line = AuditLine.objects.get(deed="ledger.export")
    assert (line.body["purpose"], line.body["rows"]) == ("报送教育局", 1)
    answer = teacher.post("/ledgers/jabs/export/", {"purpose": "存档", "as": "excel"})
    name = answer.headers["Content-Disposition"]
    answer.close()
    assert "%E7%96%AB%E8%8B%97%E8%A1%A5%E7%A7%8D" in name


@pytest.mark.usefixtures("rows")
def test_numbers_of_persons_lose_their_middle(teacher: Client) -> None:
    sheet = first_sheet(export(teacher))
    told = {str(sheet.cell(row, column(sheet, "住址")).value) for row in (5, 6, 7)}
    assert "和平路5号 138****5678" in told


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_text_is_never_a_formula(cast: Cast, teacher: Client, start: str) -> None:
    enter(teacher, cast, 1, batch=start)
    sheet = first_sheet(export(teacher))
    cell = sheet.cell(5, column(sheet, "批号"))
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert str(cell.value).strip() == start.strip()


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("who", ["inspector", "grade", "guard"])
def test_export_is_not_for_everybody(cast: Cast, who: str) -> None:
    told = {"purpose": "随便看看", "as": "excel"}
    answer = cast.client(who).post("/ledgers/jabs/export/", told)
    assert answer.status_code == 404


@pytest.mark.usefixtures("rows")
def test_printed_sheet_is_signed_and_marked(teacher: Client) -> None:
    answer = teacher.post("/ledgers/jabs/export/", {"purpose": "存档", "as": "print"})
    shown = answer.content.decode()
    assert "《疫苗补种登记》" in shown
    assert "审核人" in shown
    assert "用途：存档" in shown
    assert "138****5678" in shown
