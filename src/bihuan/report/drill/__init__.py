"""The paper of a drill: before the day, after it, seven schools side by side."""

from pathlib import Path

from bihuan.base.wording import speak
from bihuan.drill.script import Scene
from bihuan.loop.drilled import Comparison, Practice, Review
from bihuan.report.drill import after, ahead, compare, letters, page, tables
from bihuan.report.files import put


def write(result: Comparison | Review, folder: Path, *, lang: str) -> tuple[Path, ...]:
    """Write each school's papers into a folder of its own, a comparison into index.html."""
    if isinstance(result, Review):
        return _school(result, (), folder, lang)
    folder.mkdir(parents=True, exist_ok=True)
    index = put(folder / "index.html", compare.html(result, lang=lang).encode())
    made = [index]
    for review in result.reviews:
        whole = compare.with_versions(result, review)
        made += _school(whole, result.practices, folder, lang)
    return tuple(made)


def before(
    scene: Scene, school: str, posts: ahead.Posts, folder: Path, *, lang: str
) -> tuple[Path, ...]:
    """Write what a school needs before the day; posts: (post, person id), empty: nobody."""
    folder.mkdir(parents=True, exist_ok=True)
    with speak(lang):
        files = ahead.files(scene, school, posts)
    return tuple(put(folder / name, content) for name, content in files.items())


def _school(
    review: Review, practices: tuple[Practice, ...], folder: Path, lang: str
) -> tuple[Path, ...]:
    """The papers of one school."""
    home = folder / tables.folder(review.evaluation.school)
    home.mkdir(parents=True, exist_ok=True)
    files = {
        "report.html": page.html(review, practices, lang=lang).encode(),
        "head.html": letters.head(review, lang=lang).encode(),
        "bureau.html": letters.bureau(review, lang=lang).encode(),
    }
    with speak(lang):
        files["report.docx"] = after.docx(review, practices)
    return tuple(put(home / name, content) for name, content in files.items())
