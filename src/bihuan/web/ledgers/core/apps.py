"""The application of what every ledger shares."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "bihuan.web.ledgers.core"
    label = "ledgers"
