"""Office files as bytes that depend on their content alone."""

import io
import zipfile

STAMP = (1980, 1, 1, 0, 0, 0)


def packed(archive: bytes) -> bytes:
    """The same members in the same order, without the hour at which they were packed."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return made.getvalue()


def clean(text: str) -> str:
    """A text without the control characters that no office file may hold."""
    return "".join(
        letter
        for letter in text
        if letter in "\n\t" or letter.isprintable() or letter == "　"
    )
