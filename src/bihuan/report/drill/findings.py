"""What a drill says in sentences, made from its values."""

from collections.abc import Sequence

from bihuan.base.wording import _
from bihuan.drill.marks import Evaluation, Mark, PlaceMark, State
from bihuan.loop.drilled import Comparison, Price, Review
from bihuan.outbreak.summary import Estimate
from bihuan.report import wording
from bihuan.report.drill import facts, words
from bihuan.report.wording import CHANCE


def lead(review: Review) -> tuple[str, str]:
    """The answer first: how it went, what is dearest; a headline breaks between the two."""
    return _("{went}；", went=_went(review.evaluation)), wording.sentence(
        _dearest(review)
    )


def _went(evaluation: Evaluation) -> str:
    marks = [m for m in facts.timed(evaluation.marks) if m.state in facts.JUDGED]
    late = [mark for mark in marks if facts.night(mark, evaluation.scene)]
    day = [mark for mark in marks if mark not in late]
    if not marks:
        return _("没有一项处置能按时限评")
    if len(late) < 2 or len(day) < 2:  # noqa: PLR2004  # one action is no part of a day
        return _("有时限的处置 {n} 项，按时 {k} 项", n=len(marks), k=_on_time(marks))
    return _(
        "白天 {n} 项按时 {k} 项，夜里 {m} 项按时 {j} 项",
        n=len(day),
        k=_on_time(day),
        m=len(late),
        j=_on_time(late),
    )


def _on_time(marks: Sequence[Mark]) -> int:
    return sum(mark.state is State.ON_TIME for mark in marks)


def _dearest(review: Review) -> str:
    if not review.prices:
        return _("没有推演每处延误值多少")
    rows = facts.to_mend(review)
    if not rows:
        return _("推演里看不出哪一处延误有代价")
    names = _("、").join(price_name(price) for price in rows[:2])
    return _("推演里最该先补的是{names}", names=names)


def price_name(price: Price) -> str:
    """A price by its name."""
    return _(price.label)


def short_name(review: Review, price: Price) -> str:
    """A price by the action behind it and its name: F2 夜间分室、单管."""
    mark = facts.worst(review, price)
    name = price_name(price)
    return _("{id} {name}", name=name, id=mark.expected.id) if mark else name


def says(review: Review) -> tuple[tuple[str, str], ...]:
    """Mend first, mend second, need not."""
    rows = facts.to_mend(review)
    heads = (_("先补：{name}"), _("再补：{name}"))
    told = [
        (head.format(name=short_name(review, price)), _why(review, price))
        for head, price in zip(heads, rows, strict=False)
    ]
    if not told:
        told.append((_("没有要先补的"), _nothing(review)))
    return (*told, (_("不必先改"), _rest(review)))


def _why(review: Review, price: Price) -> str:
    mark = facts.worst(review, price)
    gap = facts.gap_of(review, mark.expected.id) if mark else None
    parts = [words.lacking(price), _(gap.text) if gap else ""]
    worth = _("多出的感染 {much}", much=words.signed(price.infections))
    return wording.sentence(_("；").join(part for part in (*parts, worth) if part))


def _nothing(review: Review) -> str:
    if not review.prices:
        return _("没有推演每处延误值多少；按法定时限和整改计划办。")
    return _("推演里没有一处延误看得出代价；按法定时限和整改计划办。")


def _rest(review: Review) -> str:
    rows = facts.need_not(review)
    if not rows:
        return _("没有看不出差别的延误。")
    names = _("、").join(_behind(price) for price in rows)
    return _("{names}：差异在误差范围内。", names=names)


def _behind(price: Price) -> str:
    if not price.standard:
        return price_name(price)
    return _(
        "{name} {measured}（标准 {standard}）",
        name=price_name(price),
        measured=price.measured,
        standard=price.standard,
    )


def law(evaluation: Evaluation) -> str:
    """The red flag: what went beyond a limit of law; empty where nothing did."""
    rows = facts.broken(evaluation)
    if not rows:
        return ""
    said = _("；").join(_beyond(mark) for mark in rows)
    return _("过了法定时限：{said}。", said=said)


def _beyond(mark: Mark) -> str:
    standard = mark.standard
    if standard is None:
        return mark.expected.act
    done = words.minutes(mark.minutes) if mark.minutes is not None else _("没做")
    return _(
        "{id} {act}，{done}，法定最迟 {fail}（{source}）",
        id=mark.expected.id,
        act=mark.expected.act,
        done=done,
        fail=words.minutes(standard.fail),
        source=standard.source,
    )


def notice(evaluation: Evaluation) -> str:
    """The notice type, which stands beside every score."""
    return _(evaluation.scene.notice.label)


def who_judged(evaluation: Evaluation) -> str:
    """How many evaluators, and how far they agree."""
    count = facts.raters(evaluation.log)
    if not count:
        return _("没有评估员，只有记录")
    if evaluation.kappa is None:
        return _("评估员 {n} 名，没有双评", n=count)
    return _(
        "评估员 {n} 名，{k} 项双评，加权 κ = {kappa}（{word}）",
        n=count,
        k=len(facts.twice(evaluation)),
        kappa=words.score(evaluation.kappa),
        word=words.agreement(evaluation.kappa),
    )


def weak(evaluation: Evaluation) -> str:
    """That the evaluators do not agree, where they do not."""
    if evaluation.kappa is None or evaluation.kappa >= words.WEAK:
        return ""
    return _(
        "评估员之间不一致（加权 κ = {kappa}，低于 0.4）：这一轮要重评，下面的质量分先不用。",
        kappa=words.score(evaluation.kappa),
    )


