"""Reading and writing a script: YAML or Excel by the ending of its name."""

import os
import tempfile
from pathlib import Path
from typing import Final

from bihuan.base.problems import error
from bihuan.base.where import Where
from bihuan.base.wording import N_, SOURCE, _, speak
from bihuan.drill.build import Loaded
from bihuan.drill.msel_workbook import read_workbook, write_workbook
from bihuan.drill.msel_yaml import read_yaml, written_yaml
from bihuan.drill.script import Scene

NO_FILE: Final = error(
    "D001",
    N_("没有这个文件。"),
    N_("请检查路径和文件名。"),
)
UNREADABLE: Final = error(
    "D002",
    N_("打不开：{came}。"),
    N_("请检查权限，或关闭正在使用它的程序。"),
)
ENDING: Final = error(
    "D011",
    N_("文件名以「{came}」结尾，应该是 {allowed}。"),
    N_("请另存为 YAML 文本或 .xlsx 工作簿。"),
)

WORKBOOK: Final = ".xlsx"
YAML: Final = (".yaml", ".yml")
EXAMPLE: Final = Path(__file__).parent / "example.yaml"
"""A short script with remarks, to start from."""


def load(path: Path) -> Loaded:
    """A script of a file, with everything that is wrong with the file."""
    where = Where(path.name)
    if not path.exists():
        return Loaded(None, (NO_FILE.at(where),))
    if not path.is_file():  # a pipe would never end
        return Loaded(None, (UNREADABLE.at(where, came=_("不是普通文件")),))
    ending = path.suffix.lower()
    try:
        if ending == WORKBOOK:
            return read_workbook(path)
        if ending in YAML:
            return read_yaml(path)
    except OSError as bad:
        return Loaded(None, (UNREADABLE.at(where, came=bad.strerror or "?"),))
    allowed = "、".join((*YAML, WORKBOOK))
    return Loaded(None, (ENDING.at(where, came=ending, allowed=allowed),))


def save(scene: Scene, path: Path, *, lang: str = SOURCE) -> None:
    """Write a script: to a workbook if the name ends in .xlsx, else as YAML."""
    if path.suffix.lower() == WORKBOOK:
        with speak(lang):
            write_workbook(scene, path)
    else:
        with speak(SOURCE):
            text = written_yaml(scene)
        put(path, text.encode())


def put(path: Path, content: bytes) -> None:
    """Put a file in place of the one before in one step."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)  # there only where something failed
