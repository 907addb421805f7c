"""When a script means things to happen, if all goes to its targets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from bihuan.base.units import Minutes
from bihuan.drill.script import Expected, Inject, Scene


def planned(scene: Scene) -> Mapping[str, Minutes | None]:
    """Planned exercise minutes of each inject; None: by hand alone, or in a circle.

    What waits for an action is planned at the action's target, a condition on lateness at
    the moment at which it would come true.
    """
    return _Timeline(scene).times


def deadline(scene: Scene, expected: Expected) -> Minutes:
    """Minutes by which an action is meant to be done; 0: without a standard."""
    standard = scene.standard(expected.standard)
    return standard.target if standard else Minutes(0.0)


@dataclass(frozen=True)
class _Timeline:
    """Finds planned times, each once."""

    scene: Scene
    times: dict[str, Minutes | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for inject in self.scene.injects:
            self._time(inject, frozenset())

    @cached_property
    def _anchors(self) -> Mapping[str, tuple[Inject, Minutes]]:
        """What can be waited for: its inject, minutes from its release."""
        done = {e.id: (i, deadline(self.scene, e)) for i, e in self.scene.expected()}
        return done | {i.id: (i, Minutes(0.0)) for i in self.scene.injects}

    def _time(self, inject: Inject, above: frozenset[str]) -> Minutes | None:
        if inject.id not in self.times:
            self.times[inject.id] = self._found(inject, above)
        return self.times[inject.id]

    def _found(self, inject: Inject, above: frozenset[str]) -> Minutes | None:
        when = inject.when
        if not when.after:
            return when.at
        if inject.id in above or when.after not in self._anchors:
            return None
        before, later = self._anchors[when.after]
        start = self._time(before, above | {inject.id})
        if start is None:
            return None
        return Minutes(start + later + (when.late_by or 0.0) + when.delay)


def clock_time(scene: Scene, minutes: Minutes) -> datetime:
    """The time of day at which exercise minutes come, if nothing pauses or jumps."""
    return scene.start + timedelta(minutes=minutes)
