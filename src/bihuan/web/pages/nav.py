"""The main ways through the office pages, each shown to whoever may go there."""

from dataclasses import dataclass
from typing import Final

from bihuan.base.wording import N_, _
from bihuan.rules.access import Deed
from bihuan.web.org.scope import Seen

WAYS: Final = (
    ("/", Deed.TODAY, N_("今天")),
    ("/board/", Deed.BOARD, N_("指挥台")),
    ("/incidents/", Deed.INCIDENT_SEE, N_("异常处置")),
    ("/alarms/", Deed.ALARM_SEE, N_("报警")),
    ("/rooms/", Deed.ROOM_SEE, N_("隔离室")),
    ("/liaison/", Deed.LIAISON_SEE, N_("联防联控")),
    ("/ledgers/", Deed.CHECK_SEE, N_("台账")),
    ("/daily/", Deed.DAILY_SEE, N_("日报")),
    ("/survey/", Deed.SURVEY_SEE, N_("摸排")),
    ("/plans/", Deed.PLAN_SEE, N_("预案")),
    ("/whatif/", Deed.WHAT_IF, N_("情景推演")),
    ("/duties/", Deed.DUTY_SEE, N_("责任清单")),
    ("/checklist/", Deed.CHECKLIST_SEE, N_("核查清单")),
    ("/people/", Deed.PEOPLE_SEE, N_("名册")),
    ("/accounts/", Deed.ACCOUNTS, N_("账号")),
)
"""Address, the deed that opens it, its name."""


@dataclass(frozen=True, slots=True)
class Way:
    """A link of the main navigation."""

    name: str
    url: str
    here: bool


def ways(seen: Seen | None, path: str) -> tuple[Way, ...]:
    """List where somebody may go; the one he is in is marked."""
    if seen is None:
        return ()
    return tuple(
        Way(_(name), address, _covers(address, path))
        for address, deed, name in WAYS
        if seen.may(deed)
    )


def _covers(address: str, path: str) -> bool:
    return path == address if address == "/" else path.startswith(address)
