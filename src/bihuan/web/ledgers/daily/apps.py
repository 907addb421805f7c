"""The application of this ledger."""

from django.apps import AppConfig


class DailyConfig(AppConfig):
    name = "bihuan.web.ledgers.daily"
    label = "daily"
