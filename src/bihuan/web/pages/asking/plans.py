"""A version of a plan that waits for me: to be mended, signed, reviewed or published."""

import datetime as dt
from collections.abc import Iterator

from django.http import HttpRequest

from bihuan.base.wording import _
from bihuan.rules.access import Deed
from bihuan.web.org import scope
from bihuan.web.org.models import PlanState, PlanVersion
from bihuan.web.pages.asked import Asked

STEPS = {
    PlanState.RETURNED.value: Deed.PLAN_UPLOAD,
    PlanState.SUBMITTED.value: Deed.PLAN_APPROVE,
    PlanState.SIGNED.value: Deed.PLAN_PARTY,
    PlanState.APPROVED.value: Deed.PLAN_PUBLISH,
}
"""Whose turn it is in each state."""


def asks(request: HttpRequest, now: dt.datetime) -> Iterator[Asked]:
    """Versions whose next step is mine."""
    del now  # nobody has set a day for it
    who = scope.seen(request)
    if who is None:
        return
    titles = {
        PlanState.RETURNED.value: _("改退回的预案"),
        PlanState.SUBMITTED.value: _("审签预案"),
        PlanState.SIGNED.value: _("党组织审定预案"),
        PlanState.APPROVED.value: _("发布预案"),
    }
    for state, deed in STEPS.items():
        if not who.may(deed):
            continue
        rows = PlanVersion.objects.filter(state=state).defer("file")
        for row in scope.within(request, deed, rows.select_related("unit"))[:5]:
            yield Asked(
                title=titles[state], url=f"/plans/{row.pk}/", fields=1, minutes=10,
                second=_("{unit}第{n}版", unit=row.unit.name, n=row.number),
                action=titles[state],
            )  # fmt: skip
