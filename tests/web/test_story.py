"""One case from the holiday to the classroom, as eight people live it, in a real browser.

Survey, return, a morning check with fevers, incident, isolation, contact list, cluster
alarm, report to the health department, return to class, the bureau's board; on a phone
and at a desk. And the same morning with the net cut at the class and at the gate.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page as Tab, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from bihuan.plan.words import Partner
from bihuan.rules.access import Role
from bihuan.rules.stay import RoomKind
from bihuan.web.flows import isolation, liaison
from bihuan.web.ledgers.absences.models import Absence
from bihuan.web.ledgers.checks.models import ClassCheck, RoomCheck, Standing
from bihuan.web.ledgers.gate.models import Passing
from bihuan.web.ledgers.incidents.models import Alarm, Incident
from bihuan.web.ledgers.liaison.models import HealthReport
from bihuan.web.ledgers.survey.models import Answer
from bihuan.web.org import audit
from bihuan.web.org.models import Person
from bihuan.web.org.scope import Actor
from phone_site import picture, stand_at
from site_world import DAY, MORNING, ZONE, Cast, build

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SIZES: Final = {"phone": (390, 844), "desk": (1440, 900)}
NAMES: Final = ("蒋若溪", "韩沐阳", "佟亦舟", "叶知秋", "柏一诺", "温若竹")
PUPILS: Final = tuple(f"pupil_a1_{n}" for n in range(1, 7))


def at(day: dt.date, clock: str) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(clock), ZONE)


class Stage:
    """The site, its clock and the people who open it."""

    def __init__(
        self,
        browser: Browser,
        site: LiveServer,
        settings: Settings,
        folder: Path,
        size: str,
    ) -> None:
        self.browser, self.site, self.settings = browser, site, settings
        self.folder, self.size = folder, size
        self.cast = Cast()
        self.outside: list[str] = []

    def time(self, day: dt.date, clock: str) -> None:
        stand_at(self.settings, self.folder, at(day, clock))

    @contextmanager
    def eyes(self, who: str) -> Iterator[BrowserContext]:
        width, height = SIZES[self.size]
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN",
            has_touch=self.size == "phone",
        )  # fmt: skip
        session = self.cast.client(who).cookies["sessionid"].value
        context.add_cookies(
            [{"name": "sessionid", "value": session, "url": self.site.url}]
        )
        context.on("request", lambda request: self._heard(request.url))
        yield context
        context.close()

    def _heard(self, url: str) -> None:
        if not url.startswith((self.site.url, "data:", "blob:")):
            self.outside.append(url)

    @contextmanager
    def page(self, who: str, path: str) -> Iterator[Tab]:
        with self.eyes(who) as context:
            tab = context.new_page()
            tab.goto(self.site.url + path)
            yield tab

    def see(self, tab: Tab, name: str) -> None:
        tab.wait_for_load_state("networkidle")
        picture(tab, f"story-{self.size}-{name}")


@pytest.fixture(params=list(SIZES))
def stage(
    request: pytest.FixtureRequest,
    chromium: Browser,
    live_site: LiveServer,
    settings: Settings,
    tmp_path: Path,
) -> Stage:
    made = Stage(chromium, live_site, settings, tmp_path, request.param)
    made.time(DAY - dt.timedelta(days=1), "17:00")
    made.cast = build(students=6)
    for pupil, name in zip(PUPILS, NAMES, strict=True):
        Person.objects.filter(pk=made.cast.people[pupil].pk).update(name=name)
    Person.objects.filter(pk=made.cast.people["guardian"].pk).update(
        name="蒋女士", phone="13800006027"
    )
    doctor = Actor(None, made.cast.people["doctor"].pk, Role.SCHOOL_DOCTOR)
    school = made.cast.units["school_a"]
    for number in (1, 2):
        isolation.keep_room(
            doctor, school, MORNING, code=f"G{number}", name=f"{number}号隔离室",
            kind=RoomKind.TEMPORARY, beds=4,
        )  # fmt: skip
    liaison.keep_agency(
        doctor, school, MORNING, partner=Partner.HEALTH, organisation="示例市疾控中心",
        phone="0371-0000000",
    )  # fmt: skip
    return made


def test_from_the_holiday_back_to_the_class_room(stage: Stage) -> None:
    survey(stage)
    come_back(stage)
    morning_check(stage)
    incident(stage)
    alarm_and_report(stage)
    answer_of_the_health_department(stage)
    daily_report(stage)
    board(stage, "（3/3）")
    evening(stage)
    back_to_class(stage)
    close_with_a_diagnosis(stage)
    board(stage, "报警与依据")
    assert stage.outside == []
    assert list(audit.verify()) == []


def survey(stage: Stage) -> None:
    """The principal opens it, a mother answers, the class teacher asks the rest."""
    with stage.page("principal", "/survey/") as tab:
        tab.get_by_text("发起一轮").click()
        fill(tab, name="2026年春季", since="2026-02-20", returns_on="2026-03-09",
             due="2026-03-09T07:00")  # fmt: skip
        tab.locator("#round .btn").last.click()
        stage.see(tab, "01-survey-open")
    with stage.page("guardian", "/survey/") as tab:
        tab.get_by_role("link", name="蒋若溪").click()
        for name in ("travelled", "outside", "contact", "symptoms"):
            tab.locator(f"label:has(input[name={name}][value=no])").click()
        stage.see(tab, "02-survey-guardian")
        tab.get_by_role("button", name="交这一份").click()
        expect(tab.locator("main")).not_to_contain_text("必填")
    with stage.page("teacher", "/survey/") as tab:
        tab.get_by_role("link", name="高三(1)班").click()
        tab.get_by_role("button", name="其余5人无外出、无异常").click()
        tab.wait_for_timeout(450)
        tab.get_by_role("button", name="问过了，提交").click()
        expect(tab.locator(".figs")).to_contain_text("6/6")
        stage.see(tab, "03-survey-class")
    assert Answer.objects.count() == 6


def come_back(stage: Stage) -> None:
    """At the gate whoever has answered may pass; whoever has not waits, and nobody sees why."""
    stage.time(DAY, "07:02")
    gate = stage.cast.units["gate_a"].pk
    with stage.page("guard", f"/gate/{gate}/") as tab:
        picked_by_hand(tab, "蒋若溪")
        expect(tab.locator("#res")).to_contain_text("放行")
        stage.see(tab, "04-gate-pass")
        picked_by_hand(tab, "学生A201")
        expect(tab.locator("#why")).to_contain_text("手续没有办完")
        stage.see(tab, "05-gate-hold")
    assert Passing.objects.count() == 2


def picked_by_hand(tab: Tab, name: str) -> None:
    tab.locator("#dock-scan [data-sheet=pick], #dock-hold [data-sheet=pick]").locator(
        "visible=true"
    ).click()
    tab.locator("#find").fill(name)
    tab.locator("#found .li", has_text=name).click()


def morning_check(stage: Stage) -> None:
    """Three are hot in the first class."""
    stage.time(DAY, "07:44")
    klass = stage.cast.units["class_a1"].pk
    with stage.page("teacher", f"/check/{klass}/morning/") as tab:
        for name in NAMES[:3]:
            unwell(tab, name, "38.4")
        stage.see(tab, "06-check")
        tab.locator("#send").click()
        expect(tab.locator("#sent-says")).to_contain_text("3人要隔离，已报校医")
        stage.see(tab, "07-check-sent")
    assert Incident.objects.count() == 3


def unwell(tab: Tab, name: str, heat: str) -> None:
    tab.locator("#seats").get_by_text(name).click()
    tab.locator("#kinds").get_by_text("在校不适").click()
    tab.locator("#symptoms").get_by_text("咳嗽").click()
    tab.locator("#heat").fill(heat)
    tab.locator("#keep").click()


def incident(stage: Stage) -> None:
    """The doctor isolates, measures again, calls the mother, goes through the contacts."""
    stage.time(DAY, "07:48")
    row = Incident.objects.get(person=stage.cast.people["pupil_a1_1"])
    with stage.page("doctor", "/incidents/") as tab:
        stage.see(tab, "08-incidents")
        tab.goto(f"{stage.site.url}/incidents/{row.pk}/")
        tab.get_by_role("button", name="已戴口罩离班").click()
        tab.get_by_role("link", name="选隔离室").click()
        tab.get_by_role("button", name="送进1号隔离室").click()
        expect(tab.locator(".next h2")).to_have_text("复测体温")
        tab.wait_for_load_state()
        tab.get_by_role("button", name="记下复测体温").click()
        tab.get_by_label("复测体温（℃）").fill("38.5")
        tab.locator("dialog[open] .btn.p").click()
        expect(tab.locator(".next h2")).to_have_text("打电话给家长")
        tab.wait_for_load_state()
        tab.get_by_role("button", name="打电话给蒋女士").click()
        tab.get_by_role("button", name="接通了").locator("visible=true").click()
        stage.see(tab, "09-incident")
        tab.goto(f"{stage.site.url}/incidents/{row.pk}/contacts/")
        expect(tab.locator("main")).to_contain_text(NAMES[3])
        stage.see(tab, "10-contacts")
    assert row.contacts.filter(person=stage.cast.people["pupil_a1_4"]).exists()


def alarm_and_report(stage: Stage) -> None:
    """The alarm names its rule and its document; the doctor takes it and reports it."""
    alarm = Alarm.objects.get(rule="T1a")
    assert (alarm.count, alarm.threshold) == (3, 3)
    with stage.page("doctor", f"/alarms/{alarm.pk}/") as tab:
        expect(tab.locator("main")).to_contain_text(
            "学校和托幼机构传染病疫情报告工作规范"
        )
        stage.see(tab, "11-alarm")
        tab.get_by_role("button", name="我来接").click()
        tab.get_by_role("button", name="写情况专报").click()
        tab.get_by_label("学校已经做了什么").fill("3人已隔离，教室已通风消毒")
        tab.get_by_role("button", name="发给疾控").click()
        expect(tab.locator(".top small")).to_contain_text("已发，等回执")
        stage.see(tab, "12-report")


def answer_of_the_health_department(stage: Stage) -> None:
    """The health department sees numbers and pseudonyms, receives and advises."""
    report = HealthReport.objects.get()
    with stage.page("cdc", f"/reports/{report.pk}/") as tab:
        expect(tab.locator("main")).not_to_contain_text(NAMES[0])
        tab.get_by_role("button", name="收到").click()
        expect(tab.locator("main")).to_contain_text("对方已收")
        stage.see(tab, "13-report-cdc")
    report.refresh_from_db()
    assert report.received_at is not None


def daily_report(stage: Stage) -> None:
    """The second class reports; the doctor fills the day, the principal signs it."""
    stage.time(DAY, "08:05")
    other = stage.cast.units["class_a2"].pk
    with stage.page("teacher2", f"/check/{other}/morning/") as tab:
        tab.locator("#send").click()
        tab.wait_for_timeout(450)
        tab.locator("#sure").click()
        expect(tab.locator("#sent-says")).to_contain_text("交，全勤6人")
    school = stage.cast.units["school_a"].pk
    stage.time(DAY, "09:50")
    with stage.page("doctor", f"/daily/{school}/") as tab:
        expect(tab.locator("main")).not_to_contain_text("没有报的班")
        tab.get_by_role("button", name="填好，请校长签").click()
        stage.see(tab, "14-daily")
    with stage.page("principal", f"/daily/{school}/") as tab:
        tab.get_by_role("button", name="签字").click()
        stage.see(tab, "15-daily-signed")
        expect(tab.locator("main")).to_contain_text("签")


def board(stage: Stage, told: str) -> None:
    """The bureau sees what is missing, the alarm with its rule, and no pupil's name."""
    with stage.page("bureau", "/board/") as tab:
        expect(tab.locator("main")).to_contain_text("示例A中学")
        expect(tab.locator("main")).to_contain_text(told)
        expect(tab.locator("main")).not_to_contain_text(NAMES[0])
        stage.see(tab, f"16-board-{len(told)}")


