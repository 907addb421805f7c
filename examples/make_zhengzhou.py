"""Write zhengzhou-2020/plan.xlsx: the rules of spring 2020, held against the real dates.

Facts, with their sources: grade 12 came back on 7 April 2020 in step across Henan, others
not before 13 April, decided by the city, grade 9 in step within a city (Xinhua, 31 March
2020). Zhengzhou's notice of 23 April 2020: grades 10 and 11 and grades 7 and 8 on 6 May,
primary schools on 11 May, kindergartens not before the primary schools, decided by the
county. Grade 9 of Zhengzhou is given a date between the two by this example.
Schools, pupils and capacities are made up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from bihuan.base.ids import AreaCode, DocumentCode, GradeCode, SchoolCode
from bihuan.base.units import PerHundredThousandDays
from bihuan.plan.duties import Document
from bihuan.plan.people import Grade, School
from bihuan.plan.places import Area
from bihuan.plan.plan import Capacity, District, Order, Plan
from bihuan.plan.save import save
from bihuan.plan.staging import Staging
from bihuan.plan.words import (
    CapacityKind,
    DocumentKind,
    DocumentStatus,
    Extent,
    OrderKind,
    Stage,
    Tuning,
)

OUT = Path(__file__).parent / "zhengzhou-2020" / "plan.xlsx"
DRAWN_UP = date(2020, 4, 2)
TWELVE = date(2020, 4, 7)
"""高三, in step across the province."""
NOT_BEFORE = date(2020, 4, 13)
"""Others, across the province."""
NINE = date(2020, 4, 20)
"""初三, in step within the city; the day is this example's."""
SECONDARY = date(2020, 5, 6)
"""高一、高二、初一、初二, by the city's notice."""
PRIMARY = date(2020, 5, 11)
"""小学, by the city's notice; kindergartens not before it."""
LEVELS = (
    "幼儿园", "一年级", "二年级", "三年级", "四年级", "五年级", "六年级",
    "七年级", "八年级", "九年级", "高一", "高二", "高三",
)  # fmt: skip
IN_STEP = {12: (Extent.PROVINCE, TWELVE), 9: (Extent.CITY, NINE)}
PROVINCE, CITY = DocumentCode("henan-2020-03-31"), DocumentCode("zhengzhou-2020-04-23")


@dataclass(frozen=True, kw_only=True)
class Made:
    """A made-up school."""

    code: str
    name: str
    stage: Stage
    area: str
    levels: Sequence[int]
    size: int
    """Pupils of a grade."""


SCHOOLS = (
    Made(code="GZ1", name="第一高中（示例）", stage=Stage.SENIOR, area="城区", levels=range(10, 13), size=1000),
    Made(code="GZ2", name="第二高中（示例）", stage=Stage.SENIOR, area="城区", levels=range(10, 13), size=800),
    Made(code="ZZ1", name="职业中专（示例）", stage=Stage.VOCATIONAL, area="乡镇", levels=range(10, 13), size=600),
    Made(code="CZ1", name="第一初中（示例）", stage=Stage.JUNIOR, area="城区", levels=range(7, 10), size=650),
    Made(code="CZ2", name="第二初中（示例）", stage=Stage.JUNIOR, area="乡镇", levels=range(7, 10), size=420),
    Made(code="XX1", name="第一小学（示例）", stage=Stage.PRIMARY, area="城区", levels=range(1, 7), size=300),
    Made(code="XX2", name="第二小学（示例）", stage=Stage.PRIMARY, area="乡镇", levels=range(1, 7), size=140),
    Made(code="ZX1", name="中心校（示例）", stage=Stage.TOWNSHIP_CENTRE, area="乡镇", levels=range(7), size=90),
)  # fmt: skip


