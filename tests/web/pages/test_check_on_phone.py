"""The class check in a real browser against the real site: two taps, three exceptions, no net."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page as Tab, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from bihuan.rules.access import Role
from bihuan.web.flows import absences
from bihuan.web.flows.accounts import Refused
from bihuan.web.ledgers.absences.models import Absence
from bihuan.web.ledgers.checks.models import CheckException, ClassCheck, Standing
from bihuan.web.ledgers.incidents.models import Incident
from bihuan.web.org.models import Person
from bihuan.web.org.scope import Actor
from phone_site import phone_of, picture, stand_at
from site_world import DAY, MORNING, ZONE, Cast, build

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NAMES = re.findall(
    r"\w+",
    "罗景行 宋砚清 柏一诺 温若竹 樊星野 邵禾 苗子衿 佟亦舟 简书航 叶知秋 覃云帆 戚望舒 莫北辰 晏清欢 "
    "韩沐阳 傅雨桐 鲍远山 席慕禾 詹思齐 祁安 岳明朗 卞文心 欧阳予安 丛嘉木 阎乐之 井然 褚向晚 郝今朝 "
    "闵知行 昝春晓 逄一鸣 阿依努尔 蔺初晴 车以宁 娄家禾 窦青禾 庞若谷 倪可为 冉冬至 桂子辰 厉行之 边小满 "
    "裘瑾瑜 麻雨声 隋远 单清宁 盛夏 辛未央 屈言 蒙山月 仇思源 童一叶 湛蓝 柯以默 申屠乐",
)


@pytest.fixture
def cast(settings: Settings, tmp_path: Path) -> Cast:
    """Fifty-five pupils, a Monday, 07:44."""
    stand_at(settings, tmp_path, MORNING.replace(minute=44))
    made = build(len(NAMES))
    pupils = list(Person.objects.filter(unit=made.units["class_a1"]).order_by("seat"))
    for pupil, name in zip(pupils, NAMES, strict=True):
        pupil.name = name
        pupil.phone, pupil.phone_last = "13812346027", "6027"
    Person.objects.bulk_update(pupils, ["name", "phone", "phone_last"])
    return made


@pytest.fixture
def phone(
    chromium: Browser, live_site: LiveServer, cast: Cast
) -> Iterator[BrowserContext]:
    with phone_of(chromium, live_site, cast, "teacher") as context:
        yield context


def opened(
    phone: BrowserContext, server: LiveServer, cast: Cast, slot: str = "morning"
) -> Tab:
    tab = phone.new_page()
    tab.goto(f"{server.url}/check/{cast.units['class_a1'].pk}/{slot}/")
    return tab


def standing(cast: Cast) -> ClassCheck:
    return ClassCheck.objects.get(
        unit=cast.units["class_a1"], state=Standing.SENT.value
    )


def sick(cast: Cast, name: str, day: dt.date, **fields: Any) -> Absence:
    """Somebody has been away since a day."""
    person = Person.objects.get(unit=cast.units["class_a1"], name=name)
    return Absence.objects.create(
        unit=person.unit, school=cast.units["school_a"], person=person, day=day,
        last_day=day, at=dt.datetime.combine(day, dt.time(8), ZONE), kind="sick",
        **{"state": "registered", "symptoms": ["fever"], **fields},
    )  # fmt: skip


def test_all_is_well_in_two_taps(
    phone: BrowserContext, live_site: LiveServer, cast: Cast
) -> None:
    tab = opened(phone, live_site, cast)
    send = tab.locator("#send")
    expect(send).to_have_text("全勤，无异常（应到55人）")
    picture(tab, "02b")
    send.tap()
    picture(tab, "02c")
    sure = tab.locator("#sure")
    sure.tap()  # at once: the hand that is too quick
    expect(tab.locator("#dock-ask")).to_be_visible()
    assert not ClassCheck.objects.exists()
    tab.wait_for_timeout(450)
    sure.tap()
    expect(tab.locator("#sent-says")).to_have_text("07:44已交，全勤55人")
    picture(tab, "02d")
    check = standing(cast)
    assert (check.expected, check.present, check.late) == (55, 55, False)
    tab.reload()
    expect(tab.locator("#sent-says")).to_have_text("07:44已交，全勤55人")


def test_three_who_are_not_well(
    phone: BrowserContext, live_site: LiveServer, cast: Cast
) -> None:
    sick(cast, "韩沐阳", DAY - dt.timedelta(days=1))
    signed = {
        "class_signed_by": cast.people["teacher"],
        "doctor_signed_by": cast.people["doctor"],
    }
    sick(cast, "佟亦舟", DAY - dt.timedelta(days=3), state="checked", **signed)
    tab = opened(phone, live_site, cast)
    send = tab.locator("#send")
    expect(send).to_have_text("还有2人没确认")
    carry = tab.locator("[data-carry]")
    carry.filter(has_text="韩沐阳").get_by_text("仍缺").tap()
    expect(send).to_have_text("还有1人没确认")
    carry.filter(has_text="佟亦舟").get_by_text("已到").tap()
    tab.locator("#seats").get_by_text("简书航").tap()
    tab.locator("#kinds").get_by_text("事假").tap()
    expect(tab.locator("#ill")).to_be_hidden()
    tab.locator("#keep").tap()
    tab.locator("#seats").get_by_text("叶知秋").tap()
    tab.locator("#keep").tap()
    expect(tab.locator("#symptoms-say")).to_have_text("选症状，或选暂不清楚")
    tab.locator("#symptoms").get_by_text("咽痛").tap()
    tab.locator("#heat").fill("38.2")
    fever = tab.locator("#symptoms [data-symptom=fever]")
    expect(fever).to_have_attribute("aria-pressed", "true")
    expect(tab.locator("#heat-says")).to_be_visible()
    tab.wait_for_timeout(300)
    picture(tab, "03")
    tab.locator("#keep").tap()
    expect(send).to_contain_text("其余52人正常，提交")
    expect(send).to_contain_text("应到55·实到52·病假2·事假1")
    tab.wait_for_timeout(300)
    picture(tab, "02")
    send.tap()
    expect(tab.locator("#sent-says")).to_have_text("07:44已交，实到52人，病假2，事假1")
    check = standing(cast)
    assert (check.sick, check.leave, check.present) == (2, 1, 52)
    heat = CheckException.objects.get(check_row=check, person__name="叶知秋")
    assert str(heat.celsius) == "38.2"
    assert set(heat.symptoms) == {"fever", "sore_throat"}
    back = Absence.objects.get(person__name="佟亦舟")
    assert (back.state, back.returned_on) == ("returned", DAY)


def test_a_fever_at_school_goes_to_the_doctor(
    phone: BrowserContext, live_site: LiveServer, cast: Cast
) -> None:
    tab = opened(phone, live_site, cast)
    tab.locator("#seats").get_by_text("罗景行").tap()
    tab.locator("#kinds").get_by_text("在校不适").tap()
    plus = tab.locator("[data-heat='1']")
    plus.tap()
    plus.tap()
    expect(tab.locator("#heat")).to_have_value("37.4")
    expect(tab.locator("#keep")).to_have_text("记下，报校医")
    tab.locator("#keep").tap()
    tab.locator("#send").tap()
    expect(tab.locator("#sent-says")).to_contain_text("1人要隔离，已报校医")
    assert Incident.objects.get().person.name == "罗景行"


def test_the_net_is_cut_and_comes_back(
    phone: BrowserContext, live_site: LiveServer, cast: Cast
) -> None:
    tab = opened(phone, live_site, cast)
    tab.evaluate("navigator.serviceWorker.ready.then(() => true)")
    tab.reload()
    phone.set_offline(True)
    tab.reload()
    tab.locator("#seats").get_by_text("邵禾").tap()
    tab.locator("#kinds").get_by_text("事假").tap()
    tab.locator("#keep").tap()
    tab.locator("#send").tap()
    expect(tab.locator("#sent-says")).to_contain_text("已存在本机")
    expect(tab.locator("#queue")).to_contain_text("1条待上传")
    picture(tab, "offline")
    assert not ClassCheck.objects.exists()
    tab.reload()
    expect(tab.locator("#sent-says")).to_contain_text("已存在本机")
    phone.set_offline(False)
    expect(tab.locator("#sent-says")).to_have_text(
        "07:44已交，实到54人，事假1", timeout=15_000
    )
    assert standing(cast).leave == 1


def test_a_correction_replaces_and_both_are_kept(
    phone: BrowserContext, live_site: LiveServer, cast: Cast
) -> None:
    tab = opened(phone, live_site, cast)
    tab.locator("#send").tap()
    tab.wait_for_timeout(450)
    tab.locator("#sure").tap()
    expect(tab.locator("#sent-says")).to_have_text("07:44已交，全勤55人")
    tab.locator("#mend").tap()
    tab.locator("#seats").get_by_text("屈言").tap()
    tab.locator("#kinds").get_by_text("迟到").tap()
    tab.locator("#keep").tap()
    tab.wait_for_timeout(450)
    tab.locator("#send").tap()
    expect(tab.locator("#sent-says")).to_have_text("07:44已交，实到54人，迟到1")
    assert standing(cast).replaces is not None
    assert ClassCheck.objects.count() == 2


def test_by_number_and_with_the_keyboard(
    phone: BrowserContext, live_site: LiveServer, cast: Cast
) -> None:
    tab = opened(phone, live_site, cast)
    tab.locator("#order").tap()
    expect(tab.locator("#front")).to_be_hidden()
    first = tab.locator("#seats button").first
    first.press("Enter")
    expect(tab.locator("#sheet")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.locator("#sheet")).to_be_hidden()
    expect(first).to_be_focused()
    picture(tab, "by-number")


def test_both_sign_and_the_pupil_returns(
    phone: BrowserContext, live_site: LiveServer, cast: Cast
) -> None:
    """What is not signed is said where the teacher taps."""
    sick(cast, "韩沐阳", DAY - dt.timedelta(days=1))
    tab = opened(phone, live_site, cast)
    row = tab.locator("[data-carry]")
    row.get_by_text("已到").tap()
    expect(row).to_contain_text("复课手续没齐，先去校医处")
    tab.locator("#send").tap()
    tab.wait_for_timeout(450)
    tab.locator("#sure").tap()
    expect(tab.locator("#sent-says")).to_have_text("07:44已交，全勤55人")
    row_kept = Absence.objects.get()
    assert (row_kept.state, row_kept.back_on) == ("registered", DAY)
    doctor = Actor(None, cast.people["doctor"].pk, Role.SCHOOL_DOCTOR)
    with pytest.raises(Refused):
        absences.sign(doctor, row_kept, MORNING)