def players(evaluation: Evaluation) -> str:
    """That nobody was tested, where the players were simulated."""
    return _(words.SIMULATED) if evaluation.log.played else ""


def source(evaluation: Evaluation) -> str:
    """Where the log comes from."""
    if evaluation.log.played:
        return _(words.SIMULATED)
    code = evaluation.log.source
    return _(words.SOURCES.get(code, code)) or _("来源没写")


def total(evaluation: Evaluation) -> str:
    """The school's total, or that there is none."""
    if evaluation.total is None:
        return _("七个到位都未充分检验，不给总分")
    kept = sum(place.value is not None for place in evaluation.places)
    return _("{k} 个到位的平均 {value}", k=kept, value=words.interval(evaluation.total))


def shortest(evaluation: Evaluation) -> str:
    """The lowest of the seven 短板; empty where none has a value."""
    rows = [place for place in evaluation.places if place.value]
    if len(rows) < 2:  # noqa: PLR2004  # one is not the lowest of anything
        return ""
    low = min(rows, key=_value)
    return _(
        "短板：{place} {value}",
        place=words.place(low.in_place),
        value=words.interval(low.value),
    )


def _value(place: PlaceMark) -> float:
    return place.value.value if place.value else 1.0


def together(review: Review) -> str:
    """What is won by doing all as the standards say."""
    price = facts.together(review)
    if price is None:
        return ""
    parts = (
        _("校内感染{much}", much=words.gain(price.infections)),
        _("≥5 人暴发的机会{much}", much=words.gain(price.outbreak5, words.POINTS)),
        _("隔离{much}", much=words.gain(price.apart_days, words.PERSON_DAYS)),
        _("停课{much}", much=words.gain(price.lessons, words.CLASS_DAYS)),
    )
    said = _("；").join(parts)
    return _("全部按标准做到：{said}。单项之和不等于合计。", said=said)


def left_out(review: Review) -> str:
    """What was late or not done and has no price, so that it is not forgotten."""
    rows = facts.unpriced(review)
    if not rows or not review.prices:
        return ""
    names = _("、").join(mark.expected.id for mark in rows)
    return _("没有进推演的超时和没做（不是没有代价）：{names}。", names=names)


def rehearsed(review: Review) -> str:
    """As planned beside as rehearsed, in a sentence."""
    planned, done = review.as_planned, review.as_rehearsed
    if not facts.simulated(review):
        return _(
            "推演没有这种病原体的模型：这一场不计价，接触者按预案的座位、床位、餐桌算。"
        )
    apart = done.low > planned.high or done.high < planned.low
    verdict = _("两个区间不重叠") if apart else _("两个区间重叠，看不出差别")
    return _(
        "1 名感染者返校，≥5 人暴发的机会：照预案 {planned}，照演练 {done}；{verdict}。",
        planned=_chance(planned),
        done=_chance(done),
        verdict=verdict,
    )


def _chance(estimate: Estimate) -> str:
    return wording.words(estimate, CHANCE)


def basis(review: Review) -> str:
    """What the prices rest on."""
    if not review.runs:
        return ""
    return _(
        "本校模型，{days} 天，同一批随机数 {runs} 对，种子 {seed}",
        days=review.days,
        runs=wording.number(review.runs),
        seed=review.seed,
    )


def recall(evaluation: Evaluation) -> str:
    """How complete the contact list was."""
    mark = facts.list_mark(evaluation)
    if mark is None:
        return ""
    true, there = facts.contacts(evaluation.log), facts.listed(evaluation)
    if mark.recall is None or not true:
        return _("名单没有交，或没有真值可比。")
    said = _(
        "真值 {true} 人，名单 {n} 人，排对 {found} 人，漏 {missed} 人；查全率 {recall}",
        true=len(true),
        n=len(there),
        found=len(true & there),
        missed=len(true - there),
        recall=words.score(mark.recall),
    )
    if mark.precision is not None:
        said = _("{said}，查准率 {p}", said=said, p=words.score(mark.precision))
    return said + _asked(mark) + _("。")


def _asked(mark: Mark) -> str:
    measure = mark.expected.measure
    if measure is None:
        return ""
    return _(
        "（目标：查全 {recall}，查准 {precision}）",
        recall=words.score(measure.recall),
        precision=words.score(measure.precision),
    )


def timeline_title(evaluation: Evaluation) -> str:
    """How many were in time, late, not done."""
    rows = facts.timed(evaluation.marks)
    found = facts.counted(rows)
    said = _("计划与实际：{n} 项有时限", n=len(rows))
    for state in State:
        if found[state]:
            said += _("，{state} {n}", state=_(words.STATES[state]), n=found[state])
    return said


def order(comparison: Comparison) -> str:
    """Who came before whom, where that can be told; else that nothing is ranked."""
    tiers = [tier for tier in comparison.order if tier]
    if len(tiers) < 2:  # noqa: PLR2004  # one tier is no order
        return _("差异不显著，不排名")
    names = _names(comparison)
    rows = (_("、").join(names.get(code, code) for code in tier) for tier in tiers)
    return _("分得开的先后：{rows}（P ≥ 0.90）", rows=" > ".join(rows))


def _names(comparison: Comparison) -> dict[str, str]:
    return {r.evaluation.school: r.evaluation.school_name for r in comparison.reviews}


def pairs(comparison: Comparison) -> tuple[str, ...]:
    """Pairs of schools that can be told apart, each with its probability."""
    names = _names(comparison)
    return tuple(
        _(
            "{one} 高于 {other}，P = {p}",
            one=names.get(one, one),
            other=names.get(other, other),
            p=words.score(p),
        )
        for one, other, p in comparison.better
    )
