"""An offline install for a closed network: `./run bundle [--for PLATFORM...] [--python 3.12]`.

One zip a platform and Python: our own wheel, the wheels that it needs there, their hashes
as pinned in requirements/run.txt, and the two scripts that install them. What a wheel
needs is read from the wheel itself, so what only builds the package stays out. Wheels are
kept in .cache/bundle by file name; a broken try goes on where it ended, and a zip has its
name only when it is whole.
"""

import argparse
import hashlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from typing import Final

from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename
from rich.console import Console
from rich.progress import Progress

ROOT: Final = Path(__file__).parents[1]
PINS: Final = ROOT / "requirements/run.txt"
OFFLINE: Final = ROOT / "tools/offline"
GLIBC: Final = range(28, 16, -1)
"""Minor versions of glibc 2 whose wheels run from Debian 10, Kylin V10 and UOS 20 on."""
CARRIED: Final = ("LICENSE", "docs", "examples")
"""What lies in the bundle beside the wheels."""
FIRST: Final = (2020, 1, 1, 0, 0, 0)
"""Date of every part, so that equal trees make equal files."""
AT_ONCE: Final = 4


@dataclass(frozen=True, kw_only=True)
class Platform:
    """A kind of machine, as wheels name it and as markers see it."""

    wheels: tuple[str, ...]
    marks: Mapping[str, str]


def linux(machine: str) -> Platform:
    """Linux with glibc on a kind of processor."""
    return Platform(
        wheels=(
            *(f"manylinux_2_{minor}_{machine}" for minor in GLIBC),
            *(f"manylinux{old}_{machine}" for old in (2014, 2010, 1)),
        ),
        marks={
            "os_name": "posix",
            "sys_platform": "linux",
            "platform_system": "Linux",
            "platform_machine": machine,
        },
    )


WINDOWS: Final = Platform(
    wheels=("win_amd64",),
    marks={
        "os_name": "nt",
        "sys_platform": "win32",
        "platform_system": "Windows",
        "platform_machine": "AMD64",
    },
)
PLATFORMS: Final = {
    "linux-x86_64": linux("x86_64"),
    "linux-aarch64": linux("aarch64"),
    "windows-x86_64": WINDOWS,
}


@dataclass(frozen=True)
class Target:
    """A platform and a Python for which a bundle is made."""

    name: str
    python: tuple[int, int]

    @property
    def platform(self) -> Platform:
        return PLATFORMS[self.name]

    @property
    def windows(self) -> bool:
        return self.platform.marks["os_name"] == "nt"

    def marks(self) -> dict[str, str]:
        """The environment in which its markers are judged."""
        version = "{}.{}".format(*self.python)
        return {
            **{name: str(value) for name, value in default_environment().items()},
            **self.platform.marks,
            "python_version": version,
            "python_full_version": f"{version}.0",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "extra": "",
        }

    def tags(self) -> tuple[Tag, ...]:
        """The tags of wheels that it can use, best first."""
        wheels, short = list(self.platform.wheels), "cp{}{}".format(*self.python)
        return (
            *cpython_tags(self.python, [short], wheels),
            *compatible_tags(self.python, short, wheels),
        )


@dataclass(frozen=True)
class Pin:
    """One version of a package with the hashes that its files may have."""

    name: str
    version: str
    marker: Marker | None
    hashes: frozenset[str]

    def line(self, digest: str) -> str:
        """How a file of requirements names the very wheel."""
        return f"{self.name}=={self.version} --hash=sha256:{digest}\n"


@dataclass(frozen=True)
class Wanted:
    """A pin with the extras that were asked of it."""

    pin: Pin
    extras: frozenset[str]


class Missing(Exception):  # noqa: N818  # it names what was found
    """A bundle cannot be whole: its lines say what there is not, and for what."""


# --- what is needed -------------------------------------------------------------------


def read_pins(text: str, target: Target) -> dict[str, Pin]:
    """The pins that hold on a target, by name; pip itself would judge them for this machine."""
    marks = target.marks()
    found = [_pin(line) for line in text.replace("\\\n", " ").splitlines() if "==" in line]  # fmt: skip
    return {
        pin.name: pin
        for pin in found
        if pin.marker is None or pin.marker.evaluate(marks)
    }


