"""Every address of the site; a route without a row in the access table fails its test."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from django.urls import include, path

ROOMS: Final = (
    "bihuan.web.api",
    "bihuan.web.org",
    "bihuan.web.notices",
    "bihuan.web.ledgers.core",
    "bihuan.web.pages",
)
"""Packages with a `urls` module of their own; the API first, since it is asked most."""

urlpatterns: list[Any] = [
    path("", include(import_module(f"{room}.urls")))
    for room in ROOMS
    if find_spec(room) and find_spec(f"{room}.urls")
]
