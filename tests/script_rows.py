"""A script in every text of the database, each field with a number of its own."""

import re
from collections.abc import Iterator
from typing import Any, Final

from django.apps import apps
from django.db import models, transaction

from site_crawl import MARK

KEPT: Final = frozenset(
    {"path", "kind", "role", "state", "slot", "password", "username", "code", "digest",
     "language", "outside_id", "deed", "via", "previous", "slug", "ledger", "key", "rule",
     "file_name", "query"}
)  # fmt: skip
"""Fields that name something to the program: their letters are not anybody's to choose."""
SHOWN: Final = re.compile(
    rf"&lt;{MARK} n=(\d+)&gt;|\\u003C{MARK} n=(\d+)\\u003E|&amp;lt;{MARK} n=(\d+)"
)


def script(number: int, high: int) -> str:
    """A script with a number as long as a field takes it."""
    for text in (
        f"\"'><img src=q onerror={MARK}()><{MARK} n={number}><script>{MARK}()</script>",
        f'"><{MARK} n={number}>', f"<{MARK} n={number}>", f"<{MARK}>",
    ):  # fmt: skip
        if len(text) <= high:
            return text
    return ""


def fields() -> Iterator[tuple[type[models.Model], Any]]:
    """Every text and every bag of JSON of every table of ours."""
    for model in apps.get_models():
        if not model.__module__.startswith(("bihuan.", "ledger_world.")):
            continue
        for field in model._meta.get_fields():
            held = isinstance(
                field, models.CharField | models.TextField | models.JSONField
            )
            if held and not field.choices and field.name not in KEPT:  # type: ignore[union-attr]  # a field
                yield model, field


def plant(most: int = 60) -> dict[int, str]:
    """Put the scripts in; the number of each field that has a row, and its name."""
    planted = {}
    for number, (model, field) in enumerate(fields(), 10):
        if isinstance(field, models.JSONField):
            continue  # what it holds came through a text or a word that is held elsewhere
        text = script(number, field.max_length or 9_999)
        done = 0
        for row in model._default_manager.all()[:most]:
            try:
                with transaction.atomic():
                    rows = model._default_manager.filter(pk=row.pk)
                    done += rows.update(**{field.name: text})
            except Exception:  # noqa: BLE001, S112  # a guard of the table: the text stays as it was
                continue
        if done and " n=" in text:
            planted[number] = f"{model._meta.label_lower}.{field.name}"
    return planted


def shown(text: str) -> set[int]:
    """Numbers of the fields that a page shows."""
    return {int(next(filter(None, found))) for found in SHOWN.findall(text)}
