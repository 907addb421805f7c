"""Versions of a plan: handed in, checked, signed, reviewed, published, rolled back.

A version is never changed: a correction is the next one. A school's version goes from its
headmaster, and the party organisation where the school has one, to the bureau; what the
bureau publishes is in force and is mirrored into units, people, rights and duties.
"""

import datetime as dt
import hashlib
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from bihuan.base.where import Where
from bihuan.base.wording import _
from bihuan.plan.diff import Change, diff
from bihuan.plan.plan import Plan
from bihuan.rules.access import Role
from bihuan.web import planfile
from bihuan.web.flows.accounts import Refused
from bihuan.web.flows.mirror import Mirrored, mirror
from bihuan.web.flows.plan_check import check, check_later
from bihuan.web.flows.twin import twin
from bihuan.web.notices import inbox
from bihuan.web.org import audit
from bihuan.web.org.models import PlanState, PlanVersion, Unit
from bihuan.web.org.scope import Actor

__all__ = ["check", "mirror", "twin"]  # the plan's own words for what publishing does
AT_ONCE: Final = 600 * 1024
"""Bytes of a workbook that is checked while the clerk waits; a larger one by the worker."""
ON_THE_WAY: Final = (PlanState.SUBMITTED, PlanState.SIGNED, PlanState.APPROVED)
"""States in which a version waits for somebody."""
LINK: Final = "/plans/{pk}/"
COMPARED: Final = 3
"""Schools for which two versions of a district's plan are simulated side by side."""


def upload(
    actor: Actor, unit: Unit, name: str, data: bytes, now: dt.datetime
) -> PlanVersion:
    """Take a file as the next version; a file handed in twice running is one version."""
    if len(data) > settings.UPLOAD_LIMIT:
        raise Refused(
            _(
                "文件有 {came} MB，最多 {high} MB；请去掉图片和多余的表",
                came=len(data) // 2**20 + 1,
                high=settings.UPLOAD_LIMIT // 2**20,
            )
        )
    if not data:
        raise Refused(_("文件是空的，请重新选一个"))
    version = _next(actor, unit, name, data, now)
    if version.checked:
        return version
    if len(data) <= AT_ONCE:
        check(version)
    else:
        check_later.enqueue(version.pk)
    return version


@transaction.atomic
def _next(
    actor: Actor, unit: Unit, name: str, data: bytes, now: dt.datetime
) -> PlanVersion:
    audit.hold(unit.school or unit)
    digest = hashlib.sha256(data).hexdigest()
    last = PlanVersion.objects.filter(unit=unit).order_by("-number").first()
    if last is not None and last.digest == digest and last.state == PlanState.DRAFT:
        return last
    version = PlanVersion.objects.create(
        unit=unit,
        number=last.number + 1 if last else 1,
        file=data,
        file_name=planfile.file_name(name),
        digest=digest,
        by_id=actor.person_id,
        at=now,
    )
    _write(actor, "plan.upload", version, now, bytes=len(data))
    return version


def mend(
    actor: Actor, version: PlanVersion, at: Where, came: str, instead: str,
    *, now: dt.datetime,
) -> PlanVersion:  # fmt: skip
    """Hand in the next version with one word of a cell replaced; the old one stays as it was."""
    if version.state != PlanState.DRAFT.value:
        raise Refused(_("只有还没送审的一版能这样改"))
    data = planfile.mended(bytes(version.file), at, came, instead)
    if data is None:
        raise Refused(_("这一格不能自动改，请在原表里改好再上传"))
    made = upload(actor, version.unit, version.file_name, data, now)
    with transaction.atomic():
        _write(actor, "plan.mend", made, now, mended=version.number)
    return made


def compared(version: PlanVersion) -> tuple[PlanVersion, tuple[str, ...]] | None:
    """The version in force that one would replace, and the schools it would change."""
    bureau = Unit.objects.get(path=version.unit.path[:8])
    held = in_force(version.unit) or in_force(bureau)
    plan = plan_of(version)
    if held is None or held.pk == version.pk or plan is None:
        return None
    if version.unit.school_id:
        return held, (version.unit.code,)
    touched = {change.school for change in changes(version)}
    taught = {klass.school for klass in plan.classes}
    schools = [one for one in plan.schools if one.code in taught]
    named = [one.code for one in schools if one.name in touched]
    every = [one.code for one in schools] if touched else []
    return held, tuple((named or every)[:COMPARED])


