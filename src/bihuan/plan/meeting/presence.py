"""Presences: who is at which place from when to when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Presence:
    """Persons at places: parallel arrays, minutes after midnight."""

    person: Ints
    place: Ints
    zone: Ints
    start: Floats
    end: Floats

    def only(self, keep: Flags | Ints) -> "Presence":
        """Some of them."""
        return Presence(
            person=self.person[keep],
            place=self.place[keep],
            zone=self.zone[keep],
            start=self.start[keep],
            end=self.end[keep],
        )

    def sorted(self) -> "Presence":
        """By place, then time, then person."""
        return self.only(np.lexsort((self.person, self.end, self.start, self.place)))

    def stretches(self) -> Iterator[tuple[float, float, Ints]]:
        """The stretches of time by start and end, each with the presences that have it."""
        # A complex number sorts by its real part, then its imaginary one: one plain sort.
        stamps, which = np.unique(self.start + 1j * self.end, return_inverse=True)
        for number, stamp in enumerate(stamps.tolist()):
            yield stamp.real, stamp.imag, np.flatnonzero(which == number)

    @classmethod
    def joined(cls, parts: Sequence["Presence"]) -> "Presence":
        """Presences of several day plans together, so that those of one place meet."""
        empty = np.array([], np.int64)
        none = cls(
            person=empty,
            place=empty,
            zone=empty,
            start=np.array([]),
            end=np.array([]),
        )
        every = (none, *parts)
        return cls(
            person=np.concatenate([p.person for p in every]),
            place=np.concatenate([p.place for p in every]),
            zone=np.concatenate([p.zone for p in every]),
            start=np.concatenate([p.start for p in every]),
            end=np.concatenate([p.end for p in every]),
        )


def together(
    persons: Ints, start: Floats, end: Floats
) -> Iterator[tuple[float, float, Ints]]:
    """Stretches of time during which the same persons are at a place, with these persons.

    persons, start, end: shape (presence,), who is there from when to when, persons
    ascending. Those who are not there at the same time do not come in one stretch.
    """
    if len(persons) == 0:
        return
    if (start == start[0]).all() and (end == end[0]).all():
        yield float(start[0]), float(end[0]), distinct(persons)
        return
    edges = np.unique(np.concatenate([start, end]))
    for low, high in pairwise(edges.tolist()):
        there = persons[(start <= low) & (end >= high)]
        if len(there):
            yield low, high, distinct(there)


def distinct(ascending: Ints) -> Ints:
    """Each person once."""
    twice = ascending[1:] == ascending[:-1]
    return np.unique(ascending) if twice.any() else ascending
