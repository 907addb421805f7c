"""The trail to look at: lines of a school, whether the chain holds, the heads to keep."""

import json

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from bihuan.rules.access import Deed
from bihuan.web.org import audit, clock, scope
from bihuan.web.org.door import open_to
from bihuan.web.org.models import AuditHead, AuditLine, Unit
from bihuan.web.pages.frame import show

ROWS = 50


@open_to(Deed.AUDIT_SEE)
@require_safe
def trail(request: HttpRequest) -> HttpResponseBase:
    """The newest lines one may see; asked with ?verify=1, whether each chain holds."""
    rows = scope.within(request, Deed.AUDIT_SEE, AuditLine.objects.all(), unit="school")
    if subject := request.GET.get("subject", ""):
        rows = rows.filter(subject=subject)
    broken = None
    if "verify" in request.GET:
        mine = set(_schools(request))
        broken = [b for b in audit.verify() if b.school in mine]
    pages = Paginator(rows.select_related("school").order_by("-at", "-number"), ROWS)
    return show(
        request, "org/trail.html", rows=pages.get_page(request.GET.get("page")),
        broken=broken, subject=subject,
    )  # fmt: skip


@open_to(Deed.AUDIT_SEE)
@require_safe
def heads(request: HttpRequest) -> HttpResponseBase:
    """The ends of the chains as a file, to be kept elsewhere."""
    rows = AuditHead.objects.filter(school__in=_schools(request)).order_by("pk")
    told = {str(row.pk): [row.number, row.digest] for row in rows}
    text = json.dumps(told, indent=1, sort_keys=True)
    name = f"audit-heads-{clock.today().isoformat()}.json"
    return HttpResponse(
        text, content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


def _schools(request: HttpRequest) -> list[int]:
    rows = scope.within(request, Deed.AUDIT_SEE, Unit.objects.all(), unit="")
    return list(rows.values_list("pk", flat=True))
