"""Collected files: named by their content, also where a script or a style names another."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings

pytestmark = pytest.mark.slow
HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")


def test_scripts_and_styles_name_each_other_by_content(tmp_path: Path) -> None:
    storages = {"staticfiles": {"BACKEND": "bihuan.web.statics.Storage"}}
    with override_settings(
        STORAGES=storages, STATIC_ROOT=tmp_path, WHITENOISE_KEEP_ONLY_HASHED_FILES=True
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
    (app,) = tmp_path.glob("js/app.*.js")
    imports = re.findall(
        r"""(?:from|import)\s*["']\./([^"']+)""", app.read_text("utf-8")
    )
    assert len(imports) == 7
    assert [name for name in imports if not (tmp_path / "js" / name).is_file()] == []
    (style,) = tmp_path.glob("css/site.*.css")
    urls = re.findall(r'url\("([^"]+)"\)', style.read_text("utf-8"))
    assert urls
    assert [url for url in urls if not (style.parent / url).is_file()] == []
    for name in (*imports, *urls, app.name, style.name):
        assert HASHED.search(name), name
    assert (style.parent / f"{style.name}.br").stat().st_size < 12_000
