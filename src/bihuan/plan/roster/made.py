"""Persons whom the plan counts and does not list."""

from collections import Counter
from collections.abc import Iterator
from types import MappingProxyType

from bihuan.base.ids import PersonId
from bihuan.plan.people import Person
from bihuan.plan.roster.draft import Basis
from bihuan.plan.roster.splits import own_students
from bihuan.plan.words import Post, Role

STAFF_MIX = MappingProxyType(
    {
        Post.TEACHER: 0.80,
        Post.CANTEEN: 0.07,
        Post.CLEANER: 0.04,
        Post.GUARD: 0.03,
        Post.DORM_MANAGER: 0.03,
        Post.OTHER: 0.025,
        Post.DOCTOR: 0.005,
    }
)
"""Share of a school's staff by post, for those who are only counted (assumed)."""
TEACHING_POSTS = frozenset((Post.TEACHER, Post.CLASS_TEACHER, Post.GRADE_HEAD))


def made_students(basis: Basis) -> Iterator[Person]:
    """The students that a class counts and the plan does not list."""
    taken = {person.id for person in basis.given}
    listed = Counter(p.klass for p in basis.given if p.role is Role.STUDENT)
    whole = Counter(
        basis.home.get(p.klass, p.klass) for p in basis.given if p.role is Role.STUDENT
    )
    own = own_students(basis.classes)
    for row in basis.classes:
        missing = own[row.code] - listed[row.code]
        if basis.home[row.code] == row.code:
            # Listed persons may stand under the class or under one of its parts.
            missing = min(missing, row.students - whole[row.code])
        ids = _free_ids(f"{row.code}-S", 2, taken)
        for _ in range(missing):
            yield Person(
                school=basis.school, id=next(ids), role=Role.STUDENT, klass=row.code
            )


def made_staff(basis: Basis) -> Iterator[Person]:
    """The staff that the school counts and the plan does not list, by STAFF_MIX."""
    taken = {person.id for person in basis.given}
    have = Counter(_mixed(p) for p in basis.given if p.role is not Role.STUDENT)
    boards = any(row.boarders for row in basis.classes)
    posts = [p for p in STAFF_MIX if boards or p is not Post.DORM_MANAGER]
    ids = {
        post: _free_ids(f"{basis.school}-{post.value.upper()}-", 2, taken)
        for post in posts
    }
    for _ in range(basis.staff - have.total()):
        post = max(posts, key=lambda post: STAFF_MIX[post] * basis.staff - have[post])
        have[post] += 1
        yield Person(
            school=basis.school,
            id=next(ids[post]),
            role=Role.TEACHER if post is Post.TEACHER else Role.STAFF,
            post=post,
            lives_in=post is Post.DORM_MANAGER,
        )


def _mixed(person: Person) -> Post:
    """The post of STAFF_MIX under which a person counts."""
    if person.role is Role.TEACHER or person.post in TEACHING_POSTS:
        return Post.TEACHER
    return person.post if person.post in STAFF_MIX and person.post else Post.OTHER


def _free_ids(stem: str, width: int, taken: set[PersonId]) -> Iterator[PersonId]:
    number = 0
    while True:
        number += 1
        person = PersonId(f"{stem}{number:0{width}}")
        if person not in taken:
            yield person