def evening(stage: Stage) -> None:
    """The dormitory manager finds two beds empty, the third is known to be away, and sees no illness."""
    stage.time(DAY, "21:40")
    room = stage.cast.units["room_a"].pk
    with stage.page("dorm", f"/dorm/{room}/") as tab:
        for name in NAMES[1:3]:
            tab.locator("#beds").get_by_text(name).click()
            tab.locator("#kinds").get_by_text("不在").click()
            tab.locator("#keep").click()
        stage.see(tab, "16-dorm")
        expect(tab.locator("main")).not_to_contain_text("咳嗽")
        with tab.expect_response(lambda got: got.request.method == "POST"):
            tab.locator("#send").click()
        expect(tab.locator("#tally")).to_contain_text("已查1/1")
    check = RoomCheck.objects.get()
    assert (check.expected, check.present) == (7, 5)


def back_to_class(stage: Stage) -> None:
    """Away the next day, traced, seen, certified, signed by two, back in class."""
    klass = stage.cast.units["class_a1"].pk
    next_day = DAY + dt.timedelta(days=1)
    stage.time(next_day, "07:44")
    with stage.page("teacher", f"/check/{klass}/morning/") as tab:
        for name in NAMES[:3]:
            tab.locator("#seats").get_by_text(name).click()
            tab.locator("#kinds").get_by_text("病假").click()
            tab.locator("#symptoms").get_by_text("咳嗽").click()
            tab.locator("#heat").fill("38.2")
            tab.locator("#keep").click()
        tab.locator("#send").click()
        expect(tab.locator("#sent-says")).to_contain_text("病假3")
    row = Absence.objects.get(person=stage.cast.people["pupil_a1_1"], returned_on=None)
    trace(stage, row, "teacher", "first", contact="蒋女士", onset=DAY.isoformat(),
          symptoms="cough")  # fmt: skip
    trace(stage, row, "teacher", "seen", hospital="示例市人民医院")
    trace(stage, row, "doctor", "diagnosed", diagnosis="influenza")
    later = DAY + dt.timedelta(days=7)
    stage.time(later, "07:00")
    trace(stage, row, "teacher", "certified", certificate="示例市人民医院康复证明",
          free_since=(DAY + dt.timedelta(days=3)).isoformat())  # fmt: skip
    trace(stage, row, "doctor", "checked")
    stage.time(later, "07:44")
    with stage.page("teacher", f"/check/{klass}/morning/") as tab:
        carry = tab.locator("[data-carry]")
        carry.filter(has_text=NAMES[0]).get_by_text("已到").click()
        for name in NAMES[1:3]:
            carry.filter(has_text=name).get_by_text("仍缺").click()
        stage.see(tab, "17-back")
        tab.locator("#send").click()
        expect(tab.locator("#sent-says")).to_contain_text("实到4人")
    trace(stage, row, "teacher", "returned")
    with stage.page("teacher", f"/absences/{row.pk}/") as tab:
        stage.see(tab, "18-signed")
    row.refresh_from_db()
    assert (row.state, row.returned_on) == ("returned", later)
    assert row.class_signed_by != row.doctor_signed_by


