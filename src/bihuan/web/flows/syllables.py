"""Invented names for people whom the plan only counts: two syllables, nobody's name.

No first syllable is a surname in use, so that what comes out reads as a name and names
nobody. Within a unit no name comes twice, up to as many as there are pairs.
"""

import zlib
from typing import Final

from bihuan.base.random import key

FIRST: Final = "晴澄霁煦漾栖疏映暖遥皎蔚恬湛悠晞沛融屿渺翩蓁璨朗澹筠菁漪曦翊"
SECOND: Final = "禾棠舟岚桐笙陌汀野屏羽溪檀絮岑弦莲芒洲雁砚棉茗荻笛帆枫露鹿穗"
STEP: Final = 397
"""Prime to the number of pairs, so that numbers in a row give other names."""


def invented(unit: str, number: int) -> str:
    """The name of the person with a number in a unit."""
    start = key(0, "name", zlib.crc32(unit.encode()))
    first, second = divmod(
        (start + number * STEP) % (len(FIRST) * len(SECOND)), len(SECOND)
    )
    return FIRST[first] + SECOND[second]
