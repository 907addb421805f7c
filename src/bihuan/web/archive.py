"""Backup and restore: the whole database as one file, the same for SQLite and PostgreSQL.

A ZIP with a manifest and a table a file, a row a line of JSON. The tables are read in one
snapshot while the site runs on. Encrypted fields stay encrypted; the keys are not inside,
unless asked for and then under a passphrase. A restore checks every digest before it
writes, and writes in one transaction.
"""

import base64
import datetime as dt
import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Cast

from bihuan.web.keys import FILE as KEYS
from bihuan.web.org.crypto import EncryptedField

FORMAT: Final = "bihuan-backup/1"
MANIFEST: Final = "manifest.json"
SEALED: Final = "keys.sealed"
BEFORE: Final = "before_restore"
CHUNK: Final = 1000
MOST_MANIFEST: Final = 4 * 2**20
MOST_LINE: Final = 64 * 2**20
"""Letters of a row; the largest holds a workbook of 20 MB."""
BROKEN: Final = (
    KeyError, ValueError, TypeError, EOFError, RuntimeError, NotImplementedError,
    OverflowError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What reading a part that is not sound raises."""
NONCE: Final = 12
SALT: Final = 16
FIRST: Final = (2020, 1, 1, 0, 0, 0)
"""Date of every part, so that equal databases make equal files."""
Model = type[models.Model]
Field = Any


class Unfit(ValueError):  # noqa: N818  # it names what came
    """A backup cannot be restored; `code` says why: torn, other, full, passphrase."""

    def __init__(self, code: str, what: str = "") -> None:
        super().__init__(code, what)
        self.code, self.what = code, what


def tables() -> list[Model]:
    """Every table of the site, by name."""
    found = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed]  # noqa: SLF001  # Django's public name
    return sorted(found, key=_name)


def backup(path: Path, now: dt.datetime, passphrase: str | None = None) -> int:
    """Write a backup, whole or not at all; says how many rows it holds."""
    part = path.with_name(path.name + ".part")
    told: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive, _snapshot():
        applied = _applied()
        for model in tables():
            told[_name(model)] = _write(archive, model)
        if passphrase is not None:
            held = (Path(settings.HOME) / KEYS).read_bytes()
            archive.writestr(_entry(SEALED), seal(held, passphrase))
        manifest = {
            "format": FORMAT,
            "made": now.isoformat(timespec="seconds"),
            "migrations": applied,
            "tables": told,
        }
        archive.writestr(_entry(MANIFEST), json.dumps(manifest, indent=1))
    part.chmod(0o600)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)
    return sum(table["rows"] for table in told.values())


def restore(path: Path, *, replace: bool = False, passphrase: str | None = None) -> int:
    """Fill the database from a backup; Unfit where it is torn, other, or in the way.

    What is replaced stands aside until the last row is in, and comes back otherwise.
    """
    with zipfile.ZipFile(path) as archive:
        manifest = _verified(archive)
        keys = _unsealed(archive, passphrase) if passphrase is not None else None
        if sorted(manifest["migrations"]) != _known():
            raise Unfit("other")
        with _aside() if replace else nullcontext():
            _make_room()
            with transaction.atomic():
                _empty()
                count = sum(_load(archive, model) for model in tables())
                _reset_sequences()
    if keys is not None:
        home = Path(settings.HOME) / KEYS
        home.write_bytes(keys)
        home.chmod(0o600)
    return count


def seal(held: bytes, passphrase: str) -> bytes:
    """Encrypt under a passphrase: scrypt (RFC 7914) and AES-256-GCM."""
    salt, nonce = os.urandom(SALT), os.urandom(NONCE)
    return salt + nonce + AESGCM(_key(passphrase, salt)).encrypt(nonce, held, None)


def unseal(sealed: bytes, passphrase: str) -> bytes:
    """Decrypt what `seal` made."""
    salt, nonce = sealed[:SALT], sealed[SALT : SALT + NONCE]
    try:
        return AESGCM(_key(passphrase, salt)).decrypt(
            nonce, sealed[SALT + NONCE :], None
        )
    except InvalidTag as wrong:
        raise Unfit("passphrase") from wrong


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode())


def _unsealed(archive: zipfile.ZipFile, passphrase: str) -> bytes:
    if SEALED not in archive.namelist():
        raise Unfit("passphrase", SEALED)
    return unseal(archive.read(SEALED), passphrase)


@contextmanager
def _snapshot() -> Iterator[None]:
    """One state of the database for all reads; writers are not held up."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _applied() -> list[str]:
    """Migrations that made the tables."""
    return sorted(
        f"{app}.{name}"
        for app, name in MigrationRecorder(connection).applied_migrations()
    )


def _write(archive: zipfile.ZipFile, model: Model) -> dict[str, Any]:
    """Write a table; gives its rows and its digest."""
    digest, count = hashlib.sha256(), 0
    with archive.open(_entry(f"tables/{_name(model)}.jsonl"), "w") as out:
        for row in rows(model):
            line = (json.dumps(row, ensure_ascii=False) + "\n").encode()
            digest.update(line)
            out.write(line)
            count += 1
    return {"rows": count, "sha256": digest.hexdigest()}


def rows(model: Model) -> Iterator[list[Any]]:
    """The rows of a table in the order of their numbers, as JSON has them."""
    fields = _fields(model)
    wanted: list[Any] = []
    casts = {}
    for field in fields:
        if isinstance(field, EncryptedField):
            casts[f"raw_{field.attname}"] = Cast(field.attname, models.BinaryField())
            wanted.append(f"raw_{field.attname}")
        else:
            wanted.append(field.attname)
    found = model._base_manager.annotate(**casts).order_by("pk")  # noqa: SLF001  # Django's public name
    for values in found.values_list(*wanted).iterator(chunk_size=CHUNK):
        yield [_told(value) for value in values]


def _told(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID | dt.timedelta):
        return str(value)
    return value


def _verified(archive: zipfile.ZipFile) -> dict[str, Any]:
    """The manifest, after every part was held against it."""
    manifest = _manifest(archive)
    if manifest.get("format") != FORMAT:
        raise Unfit("other")
    try:
        told = {
            name: str(table["sha256"]) for name, table in manifest["tables"].items()
        }
        sorted(manifest["migrations"])
    except (KeyError, TypeError, AttributeError) as bad:
        raise Unfit("torn", MANIFEST) from bad
    if set(told) != {_name(model) for model in tables()}:
        raise Unfit("other")
    for name, digest in told.items():
        if _digest(archive, name) != digest:
            raise Unfit("torn", name)
    return manifest


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        with archive.open(MANIFEST) as part:
            found = json.loads(part.read(MOST_MANIFEST))
    except (*BROKEN, RecursionError) as bad:
        raise Unfit("torn", MANIFEST) from bad
    if not isinstance(found, dict):
        raise Unfit("torn", MANIFEST)
    return found


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with archive.open(f"tables/{name}.jsonl") as part:
            while block := part.read(2**20):
                digest.update(block)
    except BROKEN as bad:
        raise Unfit("torn", name) from bad
    return digest.hexdigest()


def _known() -> list[str]:
    """Migrations that this program would apply to an empty database."""
    loader = MigrationLoader(None)
    return sorted(f"{app}.{name}" for app, name in loader.disk_migrations)


def _make_room() -> None:
    """An empty database with its tables; one that holds a site is in the way."""
    call_command("migrate", verbosity=0)
    if apps.get_model("org", "Unit")._base_manager.exists():  # noqa: SLF001  # Django's public name
        raise Unfit("full")


@contextmanager
def _aside() -> Iterator[None]:
    """Set the tables that are there aside; they are gone at the end, or back after a fault."""
    _put_back()  # one that was killed half way left them there
    _set_aside()
    try:
        yield
    except BaseException:
        _put_back()
        raise
    _forget()


def _set_aside() -> None:
    if connection.vendor == "sqlite":
        connection.close()
        for file, kept in _files():
            if file.exists():
                file.replace(kept)
        return
    _run(f"ALTER SCHEMA public RENAME TO {BEFORE}", "CREATE SCHEMA public")


def _put_back() -> None:
    """Bring back what was set aside, if anything was."""
    if connection.vendor == "sqlite":
        if not _files()[0][1].exists():
            return
        connection.close()
        for file, kept in _files():
            file.unlink(missing_ok=True)
            if kept.exists():
                kept.replace(file)
    elif _stands_aside():
        _run("DROP SCHEMA public CASCADE", f"ALTER SCHEMA {BEFORE} RENAME TO public")


def _forget() -> None:
    if connection.vendor == "sqlite":
        for _file, kept in _files():
            kept.unlink(missing_ok=True)
    else:
        _run(f"DROP SCHEMA {BEFORE} CASCADE")


def _files() -> list[tuple[Path, Path]]:
    """The files of SQLite, each with its name while it stands aside."""
    name = connection.settings_dict["NAME"]
    return [
        (Path(f"{name}{end}"), Path(f"{name}.{BEFORE}{end}"))
        for end in ("", "-wal", "-shm")
    ]


def _stands_aside() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [BEFORE])
        return cursor.fetchone() is not None


