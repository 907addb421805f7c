"""The deploying guide names every variable the site reads, and none that it does not."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
READ = re.compile(r'environ(?:\.get\(|\[)\s*"(BIHUAN_[A-Z_]+)"')


def test_every_variable_of_the_site_is_in_the_guide() -> None:
    guide = (ROOT / "docs/guide/deploy.md").read_text("utf-8")
    sources = (ROOT / "src/bihuan/web").rglob("*.py")
    read = {name for path in sources for name in READ.findall(path.read_text("utf-8"))}
    assert len(read) > 8
    assert {name for name in read if name not in guide} == set()


def test_the_guide_names_no_command_that_is_not_there() -> None:
    guide = (ROOT / "docs/guide/deploy.md").read_text("utf-8")
    site = (ROOT / "src/bihuan/cli").glob("site*.py")
    source = "\n".join(path.read_text("utf-8") for path in site)
    for command in set(re.findall(r"bihuan site (\w+)", guide)):
        assert f'"{command}"' in source or f"def {command}" in source, command
