"""What a drill draws from a simulation of this very school: first case, contacts, next cases.

The controller knows it and the players do not, so that a contact list's recall is counted
and not judged.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bihuan.base.ids import PersonId, SchoolCode
from bihuan.base.random import below
from bihuan.drill.marks import Truth
from bihuan.drill.script import Draw, Scene, Source
from bihuan.outbreak.calibrate import beta_for
from bihuan.outbreak.disease import Disease, disease as some_disease
from bihuan.outbreak.scenario import Question, Scenario
from bihuan.outbreak.simulate import seeds
from bihuan.outbreak.trace import NOBODY, Case, persons_of, trace
from bihuan.plan.contacts import SETTINGS, Contacts
from bihuan.plan.days import day_kinds
from bihuan.plan.plan import Plan
from bihuan.plan.words import Role, Setting

TRIES: Final = 400
"""Runs that are looked at before a drill goes by its script."""
HORIZON: Final = 28
ANY: Final = "sars2-2020"
"""Who meets whom does not hang on the disease."""
BACK: Final = 4
"""Days whose contacts count, the day of finding with them."""
CLOSE: Final = (
    Setting.SEAT,
    Setting.DORM_ROOM,
    Setting.TABLE,
    Setting.CLASSROOM,
    Setting.BUS,
)
"""Settings whose members are contacts where the script does not say: by place, bed, table,
lesson and bus."""


def stage(
    scene: Scene,
    plan: Plan,
    school: SchoolCode,
    disease: Disease | None,
    *,
    seed: int,
    beta: float | None = None,
) -> Truth:
    """The truth behind a drill, from the first run in which what the script wants happens.

    disease None: the engine has no model of it, and the first case is taken by lot. beta
    None: the school's own R0 is the disease's. Where no run gives all of it, the best that
    came stands in and `drawn` is False.
    """
    ill = disease or some_disease(ANY)
    scenario = Scenario(
        plan=plan,
        school=school,
        disease=ill,
        beta=beta_for(plan, (school,), ill) if beta is None else beta,
        question=Question.RETURNER,
        days=HORIZON,
    )
    place = _Place.of(scenario)
    wanted = _Wanted.of(scene)
    if disease is None:
        return place.truth(wanted, place.scripted(wanted, seed), (), drawn=False)
    spare: Case | None = None
    for cases in trace(scenario, seeds(seed, TRIES)):
        index = next((c for c in cases if c.source == NOBODY), None)
        if index is None or not wanted.suits(place, index):
            continue
        second = place.second(cases, index, wanted.within)
        if second or not wanted.secondary:
            return place.truth(wanted, index, second)
        spare = spare or index
    index = spare or place.scripted(wanted, seed)
    return place.truth(wanted, index, (), drawn=False)


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """What a script wants of a run."""

    index: tuple[Setting, ...]
    """Settings that the first case must belong to."""
    contacts: tuple[Setting, ...]
    secondary: bool
    within: float
    """Days after the finding in which a second case falls ill."""

    @classmethod
    def of(cls, scene: Scene) -> "_Wanted":
        sources = [i.source for i in scene.injects if i.source is not None]
        second = [s for s in sources if s.draw is Draw.SECONDARY_CASES]
        return cls(
            index=_settings(sources, Draw.INDEX_CASE),
            contacts=_settings(sources, Draw.CONTACTS, Draw.CONTACT_TRUTH) or CLOSE,
            secondary=bool(second),
            within=max((s.within_hours for s in second), default=0.0) / 24.0,
        )

    def suits(self, place: "_Place", case: Case) -> bool:
        """Whether a case is found at a check, and one of the school's whom it wants."""
        return case.found is not None and place.belongs(case.person, self.index)


def _settings(sources: Iterable[Source], *draws: Draw) -> tuple[Setting, ...]:
    """Settings that the sources of a kind name, each once."""
    named = (s for source in sources if source.draw in draws for s in source.settings)
    return tuple(dict.fromkeys(named))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Place:
    """A school as its drill sees it."""

    contacts: Contacts
    opens: NDArray[np.int32]
    kinds: NDArray[np.int32]
    """(day,) kind of day."""

    @classmethod
    def of(cls, scenario: Scenario) -> "_Place":
        contacts, opens = persons_of(scenario)
        kinds = day_kinds(scenario.plan, scenario.school, scenario.days)
        return cls(contacts=contacts, opens=opens, kinds=kinds)

    def belongs(self, person: int, settings: tuple[Setting, ...]) -> bool:
        """Whether a person has a group of each of these settings."""
        if person >= len(self.contacts.people):
            return False
        own = {
            SETTINGS[self.contacts.setting[g]] for g in self.contacts.groups_of(person)
        }
        return own.issuperset(settings)

    def second(
        self, cases: tuple[Case, ...], index: Case, within: float
    ) -> tuple[Case, ...]:
        """Whom the first case infected at school and who fall ill so soon after it is found."""
        found = np.inf if index.found is None else index.found
        return tuple(
            c
            for c in cases
            if c.source == index.person
            and c.person < len(self.contacts.people)
            and c.onset is not None
            and found < c.onset <= found + within
        )

    def scripted(self, wanted: _Wanted, seed: int) -> Case:
        """A student for a script: one who comes back first and suits."""
        people = self.contacts.people
        students = [n for n, p in enumerate(people) if p.role is Role.STUDENT]
        first = min((int(self.opens[n]) for n in students), default=0)
        back = [n for n in students if self.opens[n] == first]
        suited = [n for n in back if self.belongs(n, wanted.index)] or back
        person = suited[below(len(suited), seed, "scripted case")]
        return Case(
            person=person,
            time=-1.0,
            session=NOBODY,
            setting=None,
            source=NOBODY,
            infectious=0.0,
            onset=None,
            found=first + BACK - 0.5,
        )

    def truth(
        self,
        wanted: _Wanted,
        index: Case,
        second: tuple[Case, ...],
        *,
        drawn: bool = True,
    ) -> Truth:
        """A run's cases by name, with the first one's true contacts by setting."""
        day = int(index.found or 0.0)
        return Truth(
            index=self._id(index.person),
            contacts=tuple(self._contacts(index.person, day, wanted.contacts)),
            secondary=tuple(self._id(c.person) for c in second),
            drawn=drawn,
        )

    def _contacts(
        self, person: int, day: int, settings: tuple[Setting, ...]
    ) -> Iterator[tuple[str, tuple[PersonId, ...]]]:
        """Who shared a group with a person on the days up to one, setting by setting."""
        kinds = np.unique(self.kinds[max(0, day - BACK + 1) : day + 1])
        met = np.unique(
            self.contacts.session_group[np.isin(self.contacts.session_day, kinds)]
        )
        own = np.intersect1d(self.contacts.groups_of(person), met)
        for setting in settings:
            groups = own[self.contacts.setting[own] == SETTINGS.index(setting)]
            others = {int(n) for g in groups for n in self.contacts.members(g)}
            there = [
                n
                for n in sorted(others - {person})
                if n < len(self.contacts.people) and self.opens[n] <= day
            ]
            if there:
                yield str(setting), tuple(self._id(n) for n in there)

    def _id(self, person: int) -> PersonId:
        return self.contacts.people[person].id
