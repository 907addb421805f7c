"""The environment of our templates: wording, addresses, static files."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.timezone import localtime
from jinja2 import Environment, StrictUndefined

from bihuan.base.wording import _, language, languages
from bihuan.web.pages.due import due


def url(name: str, *args: object, **kwargs: object) -> str:
    """Address of a page by its name."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def environment(**options: Any) -> Environment:
    """Build the environment; a name that a page forgot is an error, not a blank."""
    options.pop("autoescape", None)
    made = Environment(
        **{**options, "undefined": StrictUndefined},
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        _=_,
        url=url,
        static=static,
        language=language,
        languages=languages,
        left=due,
        local=localtime,
    )
    return made
