"""The application of this ledger."""

from django.apps import AppConfig


class GateConfig(AppConfig):
    name = "bihuan.web.ledgers.gate"
    label = "gate"
