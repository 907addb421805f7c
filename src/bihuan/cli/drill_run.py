"""``bihuan drill run|evaluate|report``: a script played through, a log judged, its paper."""

import typer


def register(drill: typer.Typer) -> None:
    """Add the commands to those of ``bihuan drill``."""
    del drill  # they come with the play
