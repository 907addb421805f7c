"""Photos of evidence: read under a limit, drawn anew, kept small."""

import io
import warnings
from typing import IO, Any, Final

from PIL import Image, ImageOps, UnidentifiedImageError

from bihuan.base.wording import _
from bihuan.web.ledgers.core.flows import Refused

MOST_BYTES: Final = 12 * 2**20
MOST_PIXELS: Final = 60_000_000
"""A phone's camera makes up to 50 million; a bomb unpacks to many more."""
MOST_PLAIN: Final = 16_000_000
"""The same where all of it has to be unpacked: a JPEG is read at a fraction of its size."""
LONGEST: Final = 1600
"""Pixels of the longer side that are kept."""
FORMATS: Final = ("JPEG", "PNG", "WEBP")


def redrawn(file: IO[bytes] | Any) -> bytes:
    """The photo as a new JPEG without position, camera or anything hidden in it."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Refused(_("照片超过{n}MB，请压缩后再传", n=MOST_BYTES // 2**20))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _redrawn(content)
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        ValueError,
        SyntaxError,
    ) as bad:
        raise Refused(_("这不是能用的照片，请传JPG或PNG")) from bad


def _redrawn(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        most = MOST_PIXELS if picture.format == "JPEG" else MOST_PLAIN
        if picture.width * picture.height > most:
            raise ValueError("too many pixels")
        picture.draft("RGB", (LONGEST, LONGEST))
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((LONGEST, LONGEST))
    plain = Image.new("RGB", upright.size)
    plain.paste(upright)
    made = io.BytesIO()
    plain.save(made, "JPEG", quality=80)
    return made.getvalue()
