"""The trail: chained per school, closed to change, and every kind of tampering is found."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from bihuan.rules.access import Role
from bihuan.web.org import audit
from bihuan.web.org.models import AuditHead, AuditLine
from bihuan.web.org.scope import Actor
from site_world import MORNING, Cast, build

pytestmark = pytest.mark.django_db
WHO = Actor(1, 1, Role.CLASS_TEACHER)


@pytest.fixture
def school() -> int:
    """Five lines of one school, and one of another."""
    cast: Cast = build(students=1)
    with transaction.atomic():
        for number in range(5):
            audit.write(
                WHO, "check", f"test:{number}", school=cast.units["school_a"],
                at=MORNING, present=number,
            )  # fmt: skip
        audit.write(WHO, "check", "test:b", school=cast.units["school_b"], at=MORNING)
    return cast.units["school_a"].pk


def sql(statement: str, *values: str | int) -> None:
    """As somebody with the database in his hands would do it: past the triggers."""
    with connection.cursor() as cursor:
        for trigger in ("audit_no_UPDATE", "audit_no_DELETE"):
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        cursor.execute(statement, values)


def found() -> list[tuple[int, str]]:
    return [(broken.number, broken.what) for broken in audit.verify()]


def test_an_honest_trail_holds(school: int) -> None:
    assert found() == []
    assert AuditLine.objects.filter(school=school).count() == 5


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_the_database_refuses_to_change_a_line(school: int, deed: str) -> None:
    rows = AuditLine.objects.filter(school=school)
    act: Callable[[], object] = (
        (lambda: rows.update(deed="x")) if deed == "update" else rows.delete
    )
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        act()
    assert found() == []


def test_a_changed_line_is_found(school: int) -> None:
    sql(
        "UPDATE org_auditline SET body = '{}' WHERE school_id = %s AND number = 3",
        school,
    )
    assert (3, "changed") in found()


def test_a_removed_line_is_found(school: int) -> None:
    sql("DELETE FROM org_auditline WHERE school_id = %s AND number = 2", school)
    assert (2, "missing") in found()


def test_an_inserted_line_is_found(school: int) -> None:
    line = AuditLine.objects.get(school=school, number=2)
    line.pk, line.number, line.deed = None, 6, "invented"
    line.digest = audit.digest(line)
    line.save(force_insert=True)
    sql("UPDATE org_audithead SET number = 6, digest = %s WHERE school_id = %s",
        line.digest, school)  # fmt: skip
    assert (6, "inserted") in found()


def test_two_lines_that_change_places_are_found(school: int) -> None:
    for old, new in ((2, 60), (3, 2), (60, 3)):
        sql("UPDATE org_auditline SET number = %s WHERE school_id = %s AND number = %s",
            new, school, old)  # fmt: skip
    assert {number for number, _what in found()} >= {2, 3}


def test_a_cut_end_is_found_by_the_head(school: int) -> None:
    sql("DELETE FROM org_auditline WHERE school_id = %s AND number = 5", school)
    assert (5, "cut") in found()


def test_a_whole_new_chain_is_found_by_a_head_that_was_kept(school: int) -> None:
    """Whoever can rewrite everything is betrayed by what was kept elsewhere."""
    head = AuditHead.objects.get(pk=school)
    kept = {school: (head.number, head.digest)}
    last = ""
    for line in AuditLine.objects.filter(school=school).order_by("number"):
        line.deed, line.previous = "rewritten", last
        last = line.digest = audit.digest(line)
        sql("UPDATE org_auditline SET deed = 'rewritten', previous = %s, digest = %s"
            " WHERE id = %s", line.previous, line.digest, line.pk)  # fmt: skip
    sql("UPDATE org_audithead SET digest = %s WHERE school_id = %s", last, school)
    assert found() == []
    assert [b.what for b in audit.verify(kept)] == ["moved"]


def test_a_line_is_written_only_with_what_it_tells() -> None:
    """Outside a transaction a line could stand without its deed."""
    assert transaction.get_connection().in_atomic_block  # the test's own
    with pytest.raises(transaction.TransactionManagementError):
        outside()


def outside() -> None:
    connection.in_atomic_block = False
    try:
        audit.write(WHO, "check", "test:1", school=1, at=MORNING)
    finally:
        connection.in_atomic_block = True
