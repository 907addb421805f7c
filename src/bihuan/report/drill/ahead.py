"""Before the day: work plan, script, players' handbook, controllers' and evaluators' guides."""

from collections.abc import Sequence
from typing import Final

from bihuan.base.wording import _
from bihuan.drill.marks import Rating
from bihuan.drill.script import Expected, Inject, InjectKind, Scene
from bihuan.plan.words import Post
from bihuan.report import wording
from bihuan.report.drill import page, tables, words
from bihuan.report.drill.paper import Chapter, Paper, document
from bihuan.report.tables import Cell, Table

Lines = tuple[str, ...]
BLANK: Final = (Cell("　" * 4), Cell("　" * 4), Cell("　" * 12))
"""Room to write: the hour, a rating, what was seen."""
Posts = Sequence[tuple[str, str]]
"""Posts and the persons that stand for them, by id; an empty id: nobody yet."""


def files(scene: Scene, school: str, posts: Posts) -> dict[str, bytes]:
    """The five papers by file name, in the language being spoken."""
    papers = {
        "workplan.docx": workplan(scene, school, posts),
        "script.docx": script(scene, school),
        "handbook.docx": handbook(scene, school, posts),
        "control.docx": control(scene, school),
        "evaluation.docx": evaluation(scene, school),
    }
    return {name: _file(paper, scene) for name, paper in papers.items()}


def _file(paper: Paper, scene: Scene) -> bytes:
    return document(
        (paper,),
        foot=_("脚本 {id}", id=scene.id),
        day=scene.start.date(),
        note=_(scene.notice.label),
    )


def _under(scene: Scene, school: str) -> str:
    day = wording.dated(scene.start.date())
    return _("{school}·{scene}·{day}", school=school, scene=_(scene.title), day=day)


# --- the papers -------------------------------------------------------------------------------


def workplan(scene: Scene, school: str, posts: Posts) -> Paper:
    """工作方案: aim, time and place, manner, who, safety, what follows."""
    return Paper(
        title=_("演练工作方案"),
        under=_under(scene, school),
        chapters=(
            Chapter(title=_("目的与依据"), lines=_said(page.purpose(scene))),
            Chapter(title=_("时间、地点与方式"), lines=_manner(scene, school)),
            Chapter(title=_("谁参加"), tables=(_people(scene, posts),)),
            Chapter(
                title=_("情景概要"),
                lines=page.outline(scene),
                tables=(_events(scene),),
            ),
            Chapter(title=_("时限与出处"), tables=(tables.standards(scene),)),
            Chapter(title=_("安全与提前终止"), lines=_safety(scene)),
            Chapter(title=_("演练以后"), lines=_afterwards()),
        ),
        signed=(_("总指挥"),),
    )


def script(scene: Scene, school: str) -> Paper:
    """脚本: inject by inject, what is given, what is expected."""
    chapters = tuple(
        Chapter(
            title=_("{id} {title}", id=inject.id, title=inject.title),
            lines=_inject(inject),
            tables=(_expected(inject, scene),) if inject.expected else (),
        )
        for inject in scene.injects
    )
    return Paper(title=_("演练脚本"), under=_under(scene, school), chapters=chapters)


def handbook(scene: Scene, school: str, posts: Posts) -> Paper:
    """人员手册: what players need to know, and not what will happen."""
    return Paper(
        title=_("演练人员手册"),
        under=_under(scene, school),
        chapters=(
            Chapter(title=_("这是一次演练"), lines=_rules(scene)),
            Chapter(title=_("时间、地点与方式"), lines=_manner(scene, school)),
            Chapter(title=_("谁参加"), tables=(_people(scene, posts),)),
            Chapter(title=_("安全与提前终止"), lines=_safety(scene)),
        ),
    )


def control(scene: Scene, school: str) -> Paper:
    """控制指南: when each inject is released, by what channel, under what condition."""
    return Paper(
        title=_("演练控制指南"),
        under=_under(scene, school),
        chapters=(
            Chapter(title=_("演练钟"), lines=_clock(scene)),
            Chapter(title=_("释放清单"), tables=(_releases(scene),)),
            Chapter(title=_("加压情景"), lines=_pressure(scene)),
            Chapter(title=_("安全与提前终止"), lines=_safety(scene)),
        ),
    )


