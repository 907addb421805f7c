"""Every notice that the site's code tells is one that may be said."""

import ast
from collections.abc import Iterator
from pathlib import Path

import bihuan.web
from bihuan.web.notices.kinds import KINDS

WEB = Path(bihuan.web.__file__).parent


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Calls of `tell` in the site's code, with where they are."""
    for path in sorted(WEB.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) == "tell":
                yield f"{path.relative_to(WEB)}:{node.lineno}", node


def _name(func: ast.expr) -> str:
    return getattr(func, "attr", "") or getattr(func, "id", "")


def test_what_is_told_is_declared_with_all_its_facts() -> None:
    told = list(calls())
    assert len(told) > 10
    assert [problem for where, call in told if (problem := wrong(where, call))] == []


def wrong(where: str, call: ast.Call) -> str:
    """What is wrong with a call; a kind that is known only when it runs is passed by."""
    kind = call.args[0] if call.args else None
    if not isinstance(kind, ast.Constant) or not isinstance(kind.value, str):
        return ""
    if kind.value not in KINDS:
        return f"{where}: {kind.value} is not declared"
    given = {word.arg for word in call.keywords}
    missing = KINDS[kind.value].places - given
    return (
        f"{where}: {sorted(missing)} not told" if missing and None not in given else ""
    )
