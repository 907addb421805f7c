"""The READMEs' tours are executed as they stand, both saying the same."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.zh.md")


def blocks(name: str) -> list[str]:
    """The shell blocks of a README, in order."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(r"```bash\n(.*?)```", text, re.DOTALL)


def commands(name: str) -> list[str]:
    """Their commands without comments and without the language."""
    lines = "\n".join(blocks(name)).splitlines()
    return [line.split("#")[0].replace(" --lang en", "").strip() for line in lines]


def test_both_readmes_show_the_same_commands() -> None:
    assert commands("README.md") == commands("README.zh.md")


def test_the_two_commands_come_first() -> None:
    assert commands("README.md")[:2] == ["./run demo", "./run test"]


@pytest.mark.slow
def test_the_tour_runs_as_it_stands() -> None:
    tour = "\n".join(["set -e", "mkdir -p out/tour", *blocks("README.md")[1:]])
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-c", tour],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for made in ("report.html", "report.docx", "report.xlsx", "form.xlsx"):
        assert (ROOT / "out/tour" / made).stat().st_size > 0


@pytest.mark.parametrize("name", READMES)
def test_every_link_leads_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target:
            assert (ROOT / target).exists(), target
