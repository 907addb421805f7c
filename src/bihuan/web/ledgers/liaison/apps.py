"""The application of this ledger."""

from django.apps import AppConfig


class LiaisonConfig(AppConfig):
    name = "bihuan.web.ledgers.liaison"
    label = "liaison"
