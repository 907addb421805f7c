"""A backup that somebody made to do harm: refused, and what was there is there."""

import hashlib
import io
import json
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

import site_world
from bihuan.web import archive
from bihuan.web.org.models import Person, Unit
from hostile_files import Harm, bomb, books
from site_world import MORNING

pytestmark = pytest.mark.django_db(transaction=True)
UNITS: Final = "org.unit"
Parts = dict[str, bytes]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A sound backup of a site that goes on."""
    site_world.build(students=1)
    path = tmp_path / "kept.zip"
    archive.backup(path, MORNING)
    return path


def remade(path: Path, change: Callable[[Parts], None], *, sign: bool = True) -> None:
    """The same backup with other parts, its manifest made to fit where it is signed."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    change(parts)
    if sign and archive.MANIFEST in parts:
        manifest = json.loads(parts[archive.MANIFEST])
        for name, table in manifest["tables"].items():
            part = parts.get(f"tables/{name}.jsonl", b"")
            table["sha256"] = hashlib.sha256(part).hexdigest()
        parts[archive.MANIFEST] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts.items():
            new.writestr(name, part)


def rows(part: str, change: Callable[[Any], None]) -> Callable[[Parts], None]:
    """A change of a table's first row."""

    def changed(parts: Parts) -> None:
        name = f"tables/{part}.jsonl"
        first, *others = parts[name].splitlines()
        row = json.loads(first)
        change(row)
        parts[name] = b"\n".join((json.dumps(row).encode(), *others)) + b"\n"

    return changed


def put(name: str, content: bytes) -> Callable[[Parts], None]:
    """Another part."""
    return lambda parts: parts.update({name: content})


def told(word: str, value: Any) -> Callable[[Parts], None]:
    """Another word in the manifest."""

    def changed(parts: Parts) -> None:
        manifest = json.loads(parts[archive.MANIFEST])
        manifest[word] = value
        parts[archive.MANIFEST] = json.dumps(manifest).encode()

    return changed


UNIT_ROWS: Final = f"tables/{UNITS}.jsonl"
CASES: Final[dict[str, Callable[[Parts], None]]] = {
    "a row too short": rows(UNITS, lambda row: row.pop()),
    "a row too long": rows(UNITS, lambda row: row.append(1)),
    "a text for a number": rows(UNITS, lambda row: row.__setitem__(slice(None), ["x"] * len(row))),
    "a number of no row": rows(UNITS, lambda row: row.__setitem__(slice(None), [10**30] * len(row))),
    "the same row twice": lambda parts: parts.update({UNIT_ROWS: parts[UNIT_ROWS] * 2}),
    "no JSON": put(UNIT_ROWS, b"{"),
    "no UTF-8": put(UNIT_ROWS, b"\xff\xfe[1]\n"),
    "deep": put(UNIT_ROWS, b"[" * 100_000 + b"]" * 100_000),
    "a line without end": put(UNIT_ROWS, b"[" + b"1," * (33 * 2**20)),
}  # fmt: skip
UNSIGNED: Final[dict[str, Callable[[Parts], None]]] = {
    "no manifest": lambda parts: parts.update({archive.MANIFEST: b"{"}),
    "a manifest that is a list": lambda parts: parts.update({archive.MANIFEST: b"[]"}),
    "a deep manifest": lambda parts: parts.update({archive.MANIFEST: b"[" * 100_000}),
    "tables that are a list": told("tables", []),
    "migrations that are none": told("migrations", None),
    "migrations of two kinds": told("migrations", [1, "a"]),
    "another program": told("migrations", ["org.9999_tomorrow"]),
    "another format": told("format", "x"),
    "another place": told("tables", {"../../etc/passwd": {"sha256": "0", "rows": 1}}),
    "a table less": put(UNIT_ROWS, b""),
    "another row": put(UNIT_ROWS, b"[]\n"),
}


@pytest.mark.parametrize(
    "case",
    [
        *UNSIGNED,
        "a row too short",
        *(pytest.param(one, marks=pytest.mark.slow) for one in list(CASES)[1:]),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_hostile_backup_changes_nothing(kept: Path, case: str) -> None:
    before = list(archive.rows(Unit)), list(archive.rows(Person))
    signed = case in CASES
    remade(kept, (CASES | UNSIGNED)[case], sign=signed)
    with pytest.raises(archive.Unfit):
        archive.restore(kept, replace=True)
    assert (list(archive.rows(Unit)), list(archive.rows(Person))) == before
    assert not list(kept.parent.glob("*before_restore*"))


def test_a_bomb_is_counted_not_kept(kept: Path) -> None:
    """A part that unpacks to very much is read in pieces, and is not what was promised."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with (
        zipfile.ZipFile(kept) as old,
        zipfile.ZipFile(io.BytesIO(bomb(UNIT_ROWS))) as made,
    ):
        parts = {n: old.read(n) for n in old.namelist() if n != UNIT_ROWS}
        with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
            for name, part in parts.items():
                new.writestr(name, part)
            with made.open(UNIT_ROWS) as source, new.open(UNIT_ROWS, "w") as out:
                while block := source.read(2**20):
                    out.write(block)
    with pytest.raises(archive.Unfit, match="torn"):
        archive.restore(kept, replace=True)
    assert Unit.objects.exists()
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024 < 100


@pytest.mark.parametrize(
    "harm", [h for h in books() if "bomb" not in h.name], ids=lambda h: h.name
)
def test_what_is_no_backup_is_refused(tmp_path: Path, harm: Harm) -> None:
    path = tmp_path / "no.zip"
    path.write_bytes(harm.content)
    with pytest.raises((archive.Unfit, zipfile.BadZipFile)):
        archive.restore(path, replace=True)


@pytest.mark.slow
def test_what_was_killed_half_way_is_found_again(kept: Path) -> None:
    """The tables that stood aside when somebody pulled the plug come back."""
    before = list(archive.rows(Unit))
    archive._set_aside()  # what a restore does first
    remade(kept, CASES["a row too short"])
    with pytest.raises(archive.Unfit):
        archive.restore(kept, replace=True)
    assert list(archive.rows(Unit)) == before
