"""What is asked of somebody now: one row of the today page, from whichever page owns it.

A page module that asks something has ``asks(request, now)`` giving `Asked` rows; it is
named in `today.ASKING`.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from bihuan.base.wording import _
from bihuan.rules.access import Role
from bihuan.web.org.scope import Seen


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Something asked: what, where, by when, how much work it is."""

    title: str
    """Verb and object, as 晨检 高三(5)班."""
    url: str
    second: str = ""
    due: dt.datetime | None = None
    fields: int = 0
    minutes: int = 0
    state: str = "wait"
    """Mark: wait, run, late, fail, unknown, done."""
    action: str = ""
    """What the dock's button says when this is the one in hand."""
    late_to: str = ""
    """To whom it went when it was late."""

    @property
    def open(self) -> bool:
        """Whether it still asks something."""
        return self.state not in {"pass", "done"}


def went_to(roles: Iterable[Role], who: Seen | None = None) -> str:
    """To whom something late went, in words; that it came to oneself need not be said."""
    own = who.roles if who else frozenset()
    return _("、").join(_(role.label) for role in roles if role not in own)
