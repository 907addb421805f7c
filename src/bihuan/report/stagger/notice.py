"""What a school tells its families: as a text to paste and as a paper to sign."""

from typing import Final

from bihuan.base.wording import _
from bihuan.plan.tuning import tuned
from bihuan.plan.words import OrderKind, Tuning
from bihuan.report import official, wording
from bihuan.report.official import Sheet
from bihuan.report.stagger import words
from bihuan.report.stagger.values import Told
from bihuan.report.tables import Cell, Table
from bihuan.stagger.answer import Opening, Why

MARK: Final = "bihuan"


def title(told: Told, school: str) -> str:
    """The title of a school's notice."""
    name = words.school(told.plan, school)
    return _("{school}关于错时错峰返校的通知", school=name)


def lines(told: Told, school: str) -> tuple[str, ...]:
    """The paragraphs of a notice, the dates among them."""
    own = _own(told, school)
    basis = _basis(told, own)
    said = [
        _("各位家长、同学："),
        _(
            "{basis}我校分 {n} 批返校，日期如下，请按本班的日期到校，不提前、不代替。",
            basis=basis,
            n=len(own),
        ),
    ]
    said += [_dated(told, opening) for opening in own]
    visit = next((v.date for v in told.calendar.visits if v.school == school), None)
    if visit:
        said.append(_("学校 {day}接受开学核验，通过后才开学。", day=wording.day(visit)))
    said += [
        _(
            "返校前一天量体温；发热、咳嗽、腹泻等不舒服的，先告诉班主任，在家就医，不到校。"
        ),
        _(
            "到校时段和校门另由班主任发班级时段卡。日期有变，学校至少提前 {n} 天通知。",
            n=_notice(told),
        ),
        words.school(told.plan, school),
        wording.dated(told.plan.district.drawn_up),
    ]
    return tuple(said)


def text(told: Told, school: str) -> str:
    """The notice as plain text, to paste into a message."""
    return "\n".join((title(told, school), "", *lines(told, school))) + "\n"


def docx(told: Told, school: str) -> bytes:
    """The notice as an official paper; seal and signature stay with people."""
    head = title(told, school)
    made = official.sheet(
        Sheet(title=head, head="", foot="", mark=MARK, day=told.plan.district.drawn_up)
    )
    official.title(made, head)
    first, opening, *rest = lines(told, school)
    official.line(made, first, indent=False)
    official.line(made, opening)
    official.table(made, _table(told, school))
    for paragraph in rest[len(_own(told, school)) :]:
        official.line(made, paragraph)
    return official.saved(made)


def _own(told: Told, school: str) -> list[Opening]:
    own = [o for o in told.calendar.openings if o.school == school]
    return sorted(own, key=lambda o: (o.date, o.grades))


def _basis(told: Told, own: list[Opening]) -> str:
    """The documents from above that fix a date of the school."""
    levels = {
        g.level
        for g in told.plan.grades
        for o in own
        if o.why is Why.ORDER and g.school == o.school and g.code in o.grades
    }
    known: dict[str, str] = {row.code: row.title for row in told.plan.documents}
    named = dict.fromkeys(
        known[order.document]
        for order in told.plan.orders
        if order.kind is OrderKind.FIXED
        and order.level in levels
        and order.document in known
    )
    if not named:
        return ""
    return _("根据{documents}，", documents=_("、").join(_bracketed(t) for t in named))


def _bracketed(name: str) -> str:
    return name if name.startswith("《") else _("《{title}》", title=name)


def _dated(told: Told, opening: Opening) -> str:
    return _(
        "{grades}：{day}返校。",
        grades=words.grades(told.plan, opening),
        day=words.day(opening.date),
    )


def _table(told: Told, school: str) -> Table:
    return Table(
        title="",
        columns=(_("年级"), _("返校日期"), _("人数")),
        rows=tuple(
            (
                Cell(words.grades(told.plan, o)),
                Cell(words.day(o.date)),
                Cell(wording.number(o.students), number=True),
            )
            for o in _own(told, school)
        ),
    )


def _notice(told: Told) -> int:
    return int(tuned(told.plan, Tuning.NOTICE))
