"""Where the API stands."""

from django.urls import path

from bihuan.web.api.routes import api

urlpatterns = [path("api/v1/", api.urls)]