def rules() -> Plan:
    """The rule set as it stood on 2 April, before the city's notice: windows and dates in step."""
    return Plan(
        district=District(
            name="郑州2020（示例）",
            region="410100",
            drawn_up=DRAWN_UP,
            opens=TWELVE,
            incidence=PerHundredThousandDays(0.01),
            note="规则和日期是真的；学校、人数、容量是编的",
        ),
        areas=tuple(Area(code=AreaCode(code), name=code) for code in ("城区", "乡镇")),
        orders=tuple(_orders()),
        capacities=(
            # The city gave one day to whole stages: no limit of batches or arrivals.
            Capacity(kind=CapacityKind.INSPECTIONS, start=DRAWN_UP, amount=4),
            Capacity(kind=CapacityKind.DISINFECTION_TEAMS, start=DRAWN_UP, amount=5),
        ),
        staging=(
            Staging(kind=Tuning.TERM, amount=45),
            Staging(kind=Tuning.BATCHES, amount=1),
            # Grades 10 and 11 came on one day, and so did grades 7 and 8.
            Staging(kind=Tuning.GAP, amount=0),
        ),
        schools=tuple(_schools()),
        grades=tuple(_grades()),
        documents=tuple(_documents()),
    )


def noticed() -> Plan:
    """The same with the city's notice of 23 April: days in step, kindergartens not before."""
    plan = rules()
    dates = real_dates()
    orders = [
        Order(
            code=f"Z{row.code}",
            level=row.level,
            extent=Extent.CITY,
            kind=OrderKind.FIXED if row.level else OrderKind.NOT_BEFORE,
            date=dates[row.level],
            document=CITY,
        )
        for row in plan.orders
        if row.level not in IN_STEP
    ]
    return replace(plan, orders=(*plan.orders, *orders))


def real_dates() -> dict[int, date]:
    """The day on which each level came back; kindergartens with the primary schools at the earliest."""
    dates = {12: TWELVE, 9: NINE, 0: PRIMARY}
    dates |= dict.fromkeys((10, 11, 7, 8), SECONDARY)
    return dates | dict.fromkeys(range(1, 7), PRIMARY)


def _orders() -> Iterator[Order]:
    for level in reversed(range(13)):
        extent, day = IN_STEP.get(level, (Extent.PROVINCE, NOT_BEFORE))
        yield Order(
            code=f"Y{13 - level:02}",
            level=level,
            extent=extent,
            kind=OrderKind.FIXED if level in IN_STEP else OrderKind.NOT_BEFORE,
            date=day,
            document=PROVINCE,
        )


def _schools() -> Iterator[School]:
    passed = {Stage.SENIOR: date(2020, 4, 1), Stage.VOCATIONAL: date(2020, 4, 1)}
    for made in SCHOOLS:
        yield School(
            code=SchoolCode(made.code),
            name=made.name,
            stage=made.stage,
            area=AreaCode(made.area),
            students=made.size * len(made.levels),
            staff=made.size // 4,
            accepted=passed.get(made.stage),
            ready=None if made.stage in passed else date(2020, 4, 8),
            note="示例假定",
        )


def _grades() -> Iterator[Grade]:
    for made in SCHOOLS:
        for level in made.levels:
            yield Grade(
                school=SchoolCode(made.code),
                code=GradeCode(LEVELS[level]),
                name=LEVELS[level],
                level=level,
                students=made.size,
            )


def _documents() -> Iterator[Document]:
    for code, title, issuer, day in (
        (PROVINCE, "河南省2020年春季学期开学安排（据2020年3月31日新华社报道，原文题名待核）", "河南省", date(2020, 3, 31)),
        (CITY, "郑州市2020年春季学期开学时间通知（原文题名待核）", "郑州市", date(2020, 4, 23)),
    ):  # fmt: skip
        yield Document(
            code=code,
            title=title,
            kind=DocumentKind.BASIS,
            issuer=issuer,
            issued=day,
            status=DocumentStatus.FILED,
        )


def main() -> None:
    """Write the workbook."""
    OUT.parent.mkdir(exist_ok=True)
    save(rules(), OUT)
    print(f"{OUT.name}: {OUT.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
