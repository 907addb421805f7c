"""A script as YAML: readable, one key a line, every value with its line."""

from pathlib import Path
from typing import Any, Final

import yaml

from bihuan.base.problems import Problem, error
from bihuan.base.where import Where
from bihuan.base.wording import N_
from bihuan.drill import columns
from bihuan.drill.build import Loaded, build
from bihuan.drill.plain import rows_of
from bihuan.drill.script import FORMAT, Scene
from bihuan.drill.written import Written
from bihuan.drill.yamltree import BadFile, Node, read_tree
from bihuan.plan.load.cells import Raw, closest
from bihuan.plan.load.headers import Sheet
from bihuan.plan.load.rows import Cell, Row

BAD_SHAPE: Final = error(
    "D004",
    N_("「{key}」后面应该是{allowed}。"),
    N_("请照 bihuan drill new 写出的例子改。"),
)
BAD_FORMAT: Final = error(
    "D005",
    N_("格式是「{came}」，应该是 {allowed}。"),
    N_("请在文件开头写 format: {allowed}。"),
)
UNKNOWN_KEY: Final = error(
    "D008",
    N_("没有「{came}」这个字段；最接近的是「{closest}」。"),
    N_("请改用规定的字段名，或删去这一行。"),
)
TWICE: Final = error(
    "D009",
    N_("字段「{came}」在同一条里写了两次。"),
    N_("请只留一个。"),
)

LIST: Final = N_("一条一条的内容，每条以「- 」开头")
PAIRS: Final = N_("「字段: 值」")
TEXT: Final = N_("一个值")


class Walk:
    """Takes rows out of a tree; what does not fit is heard."""

    def __init__(self, file: str, heard: list[Problem]) -> None:
        self._file = file
        self._heard = heard

    def where(self, node: Node) -> Where:
        """The place of a node."""
        return Where(self._file, cell=str(node.line))

    def shape(self, key: str, node: Node, allowed: str) -> None:
        """Tell that a node is not what it should be."""
        self._heard.append(BAD_SHAPE.at(self.where(node), key=key, allowed=allowed))

    def pairs(self, key: str, node: Node, known: tuple[str, ...]) -> dict[str, Node]:
        """The keys of a node; unknown ones and second ones are told."""
        if node.pairs is None:
            self.shape(key, node, PAIRS)
            return {}
        found: dict[str, Node] = {}
        for name, value in node.pairs:
            if name not in known:
                words = {"came": name[:60], "closest": closest(name, known) or "—"}
                self._heard.append(UNKNOWN_KEY.at(self.where(value), **words))
            elif name in found:
                self._heard.append(TWICE.at(self.where(value), came=name))
            else:
                found[name] = value
        return found

    def parts(self, key: str, node: Node) -> tuple[Node, ...]:
        """The parts of a list; nothing is an empty list."""
        if node.parts is not None:
            return node.parts
        if node.pairs is not None or node.text:
            self.shape(key, node, LIST)
        return ()

    def row(
        self, key: str, node: Node, sheet: Sheet, *, but: tuple[str, ...] = ()
    ) -> tuple[Row, dict[str, Node]]:
        """A row of a table, and the nodes of keys that are no columns."""
        known = (*(column.name for column in sheet.columns), *but)
        nodes = self.pairs(key, node, known)
        cells = {
            name: Cell(self._raw(name, value), self.where(value))
            for name, value in nodes.items()
            if name not in but
        }
        return Row(self.where(node), cells), nodes

    def _raw(self, name: str, node: Node) -> Raw:
        if node.plain:
            return node.text
        if node.parts is not None and all(part.plain for part in node.parts):
            return tuple(part.text or "" for part in node.parts)
        if node.pairs is not None and name == "feeds":
            known = tuple(dict.fromkeys(key for key, _value in node.pairs))
            pairs = self.pairs(name, node, known)
            return tuple(f"{key}={value.text}" for key, value in pairs.items())
        self.shape(name, node, TEXT)
        return None


def read_yaml(path: Path) -> Loaded:
    """A script of a YAML file."""
    heard: list[Problem] = []
    try:
        written = _written(path, read_tree(path), heard)
    except BadFile as bad:
        return Loaded(None, (bad.problem,))
    return build(written, heard)


