"""The application of units, people and rights."""

from django.apps import AppConfig


class OrgConfig(AppConfig):
    name = "bihuan.web.org"
    label = "org"
