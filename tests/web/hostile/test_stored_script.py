"""A script in every field: typed by every role, and put into every text of the database."""

import pytest
from django.apps import apps
from django.db import models, transaction

from site_crawl import LONG, SHORT, TINY, Page, crawl, fill, presses
from site_world import Cast, build

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ROLES = (
    "bureau", "principal", "teacher", "doctor", "guard", "guardian", "admin", "cdc",
    "logistics",
)  # fmt: skip
LEFT = ("logout", "exercise", "password", "leave", "drop", "withdraw")
"""Forms that take something away from the next one."""


def write_everywhere(client: object, pages: dict[str, Page]) -> None:
    """Send each form once a button, with a script in every free field."""
    sent: set[tuple[str, str]] = set()
    for form in [form for page in pages.values() for form in page.forms]:
        if form.method != "post" or form.key() in sent:
            continue
        if any(word in form.action for word in LEFT):
            continue
        sent.add(form.key())
        for press in presses(form):
            answer = client.post(form.action, fill(form, LONG) | press)  # type: ignore[attr-defined]  # a client
            assert answer.status_code < 500, form.action
            if answer.streaming:
                list(answer)  # read to its end, so that its file is closed


def plant(model: type[models.Model]) -> int:
    """Put a script into every free text of a table's rows."""
    texts = [
        one
        for one in model._meta.get_fields()
        if isinstance(one, models.CharField | models.TextField)
        and not one.choices
        and one.name not in {"path", "kind", "role", "state", "slot", "password"}
    ]
    planted = 0
    for row in model._default_manager.all()[:200]:
        for one in texts:
            high = one.max_length or 10_000
            text = next((t for t in (LONG, SHORT, TINY) if len(t) <= high), "")
            if not text or not getattr(row, one.name):
                continue
            try:
                with transaction.atomic():
                    planted += model._default_manager.filter(pk=row.pk).update(
                        **{one.name: text}
                    )
            except Exception:  # noqa: BLE001, S112  # a guard of the table: the text stays as it was
                continue
    return planted


@pytest.fixture
def cast(settings: pytest.FixtureRequest) -> Cast:
    settings.SECOND_FACTOR = False  # type: ignore[attr-defined]  # pytest-django's settings
    return build(students=2)


def test_no_script_that_was_typed_or_stored_comes_to_life(cast: Cast) -> None:
    for name in ROLES:
        client = cast.client(name)
        write_everywhere(client, crawl(client, most=60, alike=2))
    tables = ("org", "checks", "incidents", "gate", "isolation", "liaison", "notices")
    planted = sum(
        plant(m) for app in tables for m in apps.get_app_config(app).get_models()
    )
    assert planted > 60
    alive: list[str] = []
    shown = 0
    for name in ROLES:
        pages = crawl(cast.client(name), most=60, alike=2)
        shown += len(pages)
        alive += [one for page in pages.values() for one in page.alive]
    assert shown > 100
    assert alive == []