def party_reviews(unit: Unit, day: dt.date) -> bool:
    """Whether a plan goes to the party organisation too: where the school has a secretary."""
    return bool(unit.school_id and inbox.holders(Role.PARTY_SECRETARY, unit, day))


@transaction.atomic
def submit(actor: Actor, version: PlanVersion, now: dt.datetime) -> None:
    """Send a version to whoever signs; only one without errors."""
    row = _locked(version, PlanState.DRAFT)
    if not row.checked:
        raise Refused(_("还在检查，检查完才能送审"))
    if row.wrong:
        raise Refused(_("还有{n}处错误，改完才能送审", n=row.wrong))
    waiting = PlanVersion.objects.filter(unit=row.unit, state__in=ON_THE_WAY)
    if other := waiting.first():
        raise Refused(_("第{n}版正在审批，先收回它或等它办完", n=other.number))
    state = PlanState.SUBMITTED if row.unit.school_id else PlanState.APPROVED
    _step(actor, row, state, "plan.submit", now)
    who = Role.PRINCIPAL if row.unit.school_id else Role.BUREAU_OFFICE
    _tell("plan_sign", row, who, now)


@transaction.atomic
def sign(actor: Actor, version: PlanVersion, now: dt.datetime) -> None:
    """The headmaster signs; then the party organisation has it, or the bureau."""
    row = _locked(version, PlanState.SUBMITTED)
    row.signed_by_id = actor.person_id
    party = party_reviews(row.unit, now.date())
    _step(
        actor, row, PlanState.SIGNED if party else PlanState.APPROVED, "plan.sign", now
    )
    who = Role.PARTY_SECRETARY if party else Role.BUREAU_OFFICE
    _tell("plan_sign", row, who, now)


@transaction.atomic
def review(actor: Actor, version: PlanVersion, now: dt.datetime) -> None:
    """The party organisation has reviewed it; the bureau may publish."""
    row = _locked(version, PlanState.SIGNED)
    row.party_by_id = actor.person_id
    _step(actor, row, PlanState.APPROVED, "plan.party", now)
    _tell("plan_sign", row, Role.BUREAU_OFFICE, now)


@transaction.atomic
def send_back(
    actor: Actor, version: PlanVersion, reason: str, now: dt.datetime
) -> None:
    """Give a version back with a reason; the one in force stays in force."""
    row = _locked(version, *ON_THE_WAY)
    if not reason.strip():
        raise Refused(_("退回要写明为什么"))
    row.note = reason.strip()[:200]
    _step(actor, row, PlanState.RETURNED, "plan.return", now)
    who = Role.PRINCIPAL if row.unit.school_id else Role.BUREAU_OFFICE
    _tell("plan_back", row, who, now, count=len(row.problems))


@transaction.atomic
def publish(actor: Actor, version: PlanVersion, now: dt.datetime) -> Mirrored:
    """Put a version in force; the one before is kept, and the site follows the plan."""
    row = _locked(version, PlanState.APPROVED)
    return _put_in_force(actor, row, "plan.publish", now)


@transaction.atomic
def roll_back(actor: Actor, version: PlanVersion, now: dt.datetime) -> PlanVersion:
    """Put an earlier version in force again, as a new one: what happened stays told."""
    old = _locked(version, PlanState.REPLACED)
    last = PlanVersion.objects.filter(unit=old.unit).aggregate(n=Max("number"))["n"]
    row = PlanVersion.objects.create(
        unit=old.unit, number=last + 1, file=bytes(old.file), file_name=old.file_name,
        digest=old.digest, problems=old.problems, wrong=old.wrong, rows=old.rows,
        seconds=old.seconds, checked=old.checked, by_id=actor.person_id,
        signed_by=old.signed_by, party_by=old.party_by, at=now,
        state=PlanState.APPROVED.value, note=_("恢复第{n}版", n=old.number),
    )  # fmt: skip
    _put_in_force(actor, row, "plan.roll_back", now, of=old.number)
    return row


