"""A school's roster: the persons of the plan, and made ones where it only counts.

What the plan says of a person is kept; what it does not say (seat, dormitory room, table)
is filled. Nobody made has a name. The plan does not tell boys from girls, so rooms do
not either. All draws hang on the seed, the school and a person's id, never on the order
of rows.
"""

from bihuan.base.ids import SchoolCode
from bihuan.plan.people import Person
from bihuan.plan.plan import Plan
from bihuan.plan.roster.beds import bedded
from bihuan.plan.roster.draft import Basis, Draft
from bihuan.plan.roster.made import made_staff, made_students
from bihuan.plan.roster.seats import boarding, seated
from bihuan.plan.roster.siblings import pair_siblings
from bihuan.plan.roster.tables import tabled


def populate(plan: Plan, school: SchoolCode, *, seed: int = 0) -> tuple[Person, ...]:
    """Everybody of a school: students by class and seat, then staff by post."""
    basis = Basis.of(plan, school, seed)
    people = [basis.draft(person) for person in basis.given]
    people += [basis.draft(p) for p in (*made_students(basis), *made_staff(basis))]
    people = list(boarding(basis, people))
    people = list(seated(basis, people))
    people = list(bedded(basis, people))
    people = list(tabled(basis, people))
    pair_siblings(basis, people)
    return tuple(draft.person() for draft in sorted(people, key=Draft.place))
