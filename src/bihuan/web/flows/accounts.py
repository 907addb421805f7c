"""Accounts, assignments, hand-overs, glass, consent, codes: who may come in, as what.

Every function is one transaction with its audit line; what is refused is a `Refused`
with a sentence for whoever asked.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from axes.utils import reset as forget_failures
from django.db import transaction
from django.db.models import Q

from bihuan.base.wording import _
from bihuan.plan.words import Role as PersonRole
from bihuan.rules.access import Deed, Role
from bihuan.web.org import audit
from bihuan.web.org.codes import code_digest, fresh_code
from bihuan.web.org.models import (
    Account,
    Assignment,
    Consent,
    Glass,
    Guardianship,
    JoinCode,
    Person,
    Token,
    Unit,
    UnitKind,
)
from bihuan.web.org.scope import Actor

PASSWORD_LETTERS: Final = 10
JOIN_LETTERS: Final = 8
MOST_MISSES: Final = 5
"""Wrong tries for a name under one join code; then only a new code helps."""
MOST_OF_CLASS: Final = 60
"""Wrong tries at which a join code ends: more than all guardians of a class need."""
TOKEN_LETTERS: Final = 40
GLASS_TIME: Final = dt.timedelta(hours=1)
REASON_LEAST: Final = 10
"""Characters a reason has at least, so that “看” is none."""


class Refused(ValueError):  # noqa: N818  # it is an answer, not a fault
    """What was asked cannot be done; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What a printed slip has: shown once, kept nowhere."""

    person: int
    name: str
    unit: str
    username: str
    password: str


@transaction.atomic
def make_accounts(
    actor: Actor, school: Unit, people: Iterable[Person], now: dt.datetime
) -> list[Slip]:
    """Give accounts to those who have none; each changes its password at first log-in."""
    wanted = [p for p in people if not hasattr(p, "account") and p.left_on is None]
    slips = [_new_account(school, person) for person in wanted]
    audit.write(
        actor, "account.make", school, school=school, at=now,
        people=[slip.person for slip in slips],
    )  # fmt: skip
    return slips


def _new_account(school: Unit, person: Person) -> Slip:
    username = f"{school.code}-{person.code or person.pk}".lower()
    if Account.objects.filter(username=username).exists():
        username = f"{username}-{person.pk}"
    password = fresh_code(PASSWORD_LETTERS)
    Account.objects.create_user(username, password, person=person, must_change=True)
    return Slip(person.pk, person.name, person.unit.name, username, password)


@transaction.atomic
def reset_password(
    actor: Actor, school: Unit, account: Account, now: dt.datetime
) -> Slip:
    """Give an account a new password on a slip, and unlock it."""
    if account.pk == actor.account_id:
        raise Refused(_("自己的密码请在“改密码”里换，不能替自己重设"))
    password = fresh_code(PASSWORD_LETTERS)
    account.set_password(password)
    account.must_change = True
    account.save(update_fields=["password", "must_change"])
    forget_failures(username=account.username)
    audit.write(actor, "account.reset", account, school=school, at=now)
    person = account.person
    return Slip(
        person.pk if person else 0,
        person.name if person else "",
        person.unit.name if person else "",
        account.username,
        password,
    )


@transaction.atomic
def unlock(actor: Actor, school: Unit, account: Account, now: dt.datetime) -> None:
    """Let an account try again after too many wrong passwords."""
    forget_failures(username=account.username)
    audit.write(actor, "account.unlock", account, school=school, at=now)


@transaction.atomic
def switch_account(
    actor: Actor, school: Unit, account: Account, now: dt.datetime, *, active: bool
) -> None:
    """Close an account, or open it again."""
    if account.pk == actor.account_id:
        raise Refused(_("不能停用自己的账号"))
    account.is_active = active
    account.save(update_fields=["is_active"])
    deed = "account.open" if active else "account.close"
    audit.write(actor, deed, account, school=school, at=now)


@transaction.atomic
def assign(
    actor: Actor,
    person: Person,
    role: Role,
    unit: Unit,
    now: dt.datetime,
    *,
    deputy: bool = False,
    until: dt.date | None = None,
) -> Assignment:
    """Let a person act in a role at a unit; nobody gives himself a right."""
    if person.pk == actor.person_id:
        raise Refused(_("不能给自己加权限，请另一位管理员来办"))
    if not unit.path.startswith((person.school or unit).path):
        raise Refused(_("这个人不在这所学校"))
    held, made = Assignment.objects.get_or_create(
        person=person, role=role.value, unit=unit, until=until, acting_for=None,
        defaults={"since": now.date(), "deputy": deputy},
    )  # fmt: skip
    if made:
        audit.write(
            actor, "assign", held, school=unit.school or unit, at=now,
            person=person.pk, role=role.value, unit=unit.pk,
        )  # fmt: skip
    return held


@transaction.atomic
def end_assignment(actor: Actor, held: Assignment, now: dt.datetime) -> None:
    """End an assignment, with all who stand in for it; it holds no more from now on."""
    rows = Assignment.objects.filter(Q(pk=held.pk) | Q(acting_for=held))
    rows.filter(Q(until=None) | Q(until__gt=now.date())).update(until=now.date())
    unit = held.unit
    audit.write(actor, "assign.end", held, school=unit.school or unit, at=now)


@transaction.atomic
def leave(actor: Actor, person: Person, now: dt.datetime) -> None:
    """A person leaves or transfers: every right ends at once, the account closes."""
    person.left_on = now.date()
    person.save(update_fields=["left_on"])
    Assignment.objects.filter(person=person).filter(
        Q(until=None) | Q(until__gt=now.date())
    ).update(until=now.date())
    Account.objects.filter(person=person).update(is_active=False)
    audit.write(actor, "person.leave", person, school=_school(person), at=now)


@transaction.atomic
def hand_over(
    actor: Actor, held: Assignment, to: Person, until: dt.date, now: dt.datetime
) -> Assignment:
    """Hand one's post to a colleague for some days 代班; he acts marked 代.

    until: the first day it is one's own again.
    """
    if held.acting_for is not None:
        raise Refused(_("代来的班不能再转给别人，请本人来交"))
    if to.pk == held.person_id:
        raise Refused(_("不能交给自己"))
    if to.school_id != held.person.school_id or to.left_on is not None:
        raise Refused(_("只能交给本校在职的人"))
    if until <= now.date():
        raise Refused(_("要交到哪天：最早从明天起收回"))
    acting, made = Assignment.objects.get_or_create(
        person=to, role=held.role, unit=held.unit, acting_for=held, until=until,
        defaults={"since": now.date()},
    )  # fmt: skip
    if made:
        audit.write(
            actor, "hand_over", acting, school=_school(held.person), at=now,
            to=to.pk, until=until.isoformat(),
        )  # fmt: skip
    return acting


@transaction.atomic
def take_back(actor: Actor, acting: Assignment, now: dt.datetime) -> None:
    """Take a post back before its day."""
    Assignment.objects.filter(pk=acting.pk).update(until=now.date())
    audit.write(actor, "hand_over.end", acting, school=_school(acting.person), at=now)


@transaction.atomic
def break_glass(
    actor: Actor, unit: Unit, reason: str, told: Person, now: dt.datetime
) -> Glass:
    """Open the names of a unit for an hour: a reason, a second person told, a line."""
    if len(reason.strip()) < REASON_LEAST:
        raise Refused(_("理由至少写{n}个字：看谁，为什么要看", n=REASON_LEAST))
    if told.pk == actor.person_id:
        raise Refused(_("告知的第二人不能是自己"))
    person = Person.objects.get(pk=actor.person_id or 0)
    glass = Glass.objects.create(
        person=person, unit=unit, reason=reason.strip(), told=told, at=now,
        until=now + GLASS_TIME,
    )  # fmt: skip
    audit.write(
        actor, "glass", glass, school=unit.school or unit, at=now,
        unit=unit.pk, told=told.pk,
    )  # fmt: skip
    return glass


@transaction.atomic
def answer_consent(
    actor: Actor,
    guardian: Person,
    child: Person,
    text: str,
    now: dt.datetime,
    *,
    given: bool,
    by_staff: Person | None = None,
) -> Consent:
    """Note a guardian's answer to a consent text; the newest counts."""
    answer = Consent.objects.create(
        guardian=guardian,
        child=child,
        text=text,
        given=given,
        by_staff=by_staff,
        at=now,
    )
    audit.write(
        actor, "consent", answer, school=_school(child), at=now,
        child=child.pk, given=given, text=text,
    )  # fmt: skip
    return answer


