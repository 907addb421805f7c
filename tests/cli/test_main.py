"""The command line as a user meets it."""

import subprocess
import sys
from pathlib import Path

import pytest

import bihuan
from bihuan.cli import main as main_module
from bihuan.cli.main import run, split_language


@pytest.fixture(autouse=True)
def _chinese_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BIHUAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")


def test_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"bihuan {bihuan.__version__}\n"


def test_bare_command_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    assert "查看本机缺什么、怎么补" in capsys.readouterr().out


def test_help_is_in_the_language_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--help", "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert "Folder that results go to" in out
    assert "Show this help" in out
    assert "Options" in out


def test_help_turns_back_to_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    run(["--lang", "en", "--help"])
    run(["--help"])
    assert "选项" in capsys.readouterr().out.partition("Options")[2]


def test_environment_chooses_the_language(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIHUAN_LANG", "en")
    assert run(["--help"]) == 0
    assert "Say what is missing on this machine" in capsys.readouterr().out


def test_unknown_language_is_told_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["--lang", "tlh", "doctor"]) == 2
    assert capsys.readouterr().err == "bihuan: 没有语言「tlh」；可选：zh-Hans, en\n"


@pytest.mark.parametrize("arguments", [["dokter"], ["doctor", "--jsom"]])
def test_mistyped_word_is_one_line_and_no_traceback(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    said = capsys.readouterr()
    assert said.err.startswith("bihuan: ")
    assert said.err.count("\n") == 1
    assert said.out == ""


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["plan", "check", "--lang", "en"], ("en", ["plan", "check"])),
        (["--lang=en", "doctor"], ("en", ["doctor"])),
        (["doctor"], (None, ["doctor"])),
        (["x", "--", "--lang", "en"], (None, ["x", "--", "--lang", "en"])),
        (["--lang"], ("", [])),
    ],
)
def test_language_may_stand_anywhere_before_the_dashes(
    arguments: list[str], expected: tuple[str | None, list[str]]
) -> None:
    assert split_language(arguments) == expected


FLOOR = """
import typer

def fail(what: str) -> None:
    if what == "file":
        open("no/such.xlsx")
    if what == "refuse":
        raise typer.TyperException("first line\\nsecond line")
    if what == "interrupt":
        raise KeyboardInterrupt
    if what == "three":
        raise typer.Exit(3)
    raise ZeroDivisionError

def register(app: typer.Typer) -> None:
    app.command("fail")(fail)
"""


@pytest.fixture
def _failing_floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a floor whose one command fails in the way it is told to."""
    (tmp_path / "failing.py").write_text(FLOOR, "utf-8")
    monkeypatch.setattr("bihuan.cli.__path__", [str(tmp_path)])
    monkeypatch.setattr(main_module, "FLOORS", ("failing",))
    monkeypatch.delitem(sys.modules, "bihuan.cli.failing", raising=False)


@pytest.mark.usefixtures("_failing_floor")
@pytest.mark.parametrize(
    ("what", "code", "said"),
    [
        ("file", 2, "bihuan: 没有这个文件：no/such.xlsx\n"),
        ("refuse", 1, "bihuan: first line second line\n"),
        ("interrupt", 130, ""),
        ("three", 3, ""),
    ],
)
def test_end_of_a_command_is_its_exit_code_and_at_most_one_line(
    what: str, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["fail", what]) == code
    assert capsys.readouterr().err == said


@pytest.mark.usefixtures("_failing_floor")
def test_our_own_mistake_crashes() -> None:
    with pytest.raises(ZeroDivisionError):
        run(["fail", "program"])


def test_package_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bihuan", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"bihuan {bihuan.__version__}\n"
