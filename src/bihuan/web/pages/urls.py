"""Addresses of the pages."""

from django.urls import path

from bihuan.web.pages import shell

urlpatterns = [
    path("sw.js", shell.sw, name="sw"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("offline/", shell.offline, name="offline"),
]
