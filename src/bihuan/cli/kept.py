"""Reviews that are kept as files: written by ``bihuan drill run``, read again later."""

import json
from pathlib import Path
from typing import Final

import typer

from bihuan.base.wording import _
from bihuan.cli.values import frozen, plain
from bihuan.loop.drilled import Comparison
from bihuan.report.files import put

NAME: Final = "review.json"
SCHEMA: Final = "bihuan-drill-review/1"


def save_review(comparison: Comparison, folder: Path) -> Path:
    """Keep what schools' drills came to, so that a re-drill can close its corrections."""
    whole = {"schema": SCHEMA, **plain(comparison)}
    text = json.dumps(whole, ensure_ascii=False, indent=1)
    folder.mkdir(parents=True, exist_ok=True)
    return put(folder / NAME, text.encode())


def load_review(path: Path) -> Comparison:
    """What was kept; a refusal where it is no such file."""
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        kind = whole.pop("schema", None)
        kept: Comparison = frozen(Comparison, whole)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _refused(path) from error
    if kind != SCHEMA:
        raise _refused(path)
    return kept


def _refused(path: Path) -> typer.TyperException:
    return typer.TyperException(
        _("{path} 不是 bihuan drill run 写出的 review.json。", path=path)
    )
