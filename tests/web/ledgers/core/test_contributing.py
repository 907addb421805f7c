"""The ledger that CONTRIBUTING.md adds is added, filled, exported and imported."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[4]
TEXT: Final = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
FILES: Final = re.findall(
    r"```python\n# src/bihuan/web/ledgers/(\S+)\n(.*?)```", TEXT, re.DOTALL
)
SETTINGS: Final = """
from site_settings import *

import bihuan.web.ledgers
bihuan.web.ledgers.__path__.append({folder!r})
INSTALLED_APPS = [*INSTALLED_APPS, "bihuan.web.ledgers.lamps"]
ALLOWED_HOSTS = ["testserver"]
SECOND_FACTOR = False
"""
STORY: Final = """
import io
import django
django.setup()
from django.core.management import call_command
call_command("makemigrations", "lamps", verbosity=0)
call_command("migrate", verbosity=0)
import openpyxl
import site_world
from bihuan.web.ledgers.lamps.models import Use

cast = site_world.build()
doctor, principal = cast.client("doctor"), cast.client("principal")
assert "紫外线灯" in doctor.get("/ledgers/").content.decode()
sent = {"day": "2026-11-20", "room": "留观室", "minutes": 30, "empty": "yes"}
assert doctor.post("/ledgers/lamps/new/", sent).status_code == 302
row = Use.objects.get()
assert (row.room, row.minutes, row.empty, row.state) == ("留观室", 30, True, "used")

told = {"purpose": "存档", "as": "excel"}
answer = doctor.post("/ledgers/lamps/export/", told)
book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
page = book.worksheets[0]
heads = {str(cell.value).strip("*"): cell.column for cell in page[4]}
page.insert_rows(6)
for heading, value in {"场所": "隔离室", "分钟": 40, "无人": "是"}.items():
    page.cell(6, heads[heading]).value = value
page.cell(5, heads["分钟"]).value = "４５"
content = io.BytesIO()
book.save(content)
content.seek(0)
content.name = "紫外线灯.xlsx"
answer = doctor.post("/ledgers/lamps/import/", {"file": content})
place = answer.headers["Location"]
shown = doctor.get(place).content.decode()
assert "会新增1条，更正1条" in shown, shown
assert doctor.post(place + "confirm/").status_code == 302
rows = Use.objects.exclude(state="replaced").order_by("room")
assert [(r.room, r.minutes) for r in rows] == [("留观室", 45), ("隔离室", 40)]

mine = rows[0].pk
assert doctor.post(f"/ledgers/lamps/{mine}/take/check/").status_code == 409
assert principal.post(f"/ledgers/lamps/{mine}/take/check/").status_code == 302
assert cast.client("principal_b").get(f"/ledgers/lamps/{mine}/").status_code == 404
print("done")
"""


def test_text_has_the_three_files() -> None:
    assert [name for name, _text in FILES] == [
        "lamps/apps.py",
        "lamps/models.py",
        "lamps/ledger.py",
    ]


def test_ledger_of_the_text_works(tmp_path: Path) -> None:
    for name, text in FILES:
        file = tmp_path / "ledgers" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    (tmp_path / "ledgers/lamps/__init__.py").touch()
    (tmp_path / "ledgers/lamps/migrations").mkdir()
    (tmp_path / "ledgers/lamps/migrations/__init__.py").touch()
    settings = SETTINGS.format(folder=str(tmp_path / "ledgers"))
    (tmp_path / "lamp_settings.py").write_text(settings, "utf-8")
    paths = [tmp_path, ROOT / "src", ROOT / "tests"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    env |= {"DJANGO_SETTINGS_MODULE": "lamp_settings", "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", STORY],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.stdout.endswith("done\n"), done.stderr[-3000:]
