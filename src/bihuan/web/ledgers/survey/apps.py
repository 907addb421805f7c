"""The application of this ledger."""

from django.apps import AppConfig


class SurveyConfig(AppConfig):
    name = "bihuan.web.ledgers.survey"
    label = "survey"
