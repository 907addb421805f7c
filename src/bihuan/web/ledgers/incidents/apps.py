"""The application of this ledger."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "bihuan.web.ledgers.incidents"
    label = "incidents"
