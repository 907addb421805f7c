"""What the kitchen-sink pages in tests/look are filled with; all of it is made up."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django import forms

from bihuan.base.wording import speak
from bihuan.web.pages.due import done, due
from page_server import render

AT = dt.datetime(2026, 4, 8, 7, 42, tzinfo=dt.UTC)
NAMES = (
    "罗景行", "宋砚清", "柏一诺", "温若竹", "樊星野", "邵禾", "苗子衿", "佟亦舟", "简书航", "叶知秋", "覃云帆", "戚望舒", "莫北辰", "晏清欢",
    "韩沐阳", "傅雨桐", "鲍远山", "席慕禾", "詹思齐", "祁安", "岳明朗", "卞文心", "欧阳予安", "丛嘉木", "阎乐之", "井然", "褚向晚", "郝今朝",
    "闵知行", "昝春晓", "逄一鸣", "阿依努尔", "蔺初晴", "车以宁", "娄家禾", "窦青禾", "庞若谷", "倪可为", "冉冬至", "桂子辰", "厉行之", "边小满",
    "裘瑾瑜", "麻雨声", "隋远", "单清宁", "盛夏", "辛未央", "屈言", "蒙山月", "仇思源", "童一叶", "湛蓝", "柯以默", "申屠乐",
)  # fmt: skip
SYMPTOMS = (
    ("发热", "Fever"), ("咳嗽", "Cough"), ("头痛", "Headache"), ("咽痛", "Sore throat"),
    ("腮腺肿大", "Swollen glands"), ("腹痛", "Belly pain"), ("腹泻", "Diarrhoea"), ("呕吐", "Vomiting"),
    ("皮疹", "Rash"), ("头晕", "Dizzy"), ("乏力", "Weak"), ("结膜充血", "Red eyes"),
)  # fmt: skip
CALLS = (
    ("fail", ("车队卢师傅", "Bus driver Lu"), ("2次没接，可改打副岗", "2 calls not taken; try the deputy")),
    ("pass", ("蒋女士（母亲）", "Ms Jiang (mother)"), ("08:02接通，约08:50到校", "Reached 08:02, comes about 08:50")),
    ("pass", ("值班校领导 郭校长", "Head on duty Guo"), ("07:58接通，已到场", "Reached 07:58, is there")),
)  # fmt: skip
TODO = (
    ("fail", "三高", ("高三(5)班3人发热咳嗽，报警没人接", "3 with fever in 12(5), alarm not taken"), ("16分未接", "16 min"), ("校医 郑岩", "Doctor Zheng"), ("10:20转校长", "to the head 10:20"), ("打电话", "Call")),
    ("fail", "矿区中学", ("日报没报；高三(3)(11)班晨检没交", "No report; checks of 12(3) and 12(11) missing"), ("逾6分", "6 min over"), ("信息联络员 陈立", "Liaison Chen"), ("已催未读，10:30转B角", "urged, unread; deputy at 10:30"), ("再催", "Urge again")),
    ("unknown", "职教中心", ("外地返密4人的去向没核实", "4 from elsewhere not traced"), ("应昨日18:00", "due 18:00 yesterday"), ("年级主任 吴凡", "Grade head Wu"), ("已催2次，已读", "urged twice, read"), ("催办", "Urge")),
    ("stale", "青屏高中", ("84消毒液8天没盘点（应7天内）", "Bleach not counted for 8 days (7 allowed)"), ("过期1天", "1 day over"), ("物资保管员 韩梅", "Stores Han"), ("今日17:00前盘点", "count by 17:00"), None),
)  # fmt: skip
NAV = (("指挥台", "Board"), ("开学核验", "Readiness"), ("预案", "Plan"), ("演练", "Drills"), ("推演", "What if"), ("返校日历", "Return"), ("台账", "Ledgers"), ("督查", "Inspection"))  # fmt: skip
OPTIONS = {
    "tooltip": {},
    "legend": {},
    "xAxis": {"type": "value"},
    "yAxis": {"type": "category", "data": ["名单", "夜间"]},
    "series": [
        {
            "name": "百分点",
            "type": "bar",
            "data": [-5.2, -7.4],
            "itemStyle": {"color": "var(--green)"},
            "label": {"show": True, "position": "left"},
        }
    ],
}


class Sample(forms.Form):
    """One field of each kind, filled wrongly."""

    name = forms.CharField(label="姓名", help_text="写全名")
    day = forms.DateField(label="哪天", required=False)
    kind = forms.ChoiceField(label="学段", choices=[("1", "高中"), ("2", "初中")])
    sure = forms.BooleanField(label="已当面核对")
    way = forms.ChoiceField(
        label="怎么核实",
        choices=[("a", "看纸"), ("b", "打电话")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="备注", required=False, widget=forms.Textarea)
    file = forms.FileField(label="表格", required=False)


def look(name: str, language: str = "zh-Hans", **more: Any) -> str:
    """Render one of the kitchen-sink pages."""
    zh = language == "zh-Hans"
    form = Sample({"day": "32日"})
    minute = dt.timedelta(minutes=1)
    with speak(language):
        form.is_valid()
        chips = {
            "soon": due(AT + 18 * minute, AT),
            "far": due(AT + 138 * minute, AT),
            "late": due(AT - 5 * minute, AT),
            "done": done("07:45"),
        }
    fills: dict[str, Any] = {
        **chips,
        "now": AT,
        "zh": zh,
        "t": lambda chinese, english: chinese if zh else english,
        "names": NAMES,
        "symptoms": SYMPTOMS,
        "calls": CALLS,
        "todo": TODO,
        "form": form,
        "options": OPTIONS,
        "inbox": 2,
        "seen": SimpleNamespace(name="值班 刘科长" if zh else "On duty: Liu"),
        "nav": [
            SimpleNamespace(name=pair[0 if zh else 1], url="#", here=number == 0)
            for number, pair in enumerate(NAV)
        ],
    }
    return render(name, language, **(fills | more))