def evaluation(scene: Scene, school: str) -> Paper:
    """评估指南: the sheet of each inject, how to rate."""
    sheets = tuple(
        Chapter(
            title=_("{id} {title}", id=inject.id, title=inject.title),
            tables=(_sheet(inject, scene),),
        )
        for inject in scene.injects
        if inject.expected
    )
    return Paper(
        title=_("演练评估指南"),
        under=_under(scene, school),
        chapters=(
            Chapter(title=_("怎样评"), lines=_how(), tables=(_scale(),)),
            Chapter(title=_("时限与出处"), tables=(tables.standards(scene),)),
            *sheets,
        ),
        signed=(_("评估人员"),),
    )


# --- what stands in them ------------------------------------------------------------------------


def _said(rows: tuple[tuple[str, str], ...]) -> Lines:
    return tuple(
        _("{head}：{text}。", head=head, text=text.rstrip("。")) for head, text in rows
    ) or (_("脚本没有写。"),)


def _manner(scene: Scene, school: str) -> Lines:
    kind = _("、").join(
        _(word.label) for word in (scene.form, scene.content, scene.purpose)
    )
    return _said(
        (
            (_("时间"), _start(scene)),
            (_("地点"), school),
            (_("组织形式"), kind),
            (_("告知方式"), _(scene.notice.label)),
        )
    )


def _start(scene: Scene) -> str:
    return _(
        "{day} {clock} 起，最长 {hours} 小时",
        day=wording.dated(scene.start.date()),
        clock=f"{scene.start:%H:%M}",
        hours=wording.plain(scene.max_hours),
    )


def _people(scene: Scene, posts: Posts) -> Table:
    """Posts that the script asks for, with the persons bound to them."""
    bound = dict(posts)
    wanted = dict.fromkeys(_posts(scene))
    empty = sum(not bound.get(post) for post in wanted)
    note = _("还有 {n} 个岗位没有人，演练前要定下来。", n=empty)
    return Table(
        title=_("岗位到人：{n} 个岗位", n=len(wanted)),
        columns=(_("岗位"), _("人员编号"), _("处置")),
        rows=tuple(
            (
                Cell(_(post.label), strong=True),
                Cell(
                    bound.get(post) or _("没有定"),
                    mark="" if bound.get(post) else "fail",
                ),
                Cell(_("{n} 项", n=_acts(scene, post))),
            )
            for post in wanted
        ),
        note=note if empty else "",
    )


def _posts(scene: Scene) -> tuple[Post, ...]:
    called = [post for inject in scene.injects for post in inject.to]
    return (*called, *(expected.by for _i, expected in scene.expected()))


def _acts(scene: Scene, post: Post) -> int:
    return sum(expected.by is post for _i, expected in scene.expected())


def _events(scene: Scene) -> Table:
    return Table(
        title=_("事件清单：{n} 条", n=len(scene.injects)),
        columns=(_("编号"), _("情景"), _("计划"), _("处置")),
        rows=tuple(
            (
                Cell(inject.id, strong=True),
                Cell(inject.title),
                Cell(words.due(inject.when)),
                Cell(_("{n} 项", n=len(inject.expected))),
            )
            for inject in scene.injects
        ),
    )


def _inject(inject: Inject) -> Lines:
    said = [
        _("什么时候：{when}。", when=words.due(inject.when)),
        _(
            "怎样给、给谁：{channel}，{posts}。",
            channel=_(inject.channel.label),
            posts=_("、").join(_(post.label) for post in inject.to),
        ),
        _("给的内容：{text}", text=wording.sentence(inject.text)),
    ]
    if inject.source is not None:
        what = _(inject.source.draw.label)
        said.append(_("人物由本校推演抽取：{what}；抽不到时按上面写的演。", what=what))
    return tuple(said)


def _expected(inject: Inject, scene: Scene) -> Table:
    return Table(
        title=_("预期处置"),
        columns=(_("编号"), _("处置"), _("岗位"), _("时限"), _("类别")),
        rows=tuple(
            (
                Cell(row.id, strong=True),
                Cell(_act(row)),
                Cell(_(row.by.label)),
                *_limit(row, scene),
            )
            for row in inject.expected
        ),
    )


def _act(row: Expected) -> str:
    return _("{act}（关键）", act=row.act) if row.critical else row.act


