"""The application of this ledger."""

from django.apps import AppConfig


class AbsencesConfig(AppConfig):
    name = "bihuan.web.ledgers.absences"
    label = "absences"
