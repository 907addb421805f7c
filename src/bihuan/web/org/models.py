"""Columns and constraints of units, people, accounts, posts, duties, plans, the trail."""

from typing import ClassVar, Final

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from bihuan.base.wording import N_, _
from bihuan.plan.words import InPlace, Post, Role as PersonRole, Stage, Word
from bihuan.rules.access import Role
from bihuan.web.org.crypto import EncryptedField


def choices(words: type[Word]) -> list[tuple[str, str]]:
    """The members of a vocabulary for a column."""
    return [(word.value, word.label) for word in words]


class UnitKind(Word):
    """Kind of unit 单位类别."""

    CITY = "city", N_("市疫情办")
    BUREAU = "bureau", N_("教育局")
    SECTION = "section", N_("科室")
    HEALTH = "health", N_("疾控中心")
    CENTRE = "centre", N_("中心校")
    SCHOOL = "school", N_("学校")
    CAMPUS = "campus", N_("校区")
    GRADE = "grade", N_("年级")
    CLASS = "class", N_("班级")
    GROUP = "group", N_("小组")
    STAFF = "staff", N_("职工部门")
    BUILDING = "building", N_("宿舍楼")
    ROOM = "room", N_("寝室")
    GATE = "gate", N_("校门")
    BRANCH = "branch", N_("党支部")


class Unit(models.Model):
    """A unit 单位: one tree; a path of fixed-width numbers makes a subtree a range."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts")
    path = models.CharField(max_length=90, unique=True)
    """Numbers of the units from the root down, seven places each: "0000001." and so on."""
    kind = models.CharField(max_length=10, choices=choices(UnitKind))
    code = models.CharField(max_length=40)
    """Code of the plan's row; unique within the parent."""
    name = models.CharField(max_length=80)
    school = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    """The school it is in; a school is in itself, a bureau in none."""
    stage = models.CharField(max_length=20, blank=True, choices=choices(Stage))
    level = models.PositiveSmallIntegerField(default=0)
    """Grade level 1 to 12 of a grade or class; 0: none."""
    entered = models.PositiveSmallIntegerField(default=0)
    """Year in which a class entered the school, its name through all promotions."""
    town = models.CharField(max_length=40, blank=True)
    exercise = models.BooleanField(default=False)
    """A twin in which drills are held; it hangs under a root of its own."""
    twin_of = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="twin"
    )
    size = models.PositiveIntegerField(default=0)
    """Persons of a class as enrolled 应到; kept by the roster."""
    closed_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["parent", "kind", "code"],
                name="unit_code_once_in_parent",
            ),
        ]
        ordering: ClassVar = ["path"]

    def __str__(self) -> str:
        return self.name


class Sex(Word):
    """Sex, as the ledgers print it."""

    MALE = "male", N_("男")
    FEMALE = "female", N_("女")


class Person(models.Model):
    """A person 人员: a pupil in his class, staff in their section, a guardian beside a pupil."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="people")
    school = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    role = models.CharField(
        max_length=12, choices=[*choices(PersonRole), ("guardian", N_("家长"))]
    )
    code = models.CharField(max_length=40, blank=True)
    """Id of the plan's row, or student number."""
    name = models.CharField(max_length=60)
    sex = models.CharField(max_length=6, blank=True, choices=choices(Sex))
    born = models.DateField(null=True)
    seat = models.PositiveSmallIntegerField(default=0)
    """Place in the class room, counted from 1 row by row as seen from the desk; 0: none."""
    boards = models.BooleanField(default=False)
    room = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="sleepers")
    bed = models.CharField(max_length=10, blank=True)
    hall = models.CharField(max_length=40, blank=True)
    table = models.CharField(max_length=20, blank=True)
    bus = models.CharField(max_length=40, blank=True)
    post = models.CharField(max_length=20, blank=True, choices=choices(Post))
    employer = models.CharField(max_length=60, blank=True)
    """Of a contractor."""
    certificate_until = models.DateField(null=True)
    """Health certificate of canteen staff."""
    phone = EncryptedField(default="", blank=True)
    phone_blind = models.CharField(max_length=64, blank=True, db_index=True)
    phone_last = models.CharField(max_length=4, blank=True)
    id_number = EncryptedField(default="", blank=True)
    id_blind = models.CharField(max_length=64, blank=True, db_index=True)
    address = EncryptedField(default="", blank=True)
    joined_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    """The first day the person is not of the unit any more."""
    from_plan = models.BooleanField(default=False)
    """Came with the plan in force, and leaves with it."""
    twin_of = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="twin"
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["unit", "left_on"]),
            models.Index(fields=["school", "role"]),
            models.Index(fields=["room"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school", "code"],
                condition=~Q(code=""),
                name="person_code_once_in_school",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Guardianship(models.Model):
    """Who answers for a pupil at home 监护关系."""

    guardian = models.ForeignKey(Person, models.CASCADE, related_name="wards")
    child = models.ForeignKey(Person, models.CASCADE, related_name="guardians")
    relation = models.CharField(max_length=20, blank=True)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["guardian", "child"], name="guardianship_once"
            )
        ]