def trace(stage: Stage, row: Absence, who: str, after: str, **told: str) -> None:
    with stage.page(who, f"/absences/{row.pk}/step/{after}/") as tab:
        fill(tab, **told)
        tab.locator(".dock .btn").last.click()
        tab.wait_for_load_state()
    row.refresh_from_db()
    assert row.state == after, after


def fill(tab: Tab, **told: str) -> None:
    """Fill fields by their name, whatever they are."""
    for name, value in told.items():
        box = tab.locator(f"main [name={name}]")
        kind = box.first.evaluate("e => e.type || e.tagName")
        if kind in {"radio", "checkbox"}:
            tab.locator(f"main [name={name}][value={value}]").check()
        elif kind.startswith("select"):
            box.select_option(value)
        else:
            box.fill(value)


def close_with_a_diagnosis(stage: Stage) -> None:
    """What it was closes the alarm, and tells whether it was true."""
    alarm = Alarm.objects.get(rule="T1a")
    with stage.page("doctor", f"/alarms/{alarm.pk}/") as tab:
        stage.see(tab, "19-alarm-open")
        fill_close(tab)
        stage.see(tab, "20-alarm-closed")
    alarm.refresh_from_db()
    assert (alarm.state, alarm.true_alarm) == ("closed", True)


def fill_close(tab: Tab) -> None:
    opener = tab.get_by_role("button", name="关闭报警").locator("visible=true")
    if opener.count():
        opener.first.click()
    tab.locator("#diagnosis").select_option("influenza")
    tab.get_by_role("button", name="按这个诊断关闭").click()
    expect(tab.locator("main")).to_contain_text("属实")


