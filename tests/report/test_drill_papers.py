"""A drill's papers for filing: official layout, chapters in their order, nothing given away."""

import io
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from bihuan.plan.words import Post
from bihuan.report import drill
from bihuan.report.drill import after, ahead
from report import drill_example as example


def opened(data: bytes) -> Document:
    return docx.Document(io.BytesIO(data))


def headings(made: Document) -> list[str]:
    return [p.text for p in made.paragraphs if p.style and p.style.name == "Heading 1"]


def everything(made: Document) -> str:
    cells = [c.text for t in made.tables for row in t.rows for c in row.cells]
    return "\n".join([p.text for p in made.paragraphs] + cells)


@pytest.fixture(scope="module")
def report() -> Document:
    return opened(after.docx(example.review(), example.comparison().practices))


@pytest.fixture(scope="module")
def papers() -> dict[str, Document]:
    files = ahead.files(example.scene(), "二高", example.POSTS)
    return {name: opened(data) for name, data in files.items()}


def test_three_reports_have_their_chapters_in_order(report: Document) -> None:
    assert headings(report) == [
        "一、演练的执行情况",
        "二、预案的合理性与可操作性",
        "三、指挥协调和应急联动情况",
        "四、应急人员的处置情况",
        "五、所用设备装备的适用性",
        "六、对完善预案、准备、机制和措施的意见",
        "七、评估一致性",
        "一、演练目的",
        "二、时间和地点",
        "三、参演单位和人员",
        "四、演练方案概要",
        "五、发现的问题与原因",
        "六、经验和教训",
        "七、改进有关工作的建议",
        "一、整改项",
        "二、建议怎样改预案",
        "三、怎样算完",
    ]


def test_layout_is_that_of_an_official_paper(report: Document) -> None:
    section = report.sections[0]
    sizes = (section.page_width, section.page_height, section.top_margin)
    assert [round((v or 0) / Mm(1)) for v in sizes] == [210, 297, 37]
    head = section.header.paragraphs[0].text
    assert "演练数据不得用于追责和考核" in head
    assert "双盲" in head
    (edge,) = section._sectPr.iter(qn("w:pgBorders"))
    assert [line.tag.split("}")[1] for line in edge] == [
        "top",
        "left",
        "bottom",
        "right",
    ]


def test_reports_tell_who_played_and_name_no_one(report: Document) -> None:
    text = everything(report)
    assert "由 B角或替补做的处置：E1。" in text
    assert "P-deputy" not in text
    assert "S2-1107" not in text
    played = everything(opened(after.docx(example.review(0))))
    assert "没有真人参加" in played
    assert "过了法定时限：F3" in text


def test_improvement_plan_names_the_injects_that_must_pass(report: Document) -> None:
    text = everything(report)
    assert "重演 INJ-04、INJ-06，" in text
    assert "○ 复演 INJ-06" in text
    assert "✓ 复演 INJ-02 已通过" in text


def test_report_of_a_bare_drill_says_what_is_missing() -> None:
    text = everything(opened(after.docx(example.bare())))
    for said in ("没有整改项。", "没有记下问题。", "没有待复演的情景。"):
        assert said in text


def test_workplan_binds_posts_and_flags_those_without(
    papers: dict[str, Document],
) -> None:
    assert "P-doctor" in everything(papers["workplan.docx"])
    bound = tuple(
        (post, "" if post == Post.COUNSELLOR else who) for post, who in example.POSTS
    )
    plan = ahead.workplan(example.scene(), "二高", bound)
    people = next(c for c in plan.chapters if c.title == "谁参加").tables[0]
    assert people.note == "还有 1 个岗位没有人，演练前要定下来。"
    missing = [row[0].text for row in people.rows if row[1].mark == "fail"]
    assert missing == ["心理教师"]


def test_handbook_gives_nothing_away(papers: dict[str, Document]) -> None:
    text = everything(papers["handbook.docx"])
    for inject in example.scene().injects:
        assert inject.title not in text
        assert inject.text not in text
    assert "第一句都是“演练”" in text


def test_script_has_every_inject_with_its_words(papers: dict[str, Document]) -> None:
    text = everything(papers["script.docx"])
    for inject in example.scene().injects:
        assert inject.text.rstrip("。") in text
        assert all(expected.act in text for expected in inject.expected)


def test_control_guide_says_when_and_how_to_release(
    papers: dict[str, Document],
) -> None:
    text = everything(papers["control.docx"])
    assert "B1 后 10 分，且它没有迟 5 分以上，手动" in text
    assert "INJ-05 以后可跳到 T+14:30" in text
    assert "INJ-03 隔离室已占用一间，又送来一名腹泻学生：处置太顺时才释放。" in text


def test_evaluation_guide_has_a_sheet_for_each_inject(
    papers: dict[str, Document],
) -> None:
    text = everything(papers["evaluation.docx"])
    assert text.count("评估表") == len(example.scene().injects)
    assert example.LAW in text
    assert "只有“法定”是硬线" in text


def test_scene_without_rules_or_jumps_still_prints() -> None:
    scene = replace(
        example.scene(), jumps=(), stop_rules=(), basis=(), objectives=(), injects=()
    )
    files = ahead.files(scene, "小学", ())
    assert "脚本没有写。" in everything(opened(files["workplan.docx"]))
    assert "没有加压情景。" in everything(opened(files["control.docx"]))


def test_before_writes_five_files_the_same_each_time(tmp_path: Path) -> None:
    scene = example.scene()
    paths = drill.before(scene, "二高", example.POSTS, tmp_path, lang="zh-Hans")
    assert [path.name for path in paths] == [
        "workplan.docx",
        "script.docx",
        "handbook.docx",
        "control.docx",
        "evaluation.docx",
    ]
    first = [path.read_bytes() for path in paths]
    drill.before(scene, "二高", example.POSTS, tmp_path, lang="zh-Hans")
    assert [path.read_bytes() for path in paths] == first
