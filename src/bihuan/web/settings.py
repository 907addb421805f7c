"""The site's settings: everything a bureau may change comes from the environment.

docs/guide/deploy.md lists the variables; `bihuan site` fills in the rest.
"""

import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from bihuan.web.keys import read_keys
from bihuan.web.notices.login import providers

WEB: Final = Path(__file__).parent
HOME: Final = Path(os.environ.get("BIHUAN_HOME", "site")).resolve()
"""Folder of the database file, the keys, backups and uploads."""

DEMO: Final = os.environ.get("BIHUAN_DEMO") == "1"
DEBUG = False
KEYS: Final = read_keys(HOME)
SECRET_KEY = KEYS.session
CLOCK_FILE: Final = os.environ.get("BIHUAN_CLOCK_FILE", "") if DEMO else ""
"""A file with the seconds by which the clock is off; only the demo may have one."""

ALLOWED_HOSTS = os.environ.get("BIHUAN_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [
    origin for origin in os.environ.get("BIHUAN_ORIGINS", "").split(",") if origin
]
HTTPS: Final = os.environ.get("BIHUAN_HTTPS") == "1"
"""Whether the site is reached by https, in front of which TLS ends."""

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_filters",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_tables2",
    "django_tasks",
    "django_tasks_db",
    "bihuan.web.org",
    "bihuan.web.notices",
    "bihuan.web.ledgers.core",
    "bihuan.web.ledgers.survey",
    "bihuan.web.ledgers.checks",
    "bihuan.web.ledgers.absences",
    "bihuan.web.ledgers.gate",
    "bihuan.web.ledgers.incidents",
    "bihuan.web.ledgers.isolation",
    "bihuan.web.ledgers.daily",
    "bihuan.web.ledgers.liaison",
]
INSTALLED_APPS = [
    name
    for name in INSTALLED_APPS
    if not name.startswith("bihuan.")
    or WEB.joinpath(*name.split(".")[2:], "apps.py").exists()
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bihuan.web.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "bihuan.web.middleware.spoken_language",
    "bihuan.web.middleware.no_nul",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "bihuan.web.pages.offline.own_queue",
]

ROOT_URLCONF = "bihuan.web.urls"
WSGI_APPLICATION = "bihuan.web.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [WEB / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "bihuan.web.jinja.environment",
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "bihuan.web.middleware.page_context",
                "bihuan.web.pages.shell.frame",
            ],
        },
    },
    {  # only for the templates of libraries
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request"]
        },
    },
]


def database(address: str) -> dict[str, Any]:
    """Settings of the database at an address; empty: the SQLite file of HOME."""
    if not address:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": HOME / "bihuan.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;",
            },
        }
    parts = urlsplit(address)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(
            f"BIHUAN_DATABASE: {parts.scheme!r} came, postgresql://… is allowed"
        )
    return {
        "ENGINE": "bihuan.web.org.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": database(os.environ.get("BIHUAN_DATABASE", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "org.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "login"
SECOND_FACTOR: Final = not DEMO
"""Whether roles that see names above a class give a second factor; the demo does not ask."""

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = ["username"]
"""By account, since a whole school comes from one address."""
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "bihuan.web.middleware.locked_out"
AXES_VERBOSE = False

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "bihuan.web.middleware.csrf_failed"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if HTTPS else 0
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_LIMIT: Final = 20 * 1024 * 1024
"""Bytes of a workbook that is handed in."""

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("BIHUAN_TIME_ZONE", "Asia/Shanghai")

STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ.get("BIHUAN_STATIC", HOME / "static"))
STATICFILES_DIRS = [WEB / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
"""Only our own folder; no page needs what libraries ship."""
COLLECTED: Final = (STATIC_ROOT / "staticfiles.json").exists()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "bihuan.web.statics.Storage"
        if COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not COLLECTED

BOT_ORIGINS: Final = [
    origin for origin in os.environ.get("BIHUAN_BOT_ORIGINS", "").split(",") if origin
]
"""Gateways of a closed network that group bots may have beside the three makers' own."""
OUTBOUND_PROXY: Final = os.environ.get("BIHUAN_PROXY") or None
OUTSIDE: Final = providers(os.environ)
"""Log-ins by WeCom and DingTalk, where BIHUAN_WECOM_* or BIHUAN_DINGTALK_* are set."""

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
DJANGO_TABLES2_TEMPLATE = "ledgers/table.html"
FORM_RENDERER = "django.forms.renderers.Jinja2"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
