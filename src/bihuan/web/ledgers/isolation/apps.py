"""The application of this ledger."""

from django.apps import AppConfig


class IsolationConfig(AppConfig):
    name = "bihuan.web.ledgers.isolation"
    label = "isolation"
