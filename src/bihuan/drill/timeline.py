"""When a script means things to happen, if all goes to its targets."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bihuan.base.units import Minutes
from bihuan.drill.script import Expected, Inject, Scene, When


def planned(scene: Scene) -> Mapping[str, Minutes | None]:
    """Planned exercise minutes of each inject; None: by hand alone, or in a circle.

    What waits for an action is planned at the action's target, a condition on lateness at
    the moment at which it would come true.
    """
    return {inject.id: _planned(scene, inject, frozenset()) for inject in scene.injects}


def deadline(scene: Scene, expected: Expected) -> Minutes:
    """Minutes by which an action is meant to be done; 0: without a standard."""
    standard = scene.standard(expected.standard)
    return standard.target if standard else Minutes(0.0)


def _planned(scene: Scene, inject: Inject, above: frozenset[str]) -> Minutes | None:
    when = inject.when
    if not when.after:
        return when.at
    if inject.id in above:
        return None
    anchor = _anchor(scene, when, above | {inject.id})
    return None if anchor is None else Minutes(anchor + when.delay)


def _anchor(scene: Scene, when: When, above: frozenset[str]) -> Minutes | None:
    for inject in scene.injects:
        if inject.id == when.after:
            return _planned(scene, inject, above)
        for expected in inject.expected:
            if expected.id == when.after:
                start = _planned(scene, inject, above)
                late = when.late_by or Minutes(0.0)
                target = deadline(scene, expected)
                return None if start is None else Minutes(start + target + late)
    return None


def clock_time(scene: Scene, minutes: Minutes) -> datetime:
    """The time of day at which exercise minutes come, if nothing pauses or jumps."""
    return scene.start + timedelta(minutes=minutes)
