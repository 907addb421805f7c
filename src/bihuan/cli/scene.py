"""A drill's script for a command that needs one without an error."""

from pathlib import Path

import typer

from bihuan.base.problems import errors
from bihuan.base.wording import _
from bihuan.drill.script import Scene


def usable_scene(path: Path) -> Scene:
    """The script of a file that could be read without an error; else a refusal."""
    from bihuan.drill.lint import lint
    from bihuan.drill.load import load

    loaded = load(path)
    found = [*loaded.problems]
    if loaded.draft is not None:
        found += lint(loaded.draft, places=loaded.places)
    wrong = [str(problem) for problem in errors(tuple(found))]
    if loaded.scene is None or wrong:
        first, *more = wrong
        tail = _("（另有 {n} 处，见 bihuan drill check {path}）")
        rest = tail.format(n=len(more), path=path.name) if more else ""
        raise typer.TyperException(f"{first}{rest}")
    return loaded.scene
