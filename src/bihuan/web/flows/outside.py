"""Tying an account to a name at WeCom or DingTalk, and untying it."""

import datetime as dt

from django.db import transaction

from bihuan.base.wording import N_
from bihuan.web.notices.login import NotLoggedIn
from bihuan.web.org import audit
from bihuan.web.org.models import Account, Unit
from bihuan.web.org.scope import Actor
from bihuan.web.org.units import root_of

TAKEN = N_("这个{maker}账号已经绑定了别人，请找管理员")


@transaction.atomic
def tie(actor: Actor, account: Account, found: str, now: dt.datetime) -> None:
    """Tie an account to a name (provider:id); a name is tied to one account."""
    if Account.objects.filter(outside_id=found).exclude(pk=account.pk).exists():
        raise NotLoggedIn(TAKEN)
    account.outside_id = found
    account.save(update_fields=["outside_id"])
    maker = found.partition(":")[0]
    audit.write(
        actor, "account.tie", account, school=_chain(account), at=now, maker=maker
    )


@transaction.atomic
def untie(actor: Actor, account: Account, now: dt.datetime) -> None:
    """Untie an account from whatever name it was tied to."""
    account.outside_id = ""
    account.save(update_fields=["outside_id"])
    audit.write(actor, "account.untie", account, school=_chain(account), at=now)


def _chain(account: Account) -> Unit:
    """Whose trail it belongs to: the school's, or the bureau's."""
    if account.person is None:
        return Unit.objects.order_by("path")[0]
    return account.person.school or root_of(account.person.unit)
