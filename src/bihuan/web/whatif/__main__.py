"""Run the process: ``python -m bihuan.web.whatif``, with the site's own environment."""

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.web.settings")
    django.setup()
    from bihuan.web.whatif.server import serve

    serve()