@transaction.atomic
def make_join_code(actor: Actor, klass: Unit, days: int, now: dt.datetime) -> str:
    """Make a code with which guardians join a class; the older ones end."""
    JoinCode.objects.filter(klass=klass, until__gt=now).update(until=now)
    code = fresh_code(JOIN_LETTERS)
    row = JoinCode.objects.create(
        klass=klass, digest=code_digest(code), until=now + dt.timedelta(days=days)
    )
    audit.write(actor, "join_code", row, school=klass.school or klass, at=now)
    return code


@dataclass(frozen=True, kw_only=True, slots=True)
class Joining:
    """What a guardian gives to join: the class's code, the child, himself."""

    code: str
    child_name: str
    child_code: str
    """Student number; with name and code the third thing only a guardian has."""
    name: str = ""
    relation: str = ""
    username: str = ""
    password: str = ""


def find_child(joining: Joining, now: dt.datetime) -> Person:
    """The pupil a guardian joins for; one refusal for all that may be wrong."""
    digest = code_digest(joining.code)
    code = JoinCode.objects.filter(digest=digest, until__gt=now).first()
    name = joining.child_name.strip()
    tried = code.misses.get(code_digest(name), 0) if code else 0
    child = Person.objects.filter(
        unit=code.klass_id, name=name, code=joining.child_code.strip(),
        role=PersonRole.STUDENT.value, left_on=None,
    ).first() if code and tried < MOST_MISSES else None  # fmt: skip
    if child is None:
        if code:
            _count_miss(code, name, now)
        raise Refused(_("入班码、姓名、学号对不上，或入班码已停用，请班主任重发入班码"))
    return child


