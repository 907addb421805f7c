"""Fresh passwords and codes, and the digest under which a code is kept."""

import hashlib
import os
from typing import Final

LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without the ones that are taken for each other: i l o 0 1."""


def fresh_code(length: int) -> str:
    """A code of letters that can be read out; 5 bits of chance a letter, nearly."""
    drawn = bytearray()
    limit = 256 - 256 % len(LETTERS)
    while len(drawn) < length:
        drawn += bytes(byte for byte in os.urandom(2 * length) if byte < limit)
    return "".join(LETTERS[byte % len(LETTERS)] for byte in drawn[:length])


def code_digest(code: str) -> str:
    """Digest of a code as typed: spaces, hyphens and case do not matter."""
    plain = code.strip().lower().replace(" ", "").replace("-", "")
    return hashlib.sha256(plain.encode()).hexdigest()
