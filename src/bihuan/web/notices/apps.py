"""The application of notices, bots and deliveries."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "bihuan.web.notices"
    label = "notices"