@transaction.atomic
def _count_miss(code: JoinCode, name: str, now: dt.datetime) -> None:
    """Count a wrong try, since student numbers follow each other; a code ends at too many."""
    held = JoinCode.objects.select_for_update().get(pk=code.pk)
    digest = code_digest(name)
    held.misses[digest] = held.misses.get(digest, 0) + 1
    if sum(held.misses.values()) >= MOST_OF_CLASS:
        held.until = now
    held.save(update_fields=["misses", "until"])


def join(joining: Joining, now: dt.datetime, known: Person | None = None) -> Person:
    """Make somebody the guardian of a pupil; `known` already is one of another child."""
    child = find_child(joining, now)
    return _joined(joining, child, now, known)


@transaction.atomic
def _joined(
    joining: Joining, child: Person, now: dt.datetime, known: Person | None
) -> Person:
    school = _school(child)
    guardian = known or _new_guardian(joining, child, school, now)
    Guardianship.objects.get_or_create(
        guardian=guardian, child=child,
        defaults={"relation": joining.relation, "since": now.date()},
    )  # fmt: skip
    held = Assignment.objects.filter(person=guardian, role=Role.GUARDIAN.value)
    if not held.exists():
        Assignment.objects.create(
            person=guardian, role=Role.GUARDIAN.value, unit=school, since=now.date()
        )
    who = Actor(None, guardian.pk, Role.GUARDIAN)
    audit.write(who, "join", guardian, school=school, at=now, child=child.pk)
    return guardian


def _new_guardian(
    joining: Joining, child: Person, school: Unit, now: dt.datetime
) -> Person:
    if Account.objects.filter(username=joining.username).exists():
        raise Refused(_("这个登录名有人用了，换一个"))
    guardian = Person.objects.create(
        unit=child.unit, school=school, role="guardian", name=joining.name.strip(),
        joined_on=now.date(),
    )  # fmt: skip
    Account.objects.create_user(joining.username, joining.password, person=guardian)
    return guardian


