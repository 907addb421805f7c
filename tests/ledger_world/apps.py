"""The application of the tests' ledger."""

from django.apps import AppConfig


class LedgerWorldConfig(AppConfig):
    name = "ledger_world"
