"""A drill judged: a mark for each expected action, the seven in place, the total.

The log may be live, of a video, of paper or of simulated players; it is judged alike. What
became of an action and when is the session's word (`drill.session`); what it is worth is
`drill.score`'s.
"""

from collections.abc import Sequence

from bihuan.base.ids import PersonId
from bihuan.base.units import Share
from bihuan.drill import score
from bihuan.drill.bind import bind
from bihuan.drill.marks import Entry, Evaluation, Log, Mark, State
from bihuan.drill.score import Action
from bihuan.drill.script import Measure, Scene, SourceClass
from bihuan.drill.session import Task, final
from bihuan.plan.plan import Plan

JUDGED = frozenset({State.ON_TIME, State.LATE, State.NEVER})


def evaluate(
    scene: Scene, log: Log, plan: Plan, *, pool: Sequence[Action] = (), seed: int = 0
) -> Evaluation:
    """Judge one school's drill; `pool`: actions of all schools that played the scene."""
    marks = tuple(_mark(task, log) for task in final(scene, log).tasks)
    standing = score.standing(scene, marks, pool=pool, seed=seed, school=log.school)
    counted = sum(m.score is not None for m in marks)
    return Evaluation(
        scene=scene,
        school=log.school,
        school_name=plan.by_code[log.school].name,
        marks=marks,
        places=standing.places,
        total=standing.total,
        coverage=Share(counted / len(marks) if marks else 0.0),
        kappa=score.agreement(marks),
        posts=_posts(scene, log, plan),
        log=log,
    )


def pooled(evaluations: Sequence[Evaluation]) -> tuple[Action, ...]:
    """The counted actions of all schools, from which pseudo-actions are drawn."""
    return tuple(a for e in evaluations for a in score.actions(e.scene, e.marks))


def _mark(task: Task, log: Log) -> Mark:
    """The mark of one action from all that the log says of it."""
    rows = [row for row in log.entries if row.action == task.expected.id]
    done = next((row for row in rows if not row.waived), None)
    rated = next((row for row in rows if row.rating is not None), done)
    rectified = next((row.rectified for row in rows if row.rectified), "")
    state = _state(task, rectified)
    time = _time(task, state)
    recall, precision = _measured(done, log) if task.expected.measure else (None, None)
    quality = _quality(task.expected.measure, rated, recall, precision)
    minutes = None if task.done is None or state not in JUDGED else task.gone
    return Mark(
        inject=task.inject,
        expected=task.expected,
        standard=task.standard,
        state=state,
        minutes=minutes,
        time=time,
        quality=quality,
        score=_score(state, time, quality),
        recall=recall,
        precision=precision,
        person=done.person if done else PersonId(""),
        rating=rated.rating if rated else None,
        second_rating=rated.second_rating if rated else None,
        rectified=rectified,
        evidence=done.evidence if done else "",
        breaks_law=_breaks_law(task, state),
        released=task.released,
    )


def _state(task: Task, rectified: str) -> State:
    """What became of an action; a result taken as mended is late whatever its stamp."""
    state = task.state or State.CENSORED
    return State.LATE if rectified and state is State.ON_TIME else state


def _time(task: Task, state: State) -> float | None:
    if task.standard is None or state not in JUDGED:
        return None
    if state is State.NEVER or task.gone is None:
        return 0.0
    if state is State.LATE and task.gone <= task.standard.target:
        return 0.0  # rectified: the stamp is that of the mending
    return score.time_score(task.gone, task.standard)


def _measured(done: Entry | None, log: Log) -> tuple[float | None, float | None]:
    """Recall and precision of a contact list against the truth."""
    true = {person for _setting, row in log.truth.contacts for person in row}
    return score.recall_and_precision(done.listed if done else (), true)


def _quality(
    least: Measure | None,
    rated: Entry | None,
    recall: float | None,
    precision: float | None,
) -> float | None:
    """Of a list what was counted, of all else what the evaluators said."""
    if rated is None:
        return None
    if least is not None and recall is not None:
        return score.list_quality(recall, precision or 0.0, least)
    return score.quality_score(rated.rating, rated.second_rating)


def _score(state: State, time: float | None, quality: float | None) -> float | None:
    if state is State.NEVER:
        return 0.0
    if state not in JUDGED:
        return None
    return score.action_score(time, quality)


def _breaks_law(task: Task, state: State) -> bool:
    """Beyond the fail minutes of a standard of class law; the very minute still holds."""
    standard = task.standard
    if standard is None or standard.source_class is not SourceClass.LAW:
        return False
    beyond = task.gone is not None and task.gone > standard.fail
    return state is State.NEVER or (state is State.LATE and beyond)


def _posts(scene: Scene, log: Log, plan: Plan) -> tuple[tuple[str, str], ...]:
    """Whose each post is by the plan; who did it instead stands in the marks."""
    bound = bind(scene, plan, log.school)
    return tuple((str(post), str(person)) for post, (person, _deputy) in bound.items())