def _put_in_force(
    actor: Actor, row: PlanVersion, deed: str, now: dt.datetime, **body: int
) -> Mirrored:
    before = PlanVersion.objects.filter(unit=row.unit, state=PlanState.IN_FORCE.value)
    before.update(state=PlanState.REPLACED.value, in_force_until=now)
    row.in_force_from = now
    row.state = PlanState.IN_FORCE.value
    row.save(update_fields=["in_force_from", "state"])
    done = _mirror(row, now)
    _write(actor, deed, row, now, **done.counts, **body)
    _tell("plan_out", row, Role.PRINCIPAL, now)
    return done


def _mirror(row: PlanVersion, now: dt.datetime) -> Mirrored:
    """Bring the site in step; a school's version speaks of that school only."""
    plan = plan_of(row)
    if plan is None:
        raise Refused(_("这一版的文件读不出来，不能发布"))
    bureau = Unit.objects.get(path=row.unit.path[:8])
    if row.unit.school_id:
        plan = plan.of(next(c for c in plan.by_code if c == row.unit.code))
    done = mirror(plan, bureau, now, made=settings.DEMO)
    codes = [school.code for school in plan.schools]
    twins = Unit.objects.filter(twin__isnull=False, kind="school", code__in=codes)
    for school in twins.filter(path__startswith=bureau.path):
        twin(school, now)
    return done


def plan_of(version: PlanVersion) -> Plan | None:
    """The plan of a version, read from its file once a process."""
    return _read(version.pk, version.digest)


@lru_cache(maxsize=4)
def _read(number: int, _digest: str) -> Plan | None:
    row = PlanVersion.objects.only("file", "file_name").get(pk=number)
    return planfile.read_bytes(row.file_name, bytes(row.file)).plan


def changes(version: PlanVersion) -> tuple[Change, ...]:
    """What a version changes of the plan that holds for its unit; none holds: nothing."""
    new, old = plan_of(version), _holding(version)
    if new is None or old is None:
        return ()
    if version.unit.school_id:
        code = next((c for c in new.by_code if c == version.unit.code), None)
        if code is None or code not in old.by_code:
            return ()
        new, old = new.of(code), old.of(code)
    return diff(old, new)


def _holding(version: PlanVersion) -> Plan | None:
    """The plan in force for a version's unit: its own, else the bureau's."""
    bureau = Unit.objects.get(path=version.unit.path[:8])
    row = in_force(version.unit) or in_force(bureau)
    return None if row is None or row.pk == version.pk else plan_of(row)


def in_force(unit: Unit) -> PlanVersion | None:
    """The version in force for a unit itself."""
    rows = PlanVersion.objects.filter(unit=unit, state=PlanState.IN_FORCE.value)
    return rows.first()


def _locked(version: PlanVersion, *states: PlanState) -> PlanVersion:
    """The row as it is now, if it is where the step begins."""
    row = (
        PlanVersion.objects.select_for_update()
        .select_related("unit")
        .get(pk=version.pk)
    )
    if row.state not in {state.value for state in states}:
        label = _(PlanState(row.state).label)
        raise Refused(_("这一版现在是“{state}”，不能这样办", state=label))
    return row


def _step(
    actor: Actor, row: PlanVersion, state: PlanState, deed: str, now: dt.datetime
) -> None:
    row.state = state.value
    row.save(update_fields=["state", "signed_by", "party_by", "note"])
    _write(actor, deed, row, now)


def _write(
    actor: Actor, deed: str, row: PlanVersion, now: dt.datetime, **body: Any
) -> None:
    audit.write(
        actor, deed, row, school=row.unit.school or row.unit, at=now,
        number=row.number, **body,
    )  # fmt: skip


def _tell(
    kind: str, row: PlanVersion, role: Role, now: dt.datetime, count: int | None = None
) -> None:
    """Tell whoever has to act next, or wants to know."""
    inbox.tell(
        kind, inbox.holders(role, row.unit, now.date()), unit=row.unit, count=count,
        now=now, link=LINK.format(pk=row.pk),
    )  # fmt: skip
