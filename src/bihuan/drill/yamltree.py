"""YAML as a tree of texts that know their lines, read under limits.

Only events are read: no tag makes an object, no anchor multiplies, no depth hurts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from bihuan.base.problems import Kind, Problem, error
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.plan.load.package import MIB

BAD_YAML: Final = error(
    "D003",
    N_("YAML 写法有误：{came}。"),
    N_("请检查这一行的缩进、冒号和引号。"),
)
TOO_LARGE: Final = error(
    "D006",
    N_("文件太大：超过 {high}，不读取。"),
    N_("演练的文件通常不到 100 KiB，请检查是不是放错了文件。"),
)
NOT_READ: Final = error(
    "D007",
    N_("这里用了 YAML 的 {came}，不读取。"),
    N_("请把内容直接写出来。"),
)

MOST: Final = 2 * MIB
NODES: Final = 100_000
DEPTH: Final = 6


class BadFile(Exception):  # noqa: N818  # the file is bad
    """A file that cannot be read further, and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Node:
    """A text, a list or pairs, with the line where it begins."""

    line: int
    text: str | None = None
    parts: tuple["Node", ...] | None = None
    pairs: tuple[tuple[str, "Node"], ...] | None = None

    @property
    def plain(self) -> bool:
        """Whether it is a text (or nothing)."""
        return self.parts is None and self.pairs is None


def read_tree(path: Path) -> Node:
    """The one document of a file."""
    if path.stat().st_size > MOST:
        raise BadFile(TOO_LARGE.at(Where(path.name), high=f"{MOST // MIB} MiB"))
    return _Tree(path.name, path.read_bytes()).document()


class _Tree:
    """Walks the events of a file."""

    def __init__(self, file: str, text: bytes) -> None:
        self._file = file
        self._left = NODES
        self._events = self._parse(text)

    def _parse(self, text: bytes) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(text, Loader=yaml.CSafeLoader)
        except (yaml.YAMLError, UnicodeDecodeError) as bad:
            mark = getattr(bad, "problem_mark", None)
            came = getattr(bad, "problem", None) or getattr(bad, "reason", None)
            raise self._bad(
                BAD_YAML, mark.line + 1 if mark else 0, came or "?"
            ) from bad

    def _bad(self, kind: Kind, line: int, came: str) -> BadFile:
        where = Where(self._file, cell=str(line) if line else "")
        return BadFile(kind.at(where, came=came, high=NODES))

    def document(self) -> Node:
        """The tree of the first document; a second one is refused."""
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return Node(1)
        root = self._node(next(self._events), 0)
        next(self._events)
        if not isinstance(again := next(self._events), yaml.StreamEndEvent):
            raise self._bad(NOT_READ, _line(again), "---")
        return root

    def _node(self, event: yaml.Event, depth: int) -> Node:
        line = _line(event)
        self._left -= 1
        if depth > DEPTH or self._left < 0:
            raise self._bad(TOO_LARGE, line, "")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._bad(NOT_READ, line, "&/*")
        if getattr(event, "tag", None):
            raise self._bad(NOT_READ, line, str(getattr(event, "tag", ""))[:60])
        if isinstance(event, yaml.ScalarEvent):
            bare = event.implicit[0] and event.value in ("", "~", "null")
            return Node(line, None if bare else event.value)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(line, parts=tuple(self._parts(depth)))
        return Node(line, pairs=tuple(self._pairs(depth)))

    def _parts(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _pairs(self, depth: int) -> Iterator[tuple[str, Node]]:
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            if key.text is None:
                raise self._bad(BAD_YAML, key.line, "key")
            yield key.text, self._node(next(self._events), depth + 1)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
