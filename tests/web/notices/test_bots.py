"""What group bots are told: nothing but counts, units, times and a link."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from urllib.parse import unquote_plus

import pytest
from hypothesis import given, strategies as st

from bihuan.base.wording import speak
from bihuan.web.notices import bots, kinds
from bihuan.web.notices.bots import BotKind, Link, Message, Mobile, Verdict
from bihuan.web.notices.kinds import CHINA, KINDS, Facts, Line, Name, NotAllowed
from bihuan.web.org.models import UnitKind

LINK = Link("https://bihuan.example.cn", "/inbox/")
SCHOOL = Name(UnitKind.SCHOOL, "示例A中学")
KLASS = Name(UnitKind.CLASS, "高三(5)班")
DUE = dt.datetime(2026, 3, 9, 8, 0, tzinfo=CHINA)
PUPILS = ("王小明", "欧阳娜娜", "李一", "学生A101", "Li Xiaoming", "高明")


def late(count: int = 3, name: Name = SCHOOL) -> Line:
    return Line(KINDS["check_late"], Facts(unit=name, count=count, due=DUE))


def message(*lines: Line, mobiles: int = 0) -> Message:
    called = tuple(Mobile(f"138{n:08d}") for n in range(mobiles))
    return Message(lines=lines or (late(),), link=LINK, at_mobiles=called)


def content(parcel: bots.Parcel) -> str:
    said = json.loads(parcel.body)
    return str(said["text"]["content"] if "text" in said else said["content"]["text"])


def test_a_message_says_school_count_time_and_link() -> None:
    assert content(bots.wecom(message())) == (
        "闭环 · 晨检催报\n"
        "示例A中学还有3个班没交晨检，3月9日08:00前交\n"
        "https://bihuan.example.cn/inbox/"
    )


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
def test_every_kind_can_be_said_in_every_language(kind: kinds.Kind) -> None:
    facts = Facts(unit=SCHOOL, klass=KLASS, count=3, total=9, minutes=5, due=DUE)
    for language in ("zh-Hans", "en"):
        with speak(language):
            said = Line(kind, facts).say()
        assert "{" not in said
        assert all(pupil not in said for pupil in PUPILS)


@pytest.mark.parametrize("pupil", PUPILS)
@pytest.mark.parametrize("kind", UnitKind)
def test_no_childs_name_passes_as_a_unit(kind: UnitKind, pupil: str) -> None:
    with pytest.raises(NotAllowed) as refusal:
        Name(kind, pupil)
    assert pupil not in str(refusal.value)


@given(st.text(min_size=1, max_size=60))
def test_a_units_name_is_one_line_without_mark_up(text: str) -> None:
    try:
        name = Name(UnitKind.SCHOOL, text)
    except NotAllowed:
        return
    assert not set(str(name)) & set("\n\r<>*[]#@`&\"' /:\\")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (UnitKind.SCHOOL, "实验高中"),
        (UnitKind.SCHOOL, "二高"),
        (UnitKind.SCHOOL, "矿区中学（演练）"),
        (UnitKind.SCHOOL, "职教中心"),
        (UnitKind.CENTRE, "城关镇中心校"),
        (UnitKind.GRADE, "高三"),
        (UnitKind.GRADE, "七年级"),
        (UnitKind.CLASS, "七（3）班"),
        (UnitKind.CLASS, "2023级3班"),
        (UnitKind.BUILDING, "1号楼"),
        (UnitKind.ROOM, "409"),
        (UnitKind.BUREAU, "示例市教体局"),
    ],
)
def test_the_names_of_units_pass(kind: UnitKind, text: str) -> None:
    assert str(Name(kind, text)) == text


def test_a_unit_without_a_fitting_name_is_told_by_its_kind() -> None:
    assert str(Name(UnitKind.SCHOOL)) == "学校"


@pytest.mark.parametrize("told", ["王小明", 36.9, -1, True, "3", 10**9])
def test_a_count_is_a_count(told: object) -> None:
    with pytest.raises(NotAllowed):
        Facts(count=told)  # type: ignore[arg-type]  # what a careless caller would do


@pytest.mark.parametrize("place", ["unit", "klass"])
def test_a_place_takes_no_free_text(place: str) -> None:
    with pytest.raises(NotAllowed):
        Facts(**{place: "高三(5)班 王小明"})  # type: ignore[arg-type]  # the same


def test_a_time_has_a_zone() -> None:
    with pytest.raises(NotAllowed):
        Facts(due=dt.datetime(2026, 3, 9, 8))  # noqa: DTZ001  # that is the mistake


def test_a_sentence_has_no_place_for_a_name() -> None:
    with pytest.raises(NotAllowed):
        kinds.declare("named", "发热", "{pupil}发热")
    assert "named" not in KINDS


def test_only_declared_sentences_are_said() -> None:
    made_up = kinds.Kind(key="check_late", title="通知", line="王小明确诊")
    with pytest.raises(NotAllowed):
        Line(made_up, Facts())


def test_a_key_has_one_meaning() -> None:
    with pytest.raises(NotAllowed):
        kinds.declare("check_late", "别的", "别的")


def test_a_sentence_wants_all_its_facts() -> None:
    with pytest.raises(NotAllowed):
        Line(KINDS["check_late"], Facts(unit=SCHOOL, count=3))


def test_a_message_is_built_from_parts_only() -> None:
    with pytest.raises(NotAllowed):
        Message(lines=("王小明",), link=LINK)  # type: ignore[arg-type]  # free text
    with pytest.raises(NotAllowed):
        Message(lines=(), link=LINK)
    with pytest.raises(NotAllowed):
        Message(lines=(late(),), link="https://x/")  # type: ignore[arg-type]  # the same
    with pytest.raises(NotAllowed):
        Message(lines=(late(),), link=LINK, at_mobiles=("13800000000",))  # type: ignore[arg-type]  # the same


@pytest.mark.parametrize(
    ("site", "path"),
    [
        ("javascript:", "/inbox/"),
        ("https://user@evil.cn", "/inbox/"),
        ("https://ok.cn/x", "/inbox/"),
        ("https://ok.cn", "//evil.cn/"),
        ("https://ok.cn", "/inbox/?name=%E7%8E%8B"),
        ("https://ok.cn", "/王小明/"),
        ("https://ok.cn", "/inbox/\n"),
        ("https://ok.cn", "/inbox"),
        ("https://" + "o" * 300, "/inbox/"),
    ],
)
def test_a_link_leads_to_this_site_and_holds_no_text(site: str, path: str) -> None:
    with pytest.raises(NotAllowed):
        Link(site, path)


@pytest.mark.parametrize("digits", ["110", "13800000000 ", "+8613800000000", "王小明"])
def test_a_mobile_is_a_mobile(digits: str) -> None:
    with pytest.raises(NotAllowed):
        Mobile(digits)


lines = st.lists(
    st.builds(
        late,
        st.integers(0, kinds.MOST),
        st.builds(
            lambda stem: Name(UnitKind.SCHOOL, stem + "中学"),
            st.text(st.sampled_from("示例永和华é𠮷𐐀A1"), max_size=38),
        ),
    ),
    min_size=1,
    max_size=120,
)


@given(lines, st.integers(0, 30))
def test_no_message_is_too_long_and_cuts_fall_between_sentences(
    told: list[Line], mobiles: int
) -> None:
    whole = message(*told, mobiles=mobiles)
    told_text = [line.say() for line in told]
    parcels = {
        2048: bots.wecom(whole),
        4096: bots.dingtalk(whole, "s", 1),
        8192: bots.feishu(whole, "s", 1),
    }
    for limit, parcel in parcels.items():
        said = content(parcel)
        assert len(said.encode()) <= limit
        assert len(parcel.body) <= 20 * 1024
        title, *middle, link = said.split("\n")
        assert title == "闭环 · 晨检催报"
        assert link == str(LINK)
        kept = [line for line in middle if not line.startswith("另有")]
        assert kept == told_text[: len(kept)]
        left = len(told) - len(kept)
        assert middle[len(kept) :] == ([f"另有{left}条，请进系统看"] if left else [])


def test_a_cut_keeps_as_many_as_fit() -> None:
    said = bots.text(message(*[late(n) for n in range(100)]), 2048)
    one_more = len(late().say().encode()) + 1
    assert 2048 - 2 * one_more < len(said.encode()) <= 2048


def test_a_limit_below_the_link_is_a_mistake() -> None:
    with pytest.raises(NotAllowed):
        bots.text(message(), 20)


def test_a_drill_says_so_first() -> None:
    drilled = Message(lines=(late(),), link=LINK, exercise=True)
    assert content(bots.feishu(drilled, "", 0)).startswith("（演练）闭环 · 晨检催报\n")


@pytest.mark.parametrize(
    ("hours", "said"), [(-1, "08:00"), (-9, "3月9日08:00"), (15.9, "08:00")]
)
def test_a_time_of_the_same_day_is_said_without_the_day(
    hours: float, said: str
) -> None:
    at = DUE + dt.timedelta(hours=hours)
    facts = Facts(unit=SCHOOL, count=3, due=DUE)
    told = Line(KINDS["check_late"], facts, at.astimezone(dt.UTC)).say()
    assert told == f"示例A中学还有3个班没交晨检，{said}前交"


def test_several_kinds_are_counted_in_the_title() -> None:
    mixed = message(late(), Line(KINDS["return_sign"], Facts(unit=SCHOOL, count=1)))
    assert content(bots.wecom(mixed)).startswith("闭环 · 2条提醒\n")
    assert mixed.kind.key == "check_late"


def test_people_are_called_by_mobile_and_never_everybody() -> None:
    called = ["13800000000", "13800000001"]
    wecom = json.loads(bots.wecom(message(mobiles=2)).body)
    assert wecom["text"]["mentioned_mobile_list"] == called
    ding = json.loads(bots.dingtalk(message(mobiles=2), "", 0).body)
    assert ding["at"] == {"atMobiles": called, "isAtAll": False}
    assert b"all" not in bots.wecom(message()).body


@given(st.text(min_size=1, max_size=80), st.integers(0, 2**42))
def test_dingtalk_checks_the_signature(secret: str, now_ms: int) -> None:
    query = bots.dingtalk(message(), secret, now_ms).query
    stamp, sign = (part.partition("=")[2] for part in query.split("&"))
    mac = hmac.digest(secret.encode(), f"{now_ms}\n{secret}".encode(), hashlib.sha256)
    assert stamp == str(now_ms)
    assert base64.b64decode(unquote_plus(sign)) == mac
    assert not set(sign) & set("+/= ")


@given(st.text(min_size=1, max_size=80), st.integers(0, 2**32))
def test_feishu_checks_the_signature(secret: str, now_s: int) -> None:
    said = json.loads(bots.feishu(message(), secret, now_s).body)
    mac = hmac.digest(f"{now_s}\n{secret}".encode(), b"", hashlib.sha256)
    assert said["timestamp"] == str(now_s)
    assert base64.b64decode(said["sign"]) == mac


def test_known_signatures() -> None:
    """Worked out once with openssl, so that both sides cannot be wrong alike."""
    assert bots.dingtalk_sign("SEC1", 1583715600000) == DINGTALK_SIGN
    assert bots.feishu_sign("SEC1", 1583715600) == FEISHU_SIGN


DINGTALK_SIGN = "xMExENYkmPe%2F3b2MrCRT2Yt7t8k%2FlBoUkNzT60YtDWg%3D"
FEISHU_SIGN = "ihupa9HHLMQCWm3yYCVLms2w9iHzNk2lMpz/GmDs5gY="


def test_without_a_secret_nothing_is_signed() -> None:
    assert bots.dingtalk(message(), "", 1).query == ""
    assert "sign" not in json.loads(bots.feishu(message(), "", 1).body)


@pytest.mark.parametrize(
    ("kind", "status", "body", "verdict", "reason"),
    [
        ("wecom", 200, '{"errcode":0,"errmsg":"ok"}', "accepted", ""),
        ("wecom", 200, '{"errcode":45009}', "limited", bots.TOO_OFTEN),
        ("wecom", 200, '{"errcode":93000}', "refused", bots.ADDRESS),
        ("wecom", 200, '{"errcode":-1}', "again", bots.BUSY),
        ("wecom", 200, '{"errcode":99999}', "refused", bots.NOT_TAKEN),
        ("dingtalk", 200, '{"errcode":310000}', "refused", bots.SIGNATURE),
        ("dingtalk", 200, '{"errcode":130101}', "limited", bots.TOO_OFTEN),
        ("feishu", 200, '{"code":0,"msg":"success"}', "accepted", ""),
        ("feishu", 200, '{"StatusCode":0}', "accepted", ""),
        ("feishu", 200, '{"code":19021}', "refused", bots.SIGNATURE),
        ("feishu", 200, '{"code":11232}', "limited", bots.TOO_OFTEN),
        ("feishu", 429, "", "limited", bots.TOO_OFTEN),
        ("feishu", 502, "", "again", bots.BUSY),
        ("feishu", 404, "", "refused", bots.ADDRESS),
        ("feishu", 302, '{"code":0}', "refused", bots.ADDRESS),
        ("feishu", 200, '{"errcode"', "again", bots.TORN),
        ("feishu", 200, "[0]", "again", bots.TORN),
        ("feishu", 200, '{"code":"0"}', "again", bots.TORN),
        ("feishu", 200, '{"code":false}', "again", bots.TORN),
    ],
)
def test_answers(kind: str, status: int, body: str, verdict: str, reason: str) -> None:
    answer = bots.read(BotKind(kind), status, body.encode())
    assert (answer.verdict, answer.reason) == (Verdict(verdict), reason)


@given(st.sampled_from(BotKind), st.integers(100, 599), st.binary(max_size=200))
def test_any_answer_is_read(kind: BotKind, status: int, body: bytes) -> None:
    answer = bots.read(kind, status, body)
    assert (answer.verdict is Verdict.ACCEPTED) == (answer.reason == "")
