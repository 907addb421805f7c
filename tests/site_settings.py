"""The site's settings for tests: a home of its own, quick hashing, no demo."""

import os
import tempfile

os.environ["BIHUAN_HOME"] = tempfile.mkdtemp(prefix="bihuan-test-")
from bihuan.web.settings import *  # noqa: F403  # the home has to be known first

STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405  # whitenoise warns of a missing folder
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

INSTALLED_APPS = [*INSTALLED_APPS, "ledger_world"]  # noqa: F405  # a ledger with everything
if "sqlite" in DATABASES["default"]["ENGINE"]:  # noqa: F405
    # a file, since a browser and the test write at once, which memory answers with a lock
    DATABASES["default"]["TEST"] = {"NAME": HOME / "test.sqlite3"}  # noqa: F405
    DATABASES["default"]["OPTIONS"]["init_command"] = (  # noqa: F405
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF;"
    )
