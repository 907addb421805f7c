"""The incident in a real browser: three taps, one next step, contacts, the report."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page as Tab, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from bihuan.plan.words import Partner
from bihuan.rules.access import Role
from bihuan.rules.stay import RoomKind
from bihuan.web.flows import isolation, liaison
from bihuan.web.flows.incidents import open_incident
from bihuan.web.ledgers.incidents.models import Alarm, Incident
from bihuan.web.org.models import Person
from bihuan.web.org.scope import Actor
from phone_site import phone_of, picture, stand_at
from site_world import MORNING, Cast, build

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
DOCTOR = Actor(None, None, Role.SCHOOL_DOCTOR)
NOW = MORNING.replace(hour=8, minute=34)


@pytest.fixture
def cast(settings: Settings, tmp_path: Path) -> Cast:
    """A Monday, 08:34; two isolation rooms, a health department."""
    stand_at(settings, tmp_path, NOW)
    made = build(students=24)
    Person.objects.filter(pk=made.people["pupil_a1_1"].pk).update(name="蒋若溪")
    Person.objects.filter(pk=made.people["guardian"].pk).update(
        name="蒋女士", phone="13800006027"
    )
    school = made.units["school_a"]
    for number in (1, 2):
        isolation.keep_room(
            DOCTOR, school, MORNING, code=f"G{number}", name=f"{number}号隔离室",
            kind=RoomKind.TEMPORARY, beds=2,
        )  # fmt: skip
    liaison.keep_agency(
        DOCTOR, school, MORNING, partner=Partner.HEALTH, organisation="示例市疾控中心",
        phone="0371-0000000",
    )  # fmt: skip
    return made


def open_one(cast: Cast, pupil: str, minutes: int) -> Incident:
    return open_incident(
        DOCTOR, person=cast.people[pupil], celsius=38.1, symptoms=["fever", "cough"],
        now=NOW - dt.timedelta(minutes=minutes),
    )  # fmt: skip


@pytest.fixture
def doctor(
    chromium: Browser, live_site: LiveServer, cast: Cast
) -> Iterator[BrowserContext]:
    with phone_of(chromium, live_site, cast, "doctor") as context:
        yield context


def fits(tab: Tab) -> None:
    """Nothing is wider than the screen, nothing to tap is smaller than a thumb."""
    tab.wait_for_timeout(600)  # a tap leads on a little later
    tab.wait_for_load_state("networkidle")
    wide = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 1
    small = tab.evaluate(
        "[...document.querySelectorAll('main .btn, main .ib, .dock .btn')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5)"
        ".map(e => e.textContent.trim())"
    )
    assert small == []


def test_three_taps_open_it(
    chromium: Browser, live_site: LiveServer, cast: Cast
) -> None:
    with phone_of(chromium, live_site, cast, "teacher") as phone:
        tab = phone.new_page()
        tab.goto(f"{live_site.url}/incidents/")
        tab.get_by_role("link", name="报异常").tap()
        tab.locator("label", has_text="蒋若溪").tap()
        picture(tab, "05-new")
        fits(tab)
        tab.get_by_role("button", name="给蒋若溪报异常").tap()
        expect(tab.locator(".next h2")).to_have_text("戴口罩，带离人群")
        assert Incident.objects.get().person == cast.people["pupil_a1_1"]


def test_the_doctor_goes_from_the_room_to_the_contacts(
    doctor: BrowserContext, live_site: LiveServer, cast: Cast
) -> None:
    row = open_one(cast, "pupil_a1_1", 48)
    tab = doctor.new_page()
    tab.goto(f"{live_site.url}/incidents/{row.pk}/")
    expect(tab.locator(".clk .late")).to_contain_text("快隔离")
    tab.get_by_role("button", name="已戴口罩离班").tap()
    tab.get_by_role("link", name="选隔离室").tap()
    picture(tab, "05-rooms")
    fits(tab)
    tab.get_by_role("button", name="送进1号隔离室").tap()
    expect(tab.locator(".next h2")).to_have_text("复测体温")
    tab.wait_for_load_state()
    tab.get_by_role("button", name="记下复测体温").tap()
    tab.get_by_label("复测体温（℃）").fill("38.4")
    tab.locator("dialog[open] .btn.p").tap()
    expect(tab.locator(".next h2")).to_have_text("打电话给家长")
    tab.wait_for_load_state()
    tab.get_by_role("button", name="打电话给蒋女士").tap()
    picture(tab, "05-call")
    tab.get_by_label("说了什么（可不填）").locator("visible=true").fill("约08:50到校")
    tab.get_by_role("button", name="接通了").locator("visible=true").tap()
    expect(tab.locator("#board .list")).to_contain_text("接通，约08:50到校")
    expect(tab.locator(".next h2")).to_have_text("核对剩下27名接触者")
    picture(tab, "05-incident")
    fits(tab)
    tab.get_by_role("link", name="核对剩下27人").tap()
    picture(tab, "05-contacts")
    fits(tab)
    tab.get_by_role("button", name="名单到了，没有别人").tap()
    tab.wait_for_load_state()
    sure = tab.get_by_role("button", name="人都问过").first
    sure.tap()
    tab.wait_for_timeout(500)
    sure.tap()
    expect(tab.locator(".pr b").first).not_to_have_text("0/27")
    assert row.contacts.exclude(checked_at=None).exists()


def test_the_alarm_is_taken_and_reported(
    doctor: BrowserContext, live_site: LiveServer, cast: Cast
) -> None:
    for number in (1, 2, 3):
        open_one(cast, f"pupil_a1_{number}", number)
    alarm = Alarm.objects.get(rule="T1a")
    tab = doctor.new_page()
    tab.goto(f"{live_site.url}/alarms/")
    picture(tab, "10-alarms")
    fits(tab)
    tab.goto(f"{live_site.url}/alarms/{alarm.pk}/")
    picture(tab, "10-alarm")
    fits(tab)
    tab.get_by_role("button", name="我来接").tap()
    tab.get_by_role("button", name="写情况专报").tap()
    tab.get_by_label("学校已经做了什么").fill("3人已隔离，班级已消毒")
    picture(tab, "10-report")
    fits(tab)
    tab.get_by_role("button", name="发给疾控").tap()
    expect(tab.locator(".top small")).to_contain_text("已发，等回执")
    assert alarm.reports.get().sent_at
    tab.goto(f"{live_site.url}/liaison/")
    picture(tab, "10-liaison")
    fits(tab)