class Accounts(BaseUserManager["Account"]):
    """Makes accounts."""

    def create_user(
        self, username: str, password: str | None = None, **fields: object
    ) -> "Account":
        """Make an account with a hashed password; None: it cannot log in by password."""
        account = self.model(username=username, **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """An account 账号: one log-in, at most one person."""

    username = models.CharField(max_length=60, unique=True)
    person = models.OneToOneField(
        Person, models.SET_NULL, null=True, related_name="account"
    )
    must_change = models.BooleanField(default=False)
    """The password came on a slip and is changed at the first log-in."""
    is_active = models.BooleanField(default=True)
    outside_id = models.CharField(max_length=120, blank=True)
    """Id at WeCom or DingTalk, as provider:id."""
    demo_of = models.CharField(max_length=20, blank=True)
    """Role the demo's log-in page shows it for."""
    demo_note = models.CharField(max_length=60, blank=True)
    """What that page says beside it: the school, the class."""

    objects: ClassVar[Accounts] = Accounts()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["outside_id"],
                condition=~Q(outside_id=""),
                name="outside_id_once",
            )
        ]


class Assignment(models.Model):
    """A person acts in a role at a unit, from a day to a day 任职; it ends at once."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="assignments")
    role = models.CharField(max_length=16, choices=choices(Role))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="assignments")
    since = models.DateField()
    until = models.DateField(null=True)
    """The first day it does not hold any more."""
    acting_for = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="stood_in_by"
    )
    """The assignment it stands in for 代; None: one's own."""
    deputy = models.BooleanField(default=False)
    """B角: asked when the first does not answer."""
    from_plan = models.BooleanField(default=False)
    """Follows from a post of the plan in force, and ends with it."""

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person", "since"]),
            models.Index(fields=["unit", "role"]),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="assignment_ends_after_it_begins",
            )
        ]


class Duty(models.Model):
    """A duty 责任 of the plan in force, mirrored."""

    school = models.ForeignKey(Unit, models.CASCADE, related_name="duties")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    in_place = models.CharField(max_length=4, choices=choices(InPlace))
    standard = models.TextField(blank=True)
    post = models.CharField(max_length=20, blank=True, choices=choices(Post))
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, related_name="duties"
    )
    deputy = models.ForeignKey(
        Person, models.SET_NULL, null=True, related_name="deputy_duties"
    )
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school", "code"],
                condition=Q(until=None),
                name="duty_code_once_in_force",
            )
        ]


class PlanState(Word):
    """Where a version of the plan stands."""

    DRAFT = "draft", N_("草稿")
    SUBMITTED = "submitted", N_("待校长签")
    SIGNED = "signed", N_("待党组织审")
    APPROVED = "approved", N_("已批准，待发布")
    IN_FORCE = "in_force", N_("生效")
    REPLACED = "replaced", N_("已被替换")
    RETURNED = "returned", N_("退回")


class PlanVersion(models.Model):
    """A version of a unit's plan: the file as handed in, and where it stands."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="plans")
    """A school, or the bureau for the district's."""
    number = models.PositiveIntegerField()
    file = models.BinaryField()
    file_name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    """SHA-256 of the file."""
    problems = models.JSONField(default=list)
    wrong = models.PositiveIntegerField(default=0)
    """Problems that have to be mended before it goes on."""
    rows = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    """How long the check took."""
    checked = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10, choices=choices(PlanState), default=PlanState.DRAFT.value
    )
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    signed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    party_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    in_force_from = models.DateTimeField(null=True)
    in_force_until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "number"], name="plan_number_once"),
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(state="in_force"),
                name="one_plan_in_force",
            ),
        ]