def _pin(line: str) -> Pin:
    told, _hash, _rest = line.partition(" --hash=")
    wanted = Requirement(told.strip())
    hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})", line)
    version = str(wanted.specifier).removeprefix("==")
    name = canonicalize_name(wanted.name)
    return Pin(name, version, wanted.marker, frozenset(hashes))


def needs(wheel: Path, extras: Iterable[str], target: Target) -> Iterator[Requirement]:
    """What a wheel says it needs on a target, with extras asked of it."""
    with zipfile.ZipFile(wheel) as opened:
        name = next(n for n in opened.namelist() if n.endswith(".dist-info/METADATA"))
        told = HeaderParser().parsestr(opened.read(name).decode("utf-8"))
    asked = [target.marks() | {"extra": extra} for extra in ("", *extras)]
    for text in told.get_all("Requires-Dist", []):
        wanted = Requirement(text)
        if wanted.marker is None or any(map(wanted.marker.evaluate, asked)):
            yield wanted


class Closure:
    """What must be in a bundle, found wave by wave from the wheels that came."""

    def __init__(self, pins: Mapping[str, Pin], target: Target) -> None:
        self._pins, self._target = pins, target
        self._asked: set[tuple[str, frozenset[str]]] = set()

    def next(self, wave: Iterable[tuple[Path, frozenset[str]]]) -> dict[str, Wanted]:
        """What a wave of wheels needs that was not asked before, with the extras asked of it."""
        fresh: dict[str, Wanted] = {}
        for wheel, extras in wave:
            for wanted in needs(wheel, extras, self._target):
                pin = self._fitting(wanted, wheel)
                key = (pin.name, frozenset(wanted.extras))
                if key not in self._asked:
                    self._asked.add(key)
                    before = fresh.get(pin.name, Wanted(pin, frozenset()))
                    fresh[pin.name] = Wanted(pin, before.extras | key[1])
        return fresh

    def _fitting(self, wanted: Requirement, wheel: Path) -> Pin:
        """The pin that meets a requirement; Missing if there is none."""
        pin = self._pins.get(canonicalize_name(wanted.name))
        if pin is None or not wanted.specifier.contains(pin.version, prereleases=True):
            came = f"{pin.version} is pinned" if pin else "no pin"
            raise Missing(f"{self._target.name}: {wheel.name} needs {wanted}: {came}")
        return pin


# --- wheels ---------------------------------------------------------------------------


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def find(pin: Pin, target: Target, cache: Path) -> Path | None:
    """The best wheel of a pin in the cache; one whose hash is not pinned is none."""
    order = {tag: rank for rank, tag in enumerate(target.tags())}
    fitting = [
        (min(order[tag] for tag in tags), path)
        for path in cache.glob(f"{pin.name.replace('-', '_')}-*.whl")
        if _is(path, pin) and (tags := parse_wheel_filename(path.name)[3] & set(order))
    ]
    for _rank, path in sorted(fitting):
        if digest(path) in pin.hashes:
            return path
    return None


