"""The check of a large plan, by the worker."""

from django_tasks import task

from bihuan.web.org.models import PlanVersion


@task()
def check_later(number: int) -> int:
    """Judge a version's file; says how many problems it has."""
    from bihuan.web.flows.plans import check  # noqa: PLC0415  # the flow puts the task in the queue

    return len(
        check(PlanVersion.objects.select_related("unit").get(pk=number)).problems
    )
