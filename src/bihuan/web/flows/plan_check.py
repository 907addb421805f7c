"""The check of a version's file: at once, or by the worker where it takes long."""

from django_tasks import task

from bihuan.web import planfile
from bihuan.web.org.models import PlanVersion


def check(version: PlanVersion) -> planfile.Examined:
    """Judge a version's file and keep what was found."""
    school = version.unit.code if version.unit.school_id else ""
    found = planfile.examine(version.file_name, bytes(version.file), school)
    version.problems = planfile.kept(found)
    version.wrong, version.rows = found.wrong, found.rows
    version.seconds, version.checked = found.seconds, True
    version.save(update_fields=["problems", "wrong", "rows", "seconds", "checked"])
    return found


@task()
def check_later(number: int) -> int:
    """Judge a version's file; says how many problems it has."""
    return len(
        check(PlanVersion.objects.select_related("unit").get(pk=number)).problems
    )
