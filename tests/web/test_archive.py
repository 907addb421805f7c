"""Backup and restore: every row of every table, between databases of both kinds."""

import datetime as dt
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bihuan.web import archive
from postgres import Server, server  # noqa: F401  # a fixture
from site_world import MORNING

CODE = """
import sys, json, django
django.setup()
from django.core.management import call_command
from bihuan.web import archive
from bihuan.web.org import clock
from pathlib import Path
what, path = sys.argv[1], Path(sys.argv[2])
if what == "fill":
    call_command("migrate", verbosity=0)
    sys.path.insert(0, "tests")
    import site_world
    from django.db import transaction
    from django.contrib.sessions.models import Session
    from bihuan.web.org import audit
    from bihuan.web.org.models import PlanVersion, Person
    from bihuan.web.org.scope import Actor
    cast = site_world.build()
    person = Person.objects.first()
    person.phone, person.phone_last, person.born = "13800001234", "1234", site_world.DAY
    person.save()
    with transaction.atomic():
        for n in range(3):
            audit.write(Actor(1, 2), "test", person, school=cast.units["school_a"],
                at=site_world.MORNING, n=n, half=0.5, word="汉")
    PlanVersion.objects.create(unit=cast.units["school_a"], number=1,
        file=bytes(range(256)), file_name="a.xlsx", digest="x",
        problems=[{"code": "P1", "words": [["a", "b"]]}], at=site_world.MORNING)
elif what == "backup":
    archive.backup(path, clock.now())
elif what == "restore":
    try:
        archive.restore(path, replace="--replace" in sys.argv)
    except archive.Unfit as unfit:
        print(unfit.code)
        sys.exit(3)
elif what == "after":
    from bihuan.web.org.models import Person, Unit
    from bihuan.web.org import audit
    assert not list(audit.verify()), "the trail"
    assert Person.objects.exclude(phone_last="").get().phone == "13800001234"
    from django.db.models import Max
    top = Person.objects.aggregate(n=Max("pk"))["n"]
    unit = Unit.objects.first()
    made = Person.objects.create(unit=unit, role="staff", name="x")
    assert made.pk > top, (made.pk, top)
    made.delete()
told = {archive._name(m): list(archive.rows(m)) for m in archive.tables()}
print(json.dumps(told, ensure_ascii=False, sort_keys=True))
"""


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A home with the site's keys; the others have copies of it, as a keeper has."""
    home = tmp_path / "first"
    home.mkdir()
    return home


def act(home: Path, database: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """Do something in a process of its own: the database is fixed when it starts."""
    return subprocess.run(
        [sys.executable, "-c", CODE, *words],
        env={
            **os.environ,
            "BIHUAN_HOME": str(home),
            "BIHUAN_DATABASE": database,
            "DJANGO_SETTINGS_MODULE": "bihuan.web.settings",
            "PYTHONPATH": "src:tests",
        },
        capture_output=True,
        text=True,
        check=False,
    )


def rows(home: Path, database: str, *words: str) -> dict[str, object]:
    """The rows of every table afterwards."""
    done = act(home, database, *words)
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return told


def second_home(first: Path) -> Path:
    home = first.parent / "second"
    home.mkdir()
    (home / "keys.json").write_bytes((first / "keys.json").read_bytes())
    return home


def carried(keys: Path, source: str, target: str) -> None:
    """Fill one, back it up, restore into the other, compare every row of every table."""
    kept = keys.parent / "kept.zip"
    before = rows(keys, source, "fill", str(kept))
    assert rows(keys, source, "backup", str(kept)) == before
    there = second_home(keys)
    assert rows(there, target, "restore", str(kept)) == before
    assert rows(there, target, "after", str(kept)) == before
    full = act(there, target, "restore", str(kept))
    assert (full.returncode, full.stdout.strip()) == (3, "full")
    assert rows(there, target, "restore", str(kept), "--replace") == before


def test_sqlite_to_sqlite(keys: Path) -> None:
    carried(keys, "", "")


@pytest.mark.slow
def test_postgresql_to_postgresql(keys: Path, server: Server) -> None:  # noqa: F811
    carried(keys, server.address("source"), server.address("target"))


@pytest.mark.slow
def test_sqlite_to_postgresql(keys: Path, server: Server) -> None:  # noqa: F811
    carried(keys, "", server.address("moved"))


@pytest.mark.slow
def test_postgresql_to_sqlite(keys: Path, server: Server) -> None:  # noqa: F811
    carried(keys, server.address("back"), "")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "kept.zip"
    archive.backup(path, MORNING)
    return path


def changed(path: Path, name: str, data: bytes) -> None:
    """The same archive with another part."""
    with zipfile.ZipFile(path) as old:
        parts = {n: old.read(n) for n in old.namelist()}
    parts[name] = data
    with zipfile.ZipFile(path, "w") as new:
        for part, content in parts.items():
            new.writestr(part, content)


@pytest.mark.django_db(transaction=True)
def test_a_torn_backup_is_refused_before_anything_is_written(kept: Path) -> None:
    changed(kept, "tables/org.unit.jsonl", b"[1]\n")
    with pytest.raises(archive.Unfit, match="torn"):
        archive.restore(kept)


@pytest.mark.django_db(transaction=True)
def test_a_backup_of_another_program_is_refused(kept: Path) -> None:
    with zipfile.ZipFile(kept) as held:
        manifest = json.loads(held.read("manifest.json"))
    manifest["migrations"].append("org.9999_tomorrow")
    changed(kept, "manifest.json", json.dumps(manifest).encode())
    with pytest.raises(archive.Unfit, match="other"):
        archive.restore(kept)


def test_keys_are_sealed_by_a_passphrase() -> None:
    sealed = archive.seal(b"the keys", "a passphrase")
    assert b"keys" not in sealed
    assert archive.unseal(sealed, "a passphrase") == b"the keys"
    with pytest.raises(archive.Unfit, match="passphrase"):
        archive.unseal(sealed, "another")


@pytest.mark.django_db(transaction=True)
def test_keys_are_inside_only_when_asked_for(tmp_path: Path, kept: Path) -> None:
    with zipfile.ZipFile(kept) as held:
        assert archive.SEALED not in held.namelist()
    with_keys = tmp_path / "keys.zip"
    archive.backup(with_keys, MORNING + dt.timedelta(days=1), "a passphrase")
    with zipfile.ZipFile(with_keys) as held:
        sealed = held.read(archive.SEALED)
    assert json.loads(archive.unseal(sealed, "a passphrase")).keys() == {
        "session", "field", "blind",
    }  # fmt: skip
