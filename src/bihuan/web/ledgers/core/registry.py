"""Which ledgers there are: every installed application that has a ``ledger`` module."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType

from django.apps import apps

from bihuan.web.ledgers.core.declare import Ledger


@cache
def ledgers() -> Mapping[str, Ledger]:
    """Every ledger by its slug, in the order in which they are installed."""
    found: dict[str, Ledger] = {}
    for config in apps.get_app_configs():
        for ledger in _declared(config.name):
            if found.setdefault(ledger.slug, ledger) is not ledger:
                raise ValueError(f"two ledgers are called {ledger.slug!r}")
    return MappingProxyType(found)


def _declared(package: str) -> tuple[Ledger, ...]:
    if find_spec(f"{package}.ledger") is None:
        return ()
    module = import_module(f"{package}.ledger")
    many = getattr(module, "LEDGERS", ())
    one = getattr(module, "LEDGER", None)
    return tuple(many) if many else tuple(ledger for ledger in (one,) if ledger)