def _limit(row: Expected, scene: Scene) -> tuple[Cell, Cell]:
    standard = scene.standard(row.standard)
    if standard is None:
        return Cell("—"), Cell("—")
    return Cell(words.minutes(standard.target)), Cell(words.kind(standard))


def _rules(scene: Scene) -> Lines:
    return (
        _("对外说的、发的、打电话的，第一句都是“演练”。"),
        _("学生角色由教师扮演；不让不知情的学生当演员。"),
        _("按平时的岗位和预案做，不要提前准备；做不到就说做不到。"),
        _("处置只报总指挥和演练名单上的人，不打真的报告电话。"),
        _("{blame}；评分只到岗位和七个到位，不到个人。", blame=_(words.BLAME)),
        _("告知方式：{notice}。手册不写会发生什么。", notice=_(scene.notice.label)),
    )


def _safety(scene: Scene) -> Lines:
    rules = tuple(wording.sentence(_(rule)) for rule in scene.stop_rules)
    end = _("出现真实情况：终止演练，转入真实处置；演练里的人和事都不带过去。")
    return (*rules, end)


def _afterwards() -> Lines:
    return (
        _("2 小时内现场点评：先参演人员自己说，再评估组说。"),
        _("匿名问卷：三件做得好的事，三件做得不好的事，预案里最难执行的一条。"),
        _("7 天内写出评估报告、总结报告和整改计划；整改项复演通过才销号。"),
    )


def _clock(scene: Scene) -> Lines:
    jumps = tuple(
        _(
            "{after} 以后可跳到 {to}；已释放的情景还有处置没完成时不许跳。",
            after=jump.after,
            to=words.at(jump.to),
        )
        for jump in scene.jumps
    )
    return (
        _("演练时间只由演练钟算；时限从释放算起，暂停不计。"),
        _("暂停中到点的情景，恢复后按次序一条一条释放。"),
        *jumps,
    )


def _releases(scene: Scene) -> Table:
    return Table(
        title=_("{n} 条情景", n=len(scene.injects)),
        columns=(
            _("编号"),
            _("情景"),
            _("释放"),
            _("方式"),
            _("给谁"),
            _("实际（填）"),
        ),
        rows=tuple(
            (
                Cell(inject.id, strong=True),
                Cell(inject.title),
                Cell(_release(inject)),
                Cell(_(inject.channel.label)),
                Cell(_("、").join(_(post.label) for post in inject.to)),
                BLANK[0],
            )
            for inject in scene.injects
        ),
    )


def _release(inject: Inject) -> str:
    when = words.due(inject.when)
    return _("{when}，手动", when=when) if inject.manual else when


def _pressure(scene: Scene) -> Lines:
    rows = [i for i in scene.injects if i.kind is InjectKind.CONTINGENCY]
    said = tuple(
        _("{id} {title}：处置太顺时才释放。", id=row.id, title=row.title)
        for row in rows
    )
    return said or (_("没有加压情景。"),)


def _how() -> Lines:
    return (
        _("评估员来自外校，不评自己学校；两人评的，第一轮互不看。"),
        _("时间由记录得出，评估员只评质量；没看见的写“没看见”，不猜。"),
        _("迟了以后做到的，仍是超时；事后补正写明原因，不改成按时。"),
        _("只有“法定”是硬线；预案、惯例、目标都不是规定。"),
    )


def _scale() -> Table:
    said = {
        Rating.P: _("做到，没有困难"),
        Rating.S: _("做到，有些困难"),
        Rating.M: _("做到一部分，困难大"),
        Rating.U: _("没做到"),
    }
    return Table(
        title=_("质量四档"),
        columns=(_("代码"), _("叫法"), _("什么样")),
        rows=tuple(
            (Cell(str(rating), strong=True), Cell(_(rating.label)), Cell(text))
            for rating, text in said.items()
        ),
    )


def _sheet(inject: Inject, scene: Scene) -> Table:
    """The evaluator's sheet, with room to write."""
    return Table(
        title=_("评估表"),
        columns=(
            _("编号"),
            _("看什么"),
            _("时限"),
            _("类别"),
            _("几点做到"),
            _("质量 P S M U"),
            _("看到的"),
        ),
        rows=tuple(
            (
                Cell(row.id, strong=True),
                Cell(_act(row)),
                *_limit(row, scene),
                *BLANK,
            )
            for row in inject.expected
        ),
    )
