"""A short script with everything in it that a script can have; and strategies for others."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import strategies as st

from bihuan.base.units import Minutes, Share
from bihuan.drill.script import (
    Basis,
    Channel,
    Content,
    Draw,
    Expected,
    Form,
    Inject,
    InjectKind,
    Jump,
    Measure,
    Notice,
    Objective,
    Purpose,
    Scene,
    Source,
    SourceClass,
    Standard,
    When,
)
from bihuan.plan.words import InPlace, Post, Setting

START = datetime(2020, 4, 13, 7, 0)  # noqa: DTZ001  # a school's own clock


def standard(
    key: str,
    target: float,
    fail: float,
    kind: SourceClass = SourceClass.TARGET,
    contact_time: float | None = None,
) -> Standard:
    return Standard(
        key=key,
        target=Minutes(target),
        fail=Minutes(fail),
        source_class=kind,
        source="本系统建议值，无国家时限",
        contact_time=None if contact_time is None else Minutes(contact_time),
    )


def act(id_: str, by: Post, key: str = "", **more: object) -> Expected:
    told = Expected(id=id_, act=f"做 {id_}", by=by, standard=key)
    return replace(told, **more)  # type: ignore[arg-type]


def small_script() -> Scene:
    """Four injects, eight actions: by time, after an action, on a condition, by hand."""
    return Scene(
        id="small",
        title="小演练",
        start=START,
        max_hours=6,
        basis=(
            Basis(document="突发公共卫生事件应急条例", clause="第二十条", law=True),
        ),
        objectives=(
            Objective(id="O1", text="及时隔离", in_place=(InPlace.RESPONSE,)),
            Objective(id="O2", text="预案可行", in_place=(InPlace.PLAN, InPlace.CARE)),
        ),
        standards=(
            standard("apart", 10, 30),
            standard("report", 30, 120, SourceClass.LAW),
            standard("list", 60, 240),
        ),
        injects=(
            Inject(
                id="A",
                title="发热",
                text="一名学生 37.8 ℃",
                when=When(at=Minutes(10)),
                to=(Post.GUARD,),
                source=Source(draw=Draw.INDEX_CASE, settings=(Setting.SEAT,)),
                objective="O1",
                expected=(
                    act("A1", Post.GUARD, "apart", critical=True, evidence=("scan",)),
                    act("A2", Post.DOCTOR),
                ),
                feeds=(("isolation.delay", "A1.at"),),
            ),
            Inject(
                id="B",
                title="复测",
                text="",
                when=When(after="A1", delay=Minutes(5)),
                to=(Post.DOCTOR,),
                kind=InjectKind.INFORMATION,
                channel=Channel.PHONE,
                objective="O1",
                expected=(
                    act("B1", Post.LIAISON, "report", objective="O2"),
                    act("B2", Post.CLASS_TEACHER, "apart", objective="O2"),
                ),
            ),
            Inject(
                id="C",
                title="慢了",
                text="",
                when=When(after="A1", late_by=Minutes(5)),
                to=(Post.GUARD,),
                objective="O1",
                expected=(act("C1", Post.GUARD), act("C2", Post.CLEANER)),
            ),
            Inject(
                id="D",
                title="要名单",
                text="",
                when=When(at=Minutes(120)),
                to=(Post.LIAISON, Post.GRADE_HEAD),
                manual=True,
                source=Source(draw=Draw.CONTACT_TRUTH),
                objective="O1",
                expected=(
                    act(
                        "D1",
                        Post.GRADE_HEAD,
                        "list",
                        measure=Measure(recall=Share(0.95), precision=Share(0.6)),
                    ),
                    act("D2", Post.CLASS_TEACHER, objective="O2"),
                ),
                feeds=(
                    ("contact_listing.recall", "D1.recall"),
                    ("contact_listing.delay", "D1.at"),
                ),
            ),
        ),
        jumps=(Jump(after="B", to=Minutes(110)),),
        stop_rules=("出现真实发热、伤病",),
    )


# --- any script ------------------------------------------------------------------------

TEXTS = st.text(
    "甲乙丙一二三abc，。：:#'\"=%&*!|>-{}[] 0123", min_size=1, max_size=12
).map(lambda text: f"文{text.strip()}末")
NAMES = st.from_regex(r"[A-Z]{1,3}-?[1-9][0-9]?", fullmatch=True)
MINUTES = st.one_of(
    st.integers(0, 1440).map(float), st.floats(0, 1440, allow_nan=False)
).map(Minutes)
SHARES = st.integers(0, 100).map(lambda n: Share(n / 100))


@st.composite
def standards(draw: st.DrawFn, key: str) -> Standard:
    return Standard(
        key=key,
        target=draw(MINUTES),
        fail=draw(MINUTES),
        source_class=draw(st.sampled_from(SourceClass)),
        source=draw(TEXTS),
        contact_time=draw(st.none() | MINUTES),
    )


@st.composite
def expected(draw: st.DrawFn, id_: str, keys: list[str], aims: list[str]) -> Expected:
    measures = st.builds(Measure, recall=SHARES, precision=SHARES)
    return Expected(
        id=id_,
        act=draw(TEXTS),
        by=draw(st.sampled_from(Post)),
        standard=draw(st.sampled_from(["", *keys])),
        critical=draw(st.booleans()),
        evidence=tuple(
            draw(st.lists(st.sampled_from(["scan", "form:x", "照片"]), max_size=2))
        ),
        objective=draw(st.sampled_from(["", *aims])),
        measure=draw(st.none() | measures),
    )


@st.composite
def whens(draw: st.DrawFn, anchors: list[str]) -> When:
    if not anchors or draw(st.booleans()):
        return When(at=draw(st.none() | MINUTES))
    return When(
        after=draw(st.sampled_from(anchors)),
        delay=draw(MINUTES),
        late_by=draw(st.none() | MINUTES),
        unless_late=draw(st.none() | MINUTES),
        recall_below=draw(st.none() | SHARES),
    )


SOURCES = st.builds(
    Source,
    draw=st.sampled_from(Draw),
    settings=st.lists(st.sampled_from(Setting), unique=True, max_size=3).map(tuple),
    within_hours=st.integers(1, 96).map(float),
    scripted_if_none=st.booleans(),
)


@st.composite
def scripts(draw: st.DrawFn) -> Scene:
    """Any script that a file can hold; its references lead somewhere."""
    ids = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    keys = [f"k{n}" for n in range(draw(st.integers(0, 3)))]
    aims = [f"O{n}" for n in range(draw(st.integers(0, 3)))]
    injects: list[Inject] = []
    for id_ in ids:
        anchors = [i.id for i in injects] + [e.id for i in injects for e in i.expected]
        acts = [f"{id_}.{k}" for k in range(draw(st.integers(0, 3)))]
        pairs = st.tuples(
            st.sampled_from(["isolation.delay", "contact_listing.recall"]),
            st.sampled_from([f"{a}.at" for a in acts] or ["X.missed"]),
        )
        injects.append(
            Inject(
                id=id_,
                title=draw(TEXTS),
                text=draw(st.just("") | TEXTS),
                when=draw(whens(anchors)),
                to=tuple(
                    draw(st.lists(st.sampled_from(Post), unique=True, max_size=3))
                ),
                kind=draw(st.sampled_from(InjectKind)),
                channel=draw(st.sampled_from(Channel)),
                manual=draw(st.booleans()),
                source=draw(st.none() | SOURCES),
                objective=draw(st.sampled_from(["", *aims])),
                expected=tuple(draw(expected(a, keys, aims)) for a in acts),
                feeds=tuple(
                    draw(st.lists(pairs, max_size=2, unique_by=lambda p: p[0]))
                ),
            )
        )
    places = st.lists(st.sampled_from(InPlace), min_size=1, max_size=2, unique=True)
    return Scene(
        id=draw(NAMES),
        title=draw(TEXTS),
        start=START + timedelta(minutes=draw(st.integers(0, 10**6))),
        form=draw(st.sampled_from(Form)),
        content=draw(st.sampled_from(Content)),
        purpose=draw(st.sampled_from(Purpose)),
        notice=draw(st.sampled_from(Notice)),
        disease=draw(st.sampled_from(["sars2-2020", "influenza-a"])),
        max_hours=draw(st.integers(1, 72).map(float)),
        basis=tuple(
            draw(
                st.lists(
                    st.builds(Basis, document=TEXTS, clause=TEXTS, law=st.booleans()),
                    max_size=2,
                )
            )
        ),
        objectives=tuple(
            Objective(id=aim, text=draw(TEXTS), in_place=tuple(draw(places)))
            for aim in aims
        ),
        standards=tuple(draw(standards(key)) for key in keys),
        injects=tuple(injects),
        jumps=tuple(
            draw(
                st.lists(
                    st.builds(Jump, after=st.sampled_from(ids), to=MINUTES), max_size=2
                )
            )
        ),
        stop_rules=tuple(draw(st.lists(TEXTS, max_size=2))),
    )