def test_the_same_morning_with_the_net_cut(stage: Stage) -> None:
    """The class and the gate go on without a net; what waits is sent once, and once only."""
    survey(stage)
    stage.time(DAY, "07:02")
    gate, klass = stage.cast.units["gate_a"].pk, stage.cast.units["class_a1"].pk
    with stage.eyes("guard") as phone:
        tab = phone.new_page()
        kept(tab, f"{stage.site.url}/gate/{gate}/")
        phone.set_offline(True)
        picked_by_hand(tab, NAMES[0])
        expect(tab.locator("#res")).to_contain_text("放行")
        expect(tab.locator("#queue")).to_contain_text("1条待上传")
        stage.see(tab, "21-gate-offline")
        assert not Passing.objects.exists()
        phone.set_offline(False)
        expect(tab.locator("#queue")).not_to_contain_text("待上传", timeout=15_000)
        tab.reload()
    assert Passing.objects.count() == 1
    stage.time(DAY, "07:44")
    with stage.eyes("teacher") as phone:
        tab = phone.new_page()
        kept(tab, f"{stage.site.url}/check/{klass}/morning/")
        phone.set_offline(True)
        tab.reload()
        for name in NAMES[:3]:
            unwell(tab, name, "38.4")
        tab.locator("#send").click()
        expect(tab.locator("#sent-says")).to_contain_text("已存在本机")
        stage.see(tab, "22-check-offline")
        assert not ClassCheck.objects.exists()
        phone.set_offline(False)
        expect(tab.locator("#sent-says")).to_contain_text(
            "3人要隔离，已报校医", timeout=15_000
        )
        tab.reload()
    assert ClassCheck.objects.filter(state=Standing.SENT.value).count() == 1
    assert Incident.objects.count() == 3
    assert Alarm.objects.filter(rule="T1a").count() == 1


def kept(tab: Tab, address: str) -> None:
    """Open a page so that the phone keeps it."""
    tab.goto(address)
    tab.evaluate("navigator.serviceWorker.ready.then(() => true)")
    tab.reload()
