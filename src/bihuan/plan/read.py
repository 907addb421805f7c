"""Reading a plan: a workbook, a folder, or a FET timetable; all problems at once."""

from pathlib import Path
from typing import Final

from bihuan.base.problems import Problem, error
from bihuan.base.where import Where
from bihuan.base.wording import N_, _
from bihuan.plan.build import build
from bihuan.plan.load.rows import Tables
from bihuan.plan.load.workbook import read_workbook
from bihuan.plan.load.yamlfile import ENDING, read_folder
from bihuan.plan.reading import Reading

NO_SUCH: Final = error(
    "P001",
    N_("没有这个文件或文件夹。"),
    N_("请检查路径和文件名。"),
)
UNREADABLE: Final = error(
    "P002",
    N_("打不开：{came}。"),
    N_("请检查权限，或关闭正在使用它的程序。"),
)
NO_PLAN: Final = error(
    "P019",
    N_("文件夹里没有预案（一个 .xlsx，或一组 {ending} 文件）。"),
    N_("请把预案放进来，或指定另一个文件夹。"),
)
SEVERAL: Final = error(
    "P020",
    N_("文件夹里有 {n} 个工作簿：{came}。"),
    N_("请直接指定其中一个。"),
)

NOTHING_IN: Final = error(
    "P021",
    N_("表里没有填任何内容。"),
    N_("请填写后再交。"),
)


def read(path: Path) -> Reading:
    """Read a plan from a workbook, a folder of YAML (or with one workbook), a .fet file."""
    try:
        return _read(path)
    except FileNotFoundError:
        return _only(NO_SUCH.at(Where(path.name or str(path))))
    except OSError as bad:
        where = Where(path.name or str(path))
        return _only(UNREADABLE.at(where, came=bad.strerror or type(bad).__name__))


def _read(path: Path) -> Reading:
    if path.is_dir():
        return _read_folder(path)
    if path.exists() and not path.is_file():  # a pipe would never end
        return _only(UNREADABLE.at(Where(path.name), came=_("不是普通文件")))
    if path.suffix.lower() == ".fet":
        return _read_fet(path)
    heard: list[Problem] = []
    return _built(path, read_workbook(path, heard), heard)


def _read_folder(path: Path) -> Reading:
    """Read the one workbook of a folder, else its YAML files."""
    books = [
        book
        for book in sorted(path.iterdir())
        if book.suffix.lower() == ".xlsx" and not book.name.startswith(("~$", "."))
    ]
    if len(books) == 1:
        return _read(books[0])
    if books:
        came = "、".join(book.name for book in books[:5])
        return _only(SEVERAL.at(Where(path.name), n=len(books), came=came))
    if not any(path.glob(f"*{ENDING}")):
        return _only(NO_PLAN.at(Where(path.name or str(path)), ending=ENDING))
    heard: list[Problem] = []
    return _built(path, read_folder(path, heard), heard)


def _read_fet(path: Path) -> Reading:
    # here, because the reader of FET files is wanted by few and reads XML
    from bihuan.plan.load.fet import read_fet  # noqa: PLC0415

    return read_fet(path)


def _built(path: Path, tables: Tables, heard: list[Problem]) -> Reading:
    plan, said = build(tables)
    problems = (*heard, *said)
    if plan is None and not problems:
        return _only(NOTHING_IN.at(Where(path.name)))
    return Reading(plan, problems)


def _only(problem: Problem) -> Reading:
    return Reading(None, (problem,))
