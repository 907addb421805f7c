"""The application of this ledger."""

from django.apps import AppConfig


class ChecksConfig(AppConfig):
    name = "bihuan.web.ledgers.checks"
    label = "checks"
