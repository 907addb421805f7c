"""The door of the web server."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.web.settings")
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018  # every view is loaded before the first request
gc.collect()
gc.freeze()  # what is loaded now stays; the collector need not walk it for every entry