def _run(*statements: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _empty() -> None:
    """Take away the rows that the migrations themselves made."""
    for model in tables():
        if model._base_manager.exists():  # noqa: SLF001  # Django's public name
            with connection.cursor() as cursor:
                quoted = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001
                cursor.execute(f"DELETE FROM {quoted}")  # noqa: S608  # our own table


def _load(archive: zipfile.ZipFile, model: Model) -> int:
    """Fill a table from its part; what no row of it can be is torn."""
    fields, count, batch = _fields(model), 0, []
    try:
        with archive.open(f"tables/{_name(model)}.jsonl") as part:
            text = io.TextIOWrapper(part, "utf-8", newline="\n")
            while line := text.readline(MOST_LINE):
                batch.append(_prepared(fields, json.loads(line)))
                count += 1
                if len(batch) == CHUNK:
                    _insert(model, fields, batch)
                    batch = []
        _insert(model, fields, batch)
    except (*BROKEN, ValidationError, DatabaseError, RecursionError) as bad:
        raise Unfit("torn", _name(model)) from bad
    return count


def _prepared(fields: list[Field], values: list[Any]) -> list[Any]:
    return [
        _column(field).get_db_prep_save(_back(_column(field), value), connection)
        for field, value in zip(fields, values, strict=True)
    ]


def _column(field: Field) -> Field:
    """The field by which a value is written: encrypted ones stay as they are."""
    if field.remote_field:
        return field.target_field
    return models.BinaryField() if isinstance(field, EncryptedField) else field


def _back(field: Field, value: Any) -> Any:
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.BinaryField):
        return base64.b64decode(value)
    return field.to_python(value)


def _insert(model: Model, fields: list[Field], batch: list[list[Any]]) -> None:
    if not batch:
        return
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    marks = ", ".join("%s" for _field in fields)
    table = quote(model._meta.db_table)  # noqa: SLF001  # Django's public name
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608  # our own table
            batch,
        )


def _reset_sequences() -> None:
    """New rows get numbers after the restored ones."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables()):
            cursor.execute(statement)


def _fields(model: Model) -> list[Field]:
    return sorted(model._meta.concrete_fields, key=lambda field: field.column)  # noqa: SLF001  # Django's public name


def _name(model: Model) -> str:
    return model._meta.label_lower  # noqa: SLF001  # Django's public name


def _entry(name: str) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name, FIRST)
    made.compress_type = zipfile.ZIP_DEFLATED
    return made
