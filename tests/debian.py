"""A Debian of the tests' own: this machine's files, booted apart with nothing of its network.

The files are an overlay in memory, so that what is done there is gone with it and this
machine is never touched. systemd runs there as the first process, hence units are really
started. Only the loopback is there: what works has no need of a network.
"""

import os
import platform
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BOOT: Final = r"""
set -eu
mount -t tmpfs -o mode=755 tmpfs "$1"
cd "$1"
mkdir upper work root
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
systemd-id128 new > root/etc/machine-id
cp -r "$2/." root/
chmod 755 root/guide.sh
mkdir -p root/etc/systemd/system/multi-user.target.wants
ln -sf ../guide.service root/etc/systemd/system/multi-user.target.wants/guide.service
keep=
[ "$(cat /proc/1/comm)" = systemd ] || keep=--keep-unit
systemd-nspawn --directory root --boot --private-network --register=no $keep \
    --link-journal=no --console=pipe < /dev/null > boot.out 2>&1 || true
cat root/guide.out || cat boot.out
exit "$(cat root/guide.rc)"
"""
UNIT: Final = """
[Unit]
Description=What the test does here
After=network.target dbus.service postgresql.service nginx.service
[Service]
Type=oneshot
WorkingDirectory=/srv
Environment=HOME=/root LC_ALL=C.UTF-8
ExecStart=/bin/bash -c '/bin/bash -e -o pipefail /guide.sh > /guide.out 2>&1; echo $? > /guide.rc'
ExecStopPost=/bin/systemctl poweroff --force --no-block
"""


@dataclass(frozen=True)
class Ended:
    """How a script ended there, and all it said."""

    code: int
    said: str


def missing(packages: Sequence[str]) -> str:
    """Why no Debian with such packages can be booted here; empty: one can."""
    if platform.system() != "Linux" or os.geteuid() != 0:
        return "only root boots a machine"
    if "ID=debian" not in Path("/etc/os-release").read_text("utf-8").splitlines():
        return "the guide is for Debian"
    lacking = [name for name in (*packages, "systemd-container") if not _installed(name)]  # fmt: skip
    if lacking:
        return f"not installed here: {' '.join(lacking)}"
    return "" if _works("unshare", "--mount", "true") else "no mounts of one's own here"


def _installed(package: str) -> bool:
    return _works("dpkg", "--status", package)


def _works(*words: str) -> bool:
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


def run(script: str, files: Mapping[str, Path], seconds: float) -> Ended:
    """Boot it with some files in place, run a script there as root, and end it."""
    with tempfile.TemporaryDirectory(prefix="bihuan-debian-") as name:
        machine, brought = Path(name, "machine"), Path(name, "brought")
        machine.mkdir()
        for target, source in files.items():
            place = brought / target
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, place)
        unit = brought / "etc/systemd/system/guide.service"
        unit.parent.mkdir(parents=True, exist_ok=True)
        unit.write_text(UNIT, "utf-8")
        (brought / "guide.sh").write_text(script, "utf-8")
        return _boot([BOOT, "boot", str(machine), str(brought)], seconds)


def _boot(words: list[str], seconds: float) -> Ended:
    """Run the boot in a space of its own, which ends with it whatever happens."""
    apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    with subprocess.Popen(
        [*apart, "bash", "-c", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as machine:
        try:
            said, _none = machine.communicate(timeout=seconds)
        finally:
            if machine.poll() is None:
                os.killpg(machine.pid, signal.SIGKILL)
    return Ended(machine.returncode, said)