class Glass(models.Model):
    """Glass broken: somebody above a school looks at names, for a reason, for a time."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    told = models.ForeignKey(Person, models.PROTECT, related_name="+")
    """The second person, who was told at once."""
    at = models.DateTimeField()
    until = models.DateTimeField()


class AuditHead(models.Model):
    """The end of a school's chain of audit lines."""

    school = models.OneToOneField(Unit, models.PROTECT, primary_key=True)
    number = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")


class AuditLine(models.Model):
    """A line of the trail 留痕: append-only, chained per school (the bureau is one too)."""

    school = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    account = models.BigIntegerField(null=True)
    """Number of the account; kept when the account is gone."""
    person = models.BigIntegerField(null=True)
    role = models.CharField(max_length=16, blank=True)
    acting = models.BooleanField(default=False)
    via = models.CharField(max_length=8, default="web")
    deed = models.CharField(max_length=30)
    subject = models.CharField(max_length=40)
    """Table and number of the row it is about, as "checks.ClassCheck:12"."""
    body = models.JSONField(default=dict)
    """Ids, codes and numbers; never a name."""
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school", "number"], name="audit_number_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["subject"])]


class Consent(models.Model):
    """A guardian's answer to a consent text 同意书; a refusal bars nothing."""

    guardian = models.ForeignKey(Person, models.CASCADE, related_name="+")
    child = models.ForeignKey(Person, models.CASCADE, related_name="consents")
    text = models.CharField(max_length=20)
    """Version of the text that was shown."""
    given = models.BooleanField()
    by_staff = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    """Who entered it from paper; None: the guardian."""
    at = models.DateTimeField()


class JoinCode(models.Model):
    """A code with which the guardians of a class join it 入班码."""

    klass = models.ForeignKey(Unit, models.CASCADE, related_name="join_codes")
    digest = models.CharField(max_length=64, unique=True)
    until = models.DateTimeField()
    misses = models.JSONField(default=dict)
    """How often a name (its digest) came with a wrong student number."""


class Token(models.Model):
    """A scoped token of the API: a thermometer, a gate reader, a school's system."""

    name = models.CharField(max_length=60)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="tokens")
    deeds = models.JSONField(default=list)
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256; the token itself is shown once."""
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class EnrolmentState(Word):
    """Where an import of the enrolment stands."""

    PREVIEW = "preview", N_("待确认")
    DONE = "done", N_("已导入")
    UNDONE = "undone", N_("已撤销")


class EnrolmentImport(models.Model):
    """A roster handed in 名册导入: the file, what it would change, what it changed."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    file = models.BinaryField()
    file_name = models.CharField(max_length=120)
    counts = models.JSONField(default=dict)
    """new, changed, same, bad."""
    problems = models.JSONField(default=list)
    """The first of them, as sentences with their cell."""
    before = models.BinaryField(default=b"")
    """What undo needs: compressed JSON of new numbers and of old values."""
    state = models.CharField(
        max_length=8,
        choices=choices(EnrolmentState),
        default=EnrolmentState.PREVIEW.value,
    )
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()


class ChecklistItem(models.Model):
    """An item of a unit's own checklist, as the “十个坚决到位” 核查清单."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="checklist")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)
    how = models.CharField(max_length=120, blank=True)
    """How it is verified: papers, live call, interview, demonstration, photo."""
    document = models.CharField(max_length=120, blank=True)
    since = models.DateField()
    until = models.DateField(null=True)


class ChecklistAnswer(models.Model):
    """What was found of an item at a school on a day; no row: unknown."""

    item = models.ForeignKey(ChecklistItem, models.CASCADE, related_name="answers")
    school = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    met = models.BooleanField()
    evidence = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    on = models.DateField()


STEP: Final = 8
"""Characters a level takes in a path: seven digits and a point."""


def path_under(parent: Unit | None, number: int) -> str:
    """Path of the unit with a number under a parent."""
    return f"{parent.path if parent else ''}{number:07d}."


def label_of(unit: Unit) -> str:
    """Kind of a unit in words."""
    return _(UnitKind(unit.kind).label)
