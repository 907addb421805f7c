"""``bihuan``: the commands of all floors under one name.

A floor is one module of ``bihuan.cli`` with a function ``register(app)`` that adds its
commands; it is named in ``FLOORS``. Help texts are marked with ``N_`` and translated
here, after the language is known.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer import rich_utils
from typer.main import get_command

import bihuan
from bihuan.base.wording import N_, UnknownLanguage, _, languages, speak, wanted

FLOORS: Final = (
    "plan",
    "rehearse",
    "drill",
    "stagger",
    "rules",
    "doctor",
    "site",
)  # fmt: skip
INTERRUPTED: Final = 130
REFUSED: Final = 2


def main() -> None:
    """Run the command line of this process."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line, and give its exit code.

    What a user did wrong is said in one line; what we did wrong crashes.
    """
    option, rest = split_language(arguments)
    try:
        with speak(wanted(option, os.environ)):
            return _carry_out(rest)
    except UnknownLanguage as error:
        return _refuse(
            _(
                "没有语言「{name}」；可选：{names}",
                name=error,
                names=", ".join(languages()),
            )
        )
    except KeyboardInterrupt:
        return INTERRUPTED


def split_language(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """Take ``--lang`` out of a command line, wherever it stands."""
    language, rest, words = None, list[str](), iter(arguments)
    for word in words:
        if word == "--":
            return language, [*rest, word, *words]
        if word == "--lang":
            language = next(words, "")
        elif word.startswith("--lang="):
            language = word.partition("=")[2]
        else:
            rest.append(word)
    return language, rest


def _carry_out(arguments: list[str]) -> int:
    """Run a command, with what a user did wrong said in one line."""
    try:
        code = command().main(arguments, prog_name="bihuan", standalone_mode=False)
    except typer.TyperException as error:
        return _refuse(error.format_message(), error.exit_code)
    except typer.Abort:
        return 1
    except FileNotFoundError as error:
        return _refuse(_("没有这个文件：{name}", name=error.filename))
    except PermissionError as error:
        return _refuse(_("没有权限：{name}", name=error.filename))
    return code if isinstance(code, int) else 0


def _refuse(message: str, code: int = REFUSED) -> int:
    """Say why a command is not carried out."""
    if message:
        typer.echo(f"bihuan: {' '.join(message.split())}", err=True)
    return code


def command() -> Any:
    """Build the command tree in the language being spoken."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.callback(
        invoke_without_command=True,
        help=N_("闭环：学校疫情防控的预案、推演与日常"),
    )(_root)
    for floor in FLOORS:
        import_module(f"bihuan.cli.{floor}").register(app)
    tree = get_command(app)
    _translate(tree)
    _translate_headings()
    return tree


def _root(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help=N_("显示版本"))] = False,
    lang: Annotated[
        str | None, typer.Option(help=N_("语言：zh-Hans 或 en；也可用 BIHUAN_LANG"))
    ] = None,
) -> None:
    del lang  # taken out of the command line before; declared here for the help
    if version:
        typer.echo(f"bihuan {bihuan.__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _translate(tree: Any) -> None:
    """Put the help of a command and of all below it into the language being spoken."""
    tree.help = _turned(tree.help)
    tree.short_help = _turned(tree.short_help)
    options = [*tree.params, tree.get_help_option(typer.Context(tree))]
    options[-1].help = N_("显示说明")
    for option in options:
        option.help = _turned(option.help)
    for below in getattr(tree, "commands", {}).values():
        _translate(below)


def _turned(text: str | None) -> str | None:
    return _(text) if text else text


def _translate_headings() -> None:
    """Put the headings of the help into the language being spoken."""
    rich_utils.ARGUMENTS_PANEL_TITLE = _("参数")
    rich_utils.OPTIONS_PANEL_TITLE = _("选项")
    rich_utils.COMMANDS_PANEL_TITLE = _("命令")
    rich_utils.DEFAULT_STRING = _("[默认：{}]")
    rich_utils.REQUIRED_LONG_STRING = _("[必填]")