def check_format(walk: Walk, root: Node, allowed: str) -> Problem | None:
    """What is wrong with the format that a file names."""
    pairs = root.pairs or ()
    node = next((value for key, value in pairs if key == "format"), None)
    if node is not None and node.text == allowed:
        return None
    came = (node.text or "")[:60] if node else ""
    return BAD_FORMAT.at(walk.where(node or root), came=came, allowed=allowed)


def _written(path: Path, root: Node, heard: list[Problem]) -> Written:
    walk = Walk(path.name, heard)
    if wrong := check_format(walk, root, FORMAT):
        raise BadFile(wrong)
    lists = tuple(sheet.table for sheet in columns.PARTS)
    scene, nodes = walk.row("format", root, columns.SCENE, but=("format", *lists))
    tables: dict[str, list[Row]] = {"scene": [scene]}
    expected: list[list[Row]] = []
    for sheet in columns.PARTS:
        if sheet.table not in nodes:
            continue
        parts = walk.parts(sheet.table, nodes[sheet.table])
        if sheet.table == "injects":
            tables["injects"] = [_inject(walk, part, expected) for part in parts]
        else:
            tables[sheet.table] = [_part(walk, part, sheet) for part in parts]
    return Written(path.name, path.stem, tables, expected)


def _part(walk: Walk, node: Node, sheet: Sheet) -> Row:
    """A row of a list; a stop rule may be a mere text."""
    if sheet is columns.STOP_RULES and node.plain:
        where = walk.where(node)
        return Row(where, {"text": Cell(node.text, where)})
    return walk.row(sheet.table, node, sheet)[0]


def _inject(walk: Walk, node: Node, expected: list[list[Row]]) -> Row:
    row, nodes = walk.row("injects", node, columns.INJECTS, but=("expected",))
    actions = walk.parts("expected", nodes["expected"]) if "expected" in nodes else ()
    expected.append([walk.row("expected", a, columns.EXPECTED)[0] for a in actions])
    return row


# --- writing ----------------------------------------------------------------------------


class Line(list[Any]):
    """A list that stands in one line."""


class Pairs(dict[str, Any]):
    """Pairs that stand in one line."""


class _Dumper(yaml.CSafeDumper):
    """Writes equal values out again: people do not read anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


_Dumper.add_representer(
    Line,
    lambda dumper, data: dumper.represent_sequence(
        "tag:yaml.org,2002:seq", data, flow_style=True
    ),
)
_Dumper.add_representer(
    Pairs,
    lambda dumper, data: dumper.represent_mapping(
        "tag:yaml.org,2002:map", data, flow_style=True
    ),
)


def dump(body: dict[str, Any]) -> str:
    """A tree as YAML, keys in their order."""
    return yaml.dump(
        body, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=4000
    )


def written_yaml(scene: Scene) -> str:
    """A script as the text of a YAML file; what is as usual is not written."""
    rows = rows_of(scene)
    body: dict[str, Any] = {"format": FORMAT, **_plain(columns.SCENE, rows["scene"][0])}
    for sheet in columns.PARTS:
        if not rows[sheet.table]:
            continue
        if sheet.table == "injects":
            body["injects"] = [
                _plain(sheet, row)
                | {"expected": [_line(columns.EXPECTED, a) for a in actions]}
                for row, actions in zip(rows["injects"], rows["actions"], strict=True)
            ]
        elif sheet is columns.STOP_RULES:
            body[sheet.table] = [row["text"] for row in rows[sheet.table]]
        else:
            body[sheet.table] = [_line(sheet, row) for row in rows[sheet.table]]
    return dump(body)


def _plain(sheet: Sheet, row: dict[str, Any]) -> dict[str, Any]:
    """The keys of a row that are not as usual, in the order of the columns."""
    told = {column.name: row.get(column.name) for column in sheet.columns}
    return {
        name: _shown(name, value) for name, value in told.items() if value is not None
    }


def _line(sheet: Sheet, row: dict[str, Any]) -> Pairs:
    return Pairs(_plain(sheet, row))


def _shown(name: str, value: Any) -> Any:
    if name == "feeds":
        return Pairs(feed.split("=", 1) for feed in value)
    return Line(value) if isinstance(value, tuple) else value
