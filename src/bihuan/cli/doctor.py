"""``bihuan doctor``: what is missing on this machine and how to mend it."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from bihuan.base.wording import N_, _
from bihuan.cli.answer import answer
from bihuan.cli.machine import Folder, Machine, look

GIB: Final = 2**30
MIB: Final = 2**20


class State(StrEnum):
    """How one thing stands; a warning does not keep the program from its work."""

    PASS = "pass"  # noqa: S105  # the word of a verdict
    WARN = "warn"
    FAIL = "fail"


MARKS: Final = {State.PASS: "✓", State.WARN: "!", State.FAIL: "✗"}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at: how it stands, what was found, what to do."""

    subject: str
    state: State
    found: str
    mend: str = ""


def judge(machine: Machine) -> tuple[Finding, ...]:
    """Judge whether a machine can do the work."""
    return (
        _python(machine.python),
        _cores(machine.cores),
        _memory(machine.memory),
        _output(machine.output),
        _cache(machine.cache),
        _font(machine.chinese_font),
        _browser(machine.browser),
        _postgresql(machine.postgresql),
    )


def worst(findings: tuple[Finding, ...]) -> State:
    """Name the worst state among findings."""
    return max((finding.state for finding in findings), key=list(State).index)


def _python(version: tuple[int, int]) -> Finding:
    found = "Python {}.{}".format(*version)
    if version >= (3, 11):
        return Finding(subject="python", state=State.PASS, found=found)
    mend = _("请安装 Python 3.11 或更新的版本")
    return Finding(subject="python", state=State.FAIL, found=found, mend=mend)


def _cores(cores: int) -> Finding:
    found = _("处理器核心 {cores} 个", cores=cores)
    return Finding(subject="cores", state=State.PASS, found=found)


def _memory(size: int | None) -> Finding:
    if size is None:
        found = _("查不到内存大小")
        mend = _("推演至少需要 1 GiB 内存，请自行确认")
        return Finding(subject="memory", state=State.WARN, found=found, mend=mend)
    found = _("内存 {size:.1f} GiB", size=size / GIB)
    if size >= 2 * GIB:
        return Finding(subject="memory", state=State.PASS, found=found)
    state = State.WARN if size >= GIB else State.FAIL
    mend = _("推演至少需要 1 GiB，建议 2 GiB；可减少推演次数（--runs）或换一台机器")
    return Finding(subject="memory", state=state, found=found, mend=mend)


def _output(folder: Folder) -> Finding:
    found = _(
        "结果写入 {path}，剩余 {free:.1f} GiB", path=folder.path, free=folder.free / GIB
    )
    if not folder.writable:
        mend = _("该文件夹不能写入；请改在有写权限的文件夹中运行")
        return Finding(subject="output", state=State.FAIL, found=found, mend=mend)
    if folder.free < 200 * MIB:
        mend = _("至少需要 200 MiB；请清理磁盘")
        return Finding(subject="output", state=State.FAIL, found=found, mend=mend)
    return Finding(subject="output", state=State.PASS, found=found)


def _cache(folder: Folder) -> Finding:
    found = _(
        "编译缓存在 {path}，剩余 {free:.1f} GiB",
        path=folder.path,
        free=folder.free / GIB,
    )
    if folder.writable and folder.free >= 200 * MIB:
        return Finding(subject="cache", state=State.PASS, found=found)
    mend = _(
        "存不下编译结果，每次推演都要重新编译；请把环境变量 NUMBA_CACHE_DIR 指向可写、有 200 MiB 空间的文件夹"
    )
    return Finding(subject="cache", state=State.WARN, found=found, mend=mend)


def _font(font: str | None) -> Finding:
    if font:
        found = _("中文字体 {font}", font=font)
        return Finding(subject="chinese_font", state=State.PASS, found=found)
    mend = _(
        "报告的图是 SVG，文字由阅读者的浏览器显示，看报告的机器需要中文字体；在本机转 PDF 或截图请安装字体，如 Debian：apt install fonts-noto-cjk"
    )
    found = _("没有中文字体")
    return Finding(subject="chinese_font", state=State.WARN, found=found, mend=mend)


def _browser(path: str | None) -> Finding:
    if path:
        return Finding(subject="browser", state=State.PASS, found=path)
    found = _("没有 Chromium 浏览器")
    mend = _("仅页面测试和打印 PDF 需要；Debian：apt install chromium")
    return Finding(subject="browser", state=State.WARN, found=found, mend=mend)


def _postgresql(path: str | None) -> Finding:
    if path:
        return Finding(subject="postgresql", state=State.PASS, found=path)
    found = _("没有 PostgreSQL")
    mend = _("仅多人使用的网站需要；Debian：apt install postgresql")
    return Finding(subject="postgresql", state=State.WARN, found=found, mend=mend)


def _line(finding: Finding) -> str:
    """Put a finding on one line."""
    line = f"{MARKS[finding.state]} {finding.found}"
    return f"{line} → {finding.mend}" if finding.mend else line


def doctor(
    *,
    output: Annotated[
        Path, typer.Option("--out", help=N_("结果要写入的文件夹"))
    ] = Path("out"),
    as_json: Annotated[bool, typer.Option("--json", help=N_("以 JSON 回答"))] = False,
) -> None:
    findings = judge(look(output.absolute()))
    state = worst(findings)
    if as_json:
        answer(
            "doctor", {"state": state, "findings": [asdict(row) for row in findings]}
        )
    else:
        typer.echo("\n".join(map(_line, findings)))
    raise typer.Exit(1 if state is State.FAIL else 0)


def register(app: typer.Typer) -> None:
    app.command("doctor", help=N_("查看本机缺什么、怎么补"))(doctor)