def _is(path: Path, pin: Pin) -> bool:
    name, version, _build, _tags = parse_wheel_filename(path.name)
    return (name, str(version)) == (pin.name, pin.version)


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where wheels come from: the cache, else pip, which goes where this machine's pip goes."""

    cache: Path
    python: str
    """The Python whose pip fetches."""

    def bring(self, pin: Pin, target: Target) -> Path:
        """The wheel of a pin, fetched unless it is here."""
        if found := find(pin, target, self.cache):
            return found
        with tempfile.TemporaryDirectory(dir=self.cache, prefix="part-") as part:
            self._fetch(pin, target, Path(part))
            for path in Path(part).glob("*.whl"):
                path.replace(self.cache / _named(path))
        if found := find(pin, target, self.cache):
            return found
        raise Missing(
            f"{target.name}: {pin.name} {pin.version}: came, but does not fit"
        )

    def _fetch(self, pin: Pin, target: Target, part: Path) -> None:
        asked = part / "asked.txt"
        hashes = " ".join(f"--hash=sha256:{one}" for one in sorted(pin.hashes))
        asked.write_text(f"{pin.name}=={pin.version} {hashes}\n", "ascii")
        done = subprocess.run(  # noqa: S603  # pip of the Python that ./run found
            [self.python, "-m", "pip", *_pip_words(target), f"--dest={part}", f"--requirement={asked}"],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            why = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
            raise Missing(f"{target.name}: {pin.name} {pin.version}: {why}")


def _named(path: Path) -> str:
    """A wheel's name as the standard has it; an index may write the package otherwise."""
    name, _dash, rest = path.name.partition("-")
    return f"{canonicalize_name(name).replace('-', '_')}-{rest}"


def _pip_words(target: Target) -> list[str]:
    return [
        "download", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--only-binary=:all:", "--require-hashes",
        "--python-version", "{}.{}".format(*target.python),
        *(f"--platform={name}" for name in target.platform.wheels),
    ]  # fmt: skip


def build(root: Path, folder: Path) -> Path:
    """Our own wheel, with the scripts of the site inside."""
    done = subprocess.run(  # noqa: S603  # our own build
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=root, check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise Missing(f"our own wheel: {done.stderr.strip()}")
    return next(folder.glob("bihuan-*.whl"))


def gather(
    own: Path, target: Target, pins: Mapping[str, Pin], source: Source, bar: Progress
) -> list[Path]:
    """Every wheel that ours needs on a target, each by a pinned hash."""
    closure, wheels = Closure(pins, target), dict[str, Path]()
    shown = bar.add_task(target.name, total=None)
    wave: list[tuple[Path, frozenset[str]]] = [(own, frozenset())]
    while wanted := closure.next(wave):
        bar.update(shown, total=len(wheels.keys() | wanted.keys()))

        def bring(pin: Pin) -> Path:
            came = source.bring(pin, target)
            bar.advance(shown)
            return came

        came = _all_at_once(bring, [one.pin for one in wanted.values()])
        wheels |= came
        wave = [(came[name], one.extras) for name, one in wanted.items()]
    return sorted(wheels.values())


def _all_at_once(bring: Callable[[Pin], Path], pins: Sequence[Pin]) -> dict[str, Path]:
    """A wave of wheels, some at a time; all that are missing are named together."""
    came, missing = dict[str, Path](), list[str]()
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        asked = {pool.submit(bring, pin): pin.name for pin in pins}
        for done in as_completed(asked):
            try:
                came[asked[done]] = done.result()
            except Missing as why:
                missing.append(str(why))
    finally:
        pool.shutdown(cancel_futures=True)
    if missing:
        raise Missing("\n".join(sorted(missing)))
    return came


# --- the zip --------------------------------------------------------------------------


def parts(own: Path, wheels: Sequence[Path], target: Target, pins: Mapping[str, Pin]) -> dict[str, bytes | Path]:  # fmt: skip
    """What lies in a bundle: a name, and its bytes or where they are."""
    name, version, _build, _tags = parse_wheel_filename(own.name)
    lines = [Pin(name, str(version), None, frozenset()).line(digest(own))]
    lines += [_line(path, pins) for path in wheels]
    words = {
        "version": str(version),
        "python": "{}.{}".format(*target.python),
        "platform": target.name,
        "count": str(len(lines)),
    }
    script = "install.cmd" if target.windows else "install.sh"
    held: dict[str, bytes | Path] = {
        "README.txt": _text("README.txt", words, target),
        script: _text(script, words, target),
        "requirements.txt": "".join(sorted(lines)).encode("ascii"),
    }
    held |= {f"wheels/{path.name}": path for path in (own, *wheels)}
    return held | _carried()


def _line(path: Path, pins: Mapping[str, Pin]) -> str:
    """A wheel's line; Missing if its hash is not pinned."""
    pin, sha = pins[parse_wheel_filename(path.name)[0]], digest(path)
    if sha not in pin.hashes:
        raise Missing(f"{path.name}: its SHA-256 {sha} is not pinned")
    return pin.line(sha)


def _text(name: str, words: Mapping[str, str], target: Target) -> bytes:
    """A text of tools/offline with its words, as the target's own programs read it."""
    text = (OFFLINE / name).read_text("utf-8")
    if name == "README.txt":
        other = "LINUX" if target.windows else "WINDOWS"
        text = re.sub(rf"(?ms)^\[{other}\]\n.*?^\[/{other}\]\n", "", text)
        text = re.sub(r"(?m)^\[/?(?:WINDOWS|LINUX)\]\n", "", text)
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    if not target.windows:
        return text.encode("utf-8")
    # Notepad wants a mark before UTF-8, cmd would read the mark as a command
    mark = "utf-8" if name.endswith(".cmd") else "utf-8-sig"
    return text.replace("\n", "\r\n").encode(mark)


def _carried() -> dict[str, bytes | Path]:
    """The documents and examples of the tree."""
    return {
        path.relative_to(ROOT).as_posix(): path
        for name in CARRIED
        for path in (ROOT / name, *(ROOT / name).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def write(path: Path, top: str, held: Mapping[str, bytes | Path]) -> None:
    """Write a zip with its list of sums, whole or not at all; wheels are packed already."""
    part, sums = path.with_name(path.name + ".part"), list[str]()
    try:
        with zipfile.ZipFile(part, "w") as made:
            for name, what in sorted(held.items()):
                content = what if isinstance(what, bytes) else what.read_bytes()
                sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
                made.writestr(_entry(f"{top}/{name}"), content)
            made.writestr(_entry(f"{top}/SHA256SUMS"), "".join(sums))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, FIRST)
    entry.external_attr = (0o755 if name.endswith("install.sh") else 0o644) << 16
    packed = name.endswith((".whl", ".xlsx", ".png"))
    entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    return entry


def make(
    target: Target, *, root: Path, out: Path, source: Source, bar: Progress
) -> tuple[Path, int]:
    """Make the bundle of a target; says where it lies and how many wheels it has."""
    pins = read_pins(PINS.read_text("ascii"), target)
    source.cache.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=source.cache, prefix="part-") as part:
        own = build(root, Path(part))
        wheels = gather(own, target, pins, source, bar)
        top = "-".join(own.name.split("-")[:2])
        path = out / f"{top}-{target.name}-py{'{}{}'.format(*target.python)}.zip"
        write(path, top, parts(own, wheels, target, pins))
    return path, len(wheels) + 1


# --- the command ----------------------------------------------------------------------


def main(words: Sequence[str]) -> int:
    """Make the bundles that were asked for; 1: one cannot be whole, 130: it was stopped."""
    asked = _arguments(words)
    console = Console(highlight=False, soft_wrap=True)
    try:
        with Progress(console=Console(stderr=True), transient=True) as bar:
            for name in asked.platforms or PLATFORMS:
                for python in asked.python or [(3, 11)]:
                    path, count = make(
                        Target(name, python),
                        root=asked.root,
                        out=asked.out,
                        source=Source(cache=asked.cache, python=asked.pip),
                        bar=bar,
                    )
                    size = path.stat().st_size / 1e6
                    console.print(f"{path}  {count} wheels  {size:.0f} MB\n  sha256 {digest(path)}")  # fmt: skip
    except Missing as why:
        print(why, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; what was fetched is kept for the next try", file=sys.stderr)
        return 128 + signal.SIGINT
    return 0


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("./run bundle", description=__doc__.split("\n")[0])
    parser.add_argument("--for", dest="platforms", action="append", choices=PLATFORMS, help="a platform; unsaid: all of them")  # fmt: skip
    parser.add_argument("--python", action="append", type=_version, help="3.11, the default, or newer")  # fmt: skip
    parser.add_argument("--out", type=Path, default=Path("dist"), help="folder of the zips")  # fmt: skip
    parser.add_argument("--pip", default=sys.executable, help="the Python whose pip fetches")  # fmt: skip
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache/bundle", help=argparse.SUPPRESS)  # fmt: skip
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    return parser.parse_args(words)


def _version(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(3)\.(\d+)", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} came, 3.11 or 3.12 is meant")
    return int(found[1]), int(found[2])


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main(sys.argv[1:]))
