"""``bihuan site``: founding, keeping and running a site from the command line."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from bihuan.rules.access import Role

ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("BIHUAN_", "DJANGO_"))
} | {"BIHUAN_PASSPHRASE": "a passphrase"}
BASE = [sys.executable, "-m", "bihuan", "--lang", "zh-Hans", "site"]


def site(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*BASE, *words, "--home", str(home)],
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRONMENT,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site just founded."""
    folder = tmp_path_factory.mktemp("site") / "home"
    done = site(folder, "init", "--bureau", "示例市教体局")
    assert done.returncode == 0, done.stderr
    assert "初始密码" in done.stdout
    return folder


def test_a_site_is_founded_once(home: Path) -> None:
    again = site(home, "init", "--bureau", "另一个")
    assert again.returncode == 1
    assert "已经有一个网站" in again.stderr
    assert (home / "keys.json").stat().st_mode & 0o077 == 0


def test_accounts_are_looked_after(home: Path) -> None:
    assert "初始密码" in site(home, "user", "reset", "admin").stdout
    assert site(home, "user", "unlock", "admin").returncode == 0
    missing = site(home, "user", "reset", "nobody")
    assert (missing.returncode, "没有登录名" in missing.stderr) == (1, True)


def test_the_trail_is_verified_and_a_tampered_line_found(
    home: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.zip"
    other = tmp_path / "other"
    assert site(home, "backup", str(kept), "--with-keys").returncode == 0
    other.mkdir()
    assert site(other, "restore", str(kept), "--with-keys").returncode == 0
    assert (other / "keys.json").read_bytes() == (home / "keys.json").read_bytes()
    heads = tmp_path / "heads.json"
    assert site(other, "audit", "heads", str(heads)).returncode == 0
    assert json.loads(heads.read_text())
    assert site(other, "audit", "verify", "--heads", str(heads)).returncode == 0
    with sqlite3.connect(other / "bihuan.sqlite3") as held:
        held.execute("DROP TRIGGER audit_no_UPDATE")
        held.execute("UPDATE org_auditline SET deed = 'other' WHERE number = 1")
    held.close()
    found = site(other, "audit", "verify")
    assert found.returncode == 1
    assert "第 1 条被改过" in found.stdout


def test_a_restore_does_not_overwrite(home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.zip"
    site(home, "backup", str(kept))
    refused = site(home, "restore", str(kept))
    assert (refused.returncode, "--replace" in refused.stderr) == (1, True)
    torn = tmp_path / "torn.zip"
    torn.write_bytes(kept.read_bytes()[:500])
    assert "备份坏了" in site(tmp_path / "new", "restore", str(torn)).stderr
    assert site(tmp_path, "restore", str(tmp_path / "none.zip")).returncode == 2


def test_a_folder_that_is_no_demos_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    refused = site(tmp_path, "demo", "--once")
    assert refused.returncode == 1
    assert (tmp_path / "letter.txt").read_text() == "mine"


def test_serving_needs_a_database(tmp_path: Path) -> None:
    told = site(tmp_path / "empty", "serve", "--port", str(free_port()))
    assert (told.returncode, "bihuan site init" in told.stderr) == (1, True)


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@pytest.mark.slow
def test_the_site_is_served_and_ends_with_ctrl_c(home: Path) -> None:
    port = free_port()
    running = subprocess.Popen(
        [*BASE, "serve", "--home", str(home), "--port", str(port), "--workers", "1"],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=ENVIRONMENT,
    )
    try:
        assert running.stdout is not None
        assert str(port) in running.stdout.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/login/") as page:
            assert page.status == 200
        taken = site(home, "serve", "--port", str(port))
        assert (taken.returncode, "--port" in taken.stderr) == (1, True)
        until = time.monotonic() + 30
        while not (home / "worker.json").exists() and time.monotonic() < until:
            time.sleep(0.2)
        assert "clocks" in json.loads((home / "worker.json").read_text())["jobs"]
        running.send_signal(signal.SIGINT)
        assert running.wait(40) == 0
        told = subprocess.run(
            ["/usr/bin/pgrep", "-f", f"--port {port}"], check=False, capture_output=True
        )
        assert told.stdout == b""
    finally:
        running.kill()
        running.communicate()


@pytest.mark.slow
def test_the_demo_is_made_with_an_account_for_each_role(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    done = site(home, "demo", "--once")
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(home / "bihuan.sqlite3") as held:
        told = held.execute("SELECT DISTINCT demo_of FROM org_account").fetchall()
        alarms = held.execute("SELECT count(*) FROM incidents_alarm").fetchone()
        checks = held.execute("SELECT count(*) FROM checks_classcheck").fetchone()
    held.close()
    assert {role for (role,) in told} == {role.value for role in Role}
    assert alarms[0] > 0
    assert checks[0] > 100
    assert site(home, "audit", "verify").returncode == 0
