"""What a rehearsal rests on: parameters, intensities, times, each with its range."""

from collections.abc import Iterator

from bihuan.base.wording import N_, _
from bihuan.loop.outcome import Assumption
from bihuan.outbreak import intensity
from bihuan.outbreak.disease import Disease, Parameter, parameters

LABELS = {
    "r0": N_("基本再生数 R0（无措施，全区平均）"),
    "incubation_median": N_("潜伏期中位数"),
    "incubation_dispersion": N_("潜伏期离散度"),
    "lead": N_("发病前多少天开始有传染性"),
    "profile_mean": N_("传染性时长均值"),
    "profile_shape": N_("传染性曲线形状"),
    "profile_days": N_("传染性最长天数"),
    "symptomatic_student": N_("学生感染后有症状的比例"),
    "symptomatic_adult": N_("成人感染后有症状的比例"),
    "fever_student": N_("有症状学生发热的比例"),
    "fever_adult": N_("有症状成人发热的比例"),
    "asymptomatic_infectiousness": N_("无症状者相对传染性"),
    "symptom_days_mean": N_("症状持续天数"),
    "symptom_days_shape": N_("症状持续天数的形状"),
    "overdispersion": N_("个体传染性离散参数 k"),
    "route_close": N_("近距离途径权重"),
    "route_air": N_("空气途径权重"),
    "route_surface": N_("物表途径权重"),
    "strength_needed": N_("有效消毒浓度"),
}
UNITS = {
    "ratio": N_("比值"),
    "days": N_("天"),
    "proportion": N_("比例"),
    "weight": N_("权重"),
    "mg/L": "mg/L",
}
LEFT_OUT = (
    N_("家长在校门口聚集"),
    N_("校外补习"),
    N_("天气"),
    N_("免疫减退与再次感染"),
    N_("教职工家庭"),
    N_("人因害怕而改变的行为"),
)


def assumptions(disease: Disease, incidence: float) -> tuple[Assumption, ...]:
    """Every value the rehearsal rests on, in the language in force."""
    return (*_parameters(disease), *_settings(), *_masks(), *_outside(incidence))


def label(parameter: str) -> str:
    """A parameter's name for people."""
    return _(LABELS[parameter])


def _parameters(disease: Disease) -> Iterator[Assumption]:
    for row in parameters():
        if row.disease == disease.code:
            yield _parameter(row, getattr(disease, row.parameter))


def _parameter(row: Parameter, value: float) -> Assumption:
    return Assumption(
        name=label(row.parameter),
        value=f"{value:g}",
        low=f"{row.low:g}",
        high=f"{row.high:g}",
        unit=_(UNITS[row.unit]),
        source=row.source,
        assumed=row.assumed,
    )


def _settings() -> Iterator[Assumption]:
    low, high = intensity.RANGE
    for setting, row in intensity.INTENSITY.items():
        yield Assumption(
            name=_("{setting}：近距离、空气、物表").format(setting=_(setting.label)),
            value=f"{row.close:g}, {row.air:g}, {row.surface:g}",
            low=f"×{low:g}",
            high=f"×{high:g}",
            unit=_("每对每小时"),
            source="",
            assumed=True,
        )


def _masks() -> Iterator[Assumption]:
    for mask, (out, into) in intensity.MASKS.items():
        yield Assumption(
            name=_("{mask}挡住的份额：呼出、吸入").format(mask=_(mask.label)),
            value=f"{out:g}, {into:g}",
            low="",
            high="",
            unit=_("比例"),
            source="Lasser et al. Nat Commun 2022;13:554" if mask == "surgical" else "",
            assumed=mask != "surgical",
        )


def _outside(incidence: float) -> Iterator[Assumption]:
    yield Assumption(
        name=_("校外新发感染"),
        value=f"{incidence:g}",
        low="",
        high="",
        unit=_("每 10 万人每天"),
        source=_("预案"),
        assumed=True,
    )
    chance = intensity.VISITOR_DAYS * intensity.VISITOR_CHANCE
    yield Assumption(
        name=_("一名有传染性的来访者期望感染的教职工"),
        value=f"{intensity.VISITOR_CHANCE:g}",
        low="",
        high="",
        unit=_("人（有传染性 {days:g} 天，合 {chance:g}）").format(
            days=intensity.VISITOR_DAYS, chance=chance
        ),
        source="",
        assumed=True,
    )