@transaction.atomic
def add_guardian(
    actor: Actor, child: Person, name: str, relation: str, now: dt.datetime
) -> Person:
    """A guardian without a smartphone: known to the class teacher, who enters for him."""
    guardian = Person.objects.create(
        unit=child.unit, school=child.school, role="guardian", name=name.strip(),
        joined_on=now.date(),
    )  # fmt: skip
    Guardianship.objects.create(
        guardian=guardian, child=child, relation=relation, since=now.date()
    )
    audit.write(actor, "guardian.add", guardian, school=_school(child), at=now)
    return guardian


@transaction.atomic
def make_token(
    actor: Actor,
    name: str,
    unit: Unit,
    *,
    deeds: Sequence[Deed],
    days: int,
    now: dt.datetime,
) -> str:
    """Make a token of the API for a device or a school's system; shown once."""
    secret = fresh_code(TOKEN_LETTERS)
    row = Token.objects.create(
        name=name, unit=unit, deeds=[deed.value for deed in deeds],
        digest=code_digest(secret), made_by_id=actor.person_id,
        until=now + dt.timedelta(days=days),
    )  # fmt: skip
    audit.write(
        actor, "token", row, school=unit.school or unit, at=now, deeds=row.deeds
    )
    return secret


@transaction.atomic
def end_token(actor: Actor, token: Token, now: dt.datetime) -> None:
    """End a token at once."""
    Token.objects.filter(pk=token.pk).update(until=now)
    unit = token.unit
    audit.write(actor, "token.end", token, school=unit.school or unit, at=now)


@dataclass(frozen=True, slots=True)
class Promoted:
    """What a promotion of a school did, in numbers."""

    classes: int
    left: int


@transaction.atomic
def promote(actor: Actor, school: Unit, now: dt.datetime) -> Promoted:
    """Move every class of a school up a year 升级; the highest grade leaves.

    A class keeps its number in the database, so its rows stay its own; its name follows
    its new grade. Pupils of the highest grade leave, their guardians' view ends with them.
    """
    grades = list(
        Unit.objects.filter(
            school=school, kind=UnitKind.GRADE.value, closed_on=None
        ).order_by("-level")
    )
    if not grades:
        raise Refused(_("这所学校还没有年级"))
    left = _graduate(grades[0], now)
    moved = 0
    for higher, grade in pairwise(grades):
        moved += _move_classes(grade, higher)
    audit.write(
        actor, "promote", school, school=school, at=now, classes=moved, left=left
    )
    return Promoted(moved, left)


def _graduate(grade: Unit, now: dt.datetime) -> int:
    classes = Unit.objects.filter(
        parent=grade, kind=UnitKind.CLASS.value, closed_on=None
    )
    pupils = Person.objects.filter(
        unit__in=classes, role=PersonRole.STUDENT.value, left_on=None
    )
    left = pupils.update(left_on=now.date())
    Assignment.objects.filter(unit__in=classes, until=None).update(until=now.date())
    for klass in classes:
        klass.code = f"{klass.code}@{now.year}"
        klass.closed_on = now.date()
        klass.save(update_fields=["code", "closed_on"])
    return left


def _move_classes(grade: Unit, higher: Unit) -> int:
    classes = Unit.objects.filter(
        parent=grade, kind=UnitKind.CLASS.value, closed_on=None
    )
    for klass in classes:
        old = klass.path
        klass.parent = higher
        klass.level = higher.level
        klass.name = klass.name.replace(grade.name, higher.name)
        klass.path = f"{higher.path}{klass.pk:07d}."
        klass.save()
        _move_parts(old, klass.path)
    return len(classes)


def _move_parts(old: str, new: str) -> None:
    parts = Unit.objects.filter(path__startswith=old).exclude(path=old)
    for part in parts:
        part.path = new + part.path[len(old) :]
        part.save(update_fields=["path"])


def _school(person: Person) -> Unit:
    return person.school or person.unit
