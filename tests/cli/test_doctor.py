"""The doctor: what is missing on a machine and how to mend it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bihuan.cli.doctor import GIB, MIB, State, judge, worst
from bihuan.cli.machine import Folder, Machine, look
from bihuan.cli.main import run

SCHEMA = Path(__file__).parents[2] / "docs/schema/doctor.json"
ROOMY = Folder(path="/somewhere", writable=True, free=50 * GIB)
GOOD = Machine(
    python=(3, 11),
    cores=2,
    memory=8 * GIB,
    output=ROOMY,
    cache=ROOMY,
    chinese_font="Noto Sans CJK SC",
    browser="/usr/bin/chromium",
    postgresql="/usr/bin/psql",
)


def test_good_machine_has_nothing_to_mend() -> None:
    findings = judge(GOOD)
    assert worst(findings) is State.PASS
    assert {finding.mend for finding in findings} == {""}


@pytest.mark.parametrize(
    ("lack", "subject", "state"),
    [
        ({"python": (3, 10)}, "python", State.FAIL),
        ({"memory": None}, "memory", State.WARN),
        ({"memory": 2 * GIB - 1}, "memory", State.WARN),
        ({"memory": GIB - 1}, "memory", State.FAIL),
        ({"output": replace(ROOMY, writable=False)}, "output", State.FAIL),
        ({"output": replace(ROOMY, free=199 * MIB)}, "output", State.FAIL),
        ({"cache": replace(ROOMY, writable=False)}, "cache", State.WARN),
        ({"cache": replace(ROOMY, free=199 * MIB)}, "cache", State.WARN),
        ({"chinese_font": None}, "chinese_font", State.WARN),
        ({"browser": None}, "browser", State.WARN),
        ({"postgresql": None}, "postgresql", State.WARN),
    ],
)
def test_lack_is_told_with_how_to_mend_it(
    lack: dict[str, Any], subject: str, state: State
) -> None:
    findings = judge(replace(GOOD, **lack))
    wrong = [finding for finding in findings if finding.state is not State.PASS]
    assert [(finding.subject, finding.state) for finding in wrong] == [(subject, state)]
    assert wrong[0].mend
    assert worst(findings) is state


def test_answer_in_json_follows_its_schema(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doctor", "--json", "--out", str(tmp_path / "new")]) == 0
    said = capsys.readouterr().out
    answer = json.loads(said)
    jsonschema.validate(answer, json.loads(SCHEMA.read_text("utf-8")))
    assert answer["schema"] == "bihuan-doctor/1"
    assert (
        said == json.dumps(answer, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    )


def test_folder_that_cannot_be_written_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "a file"
    blocked.touch()
    assert run(["doctor", "--lang", "en", "--out", str(blocked / "out")]) == 1
    line = next(row for row in capsys.readouterr().out.splitlines() if "✗" in row)
    assert str(blocked) in line
    assert line.endswith("this folder cannot be written to; run in one that can")


def test_output_folder_need_not_exist_yet(tmp_path: Path) -> None:
    machine = look(tmp_path / "new" / "out")
    assert machine.output.writable
    assert not (tmp_path / "new").exists()


def test_cache_is_where_numba_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert look(tmp_path).cache.path == str(tmp_path)


def test_chinese_font_is_found_in_the_home_folder_without_a_lister(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fonts = tmp_path / ".local/share/fonts"
    fonts.mkdir(parents=True)
    (fonts / "NotoSansCJK-Regular.ttc").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("bihuan.cli.machine.FONT_FOLDERS", ())
    assert look(tmp_path).chinese_font == "NotoSansCJK-Regular.ttc"
