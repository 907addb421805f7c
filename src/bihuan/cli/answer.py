"""How a command answers a machine: one JSON value with its schema, keys sorted."""

import json
from collections.abc import Mapping

import typer


def answer(command: str, body: Mapping[str, object], *, version: int = 1) -> None:
    """Print the ``--json`` answer of a command."""
    whole = {"schema": f"bihuan-{command}/{version}", **body}
    typer.echo(json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True))
