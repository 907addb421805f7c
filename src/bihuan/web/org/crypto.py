"""Personal fields: encrypted at rest, found again by a blind index.

AES-256-GCM (NIST SP 800-38D) with a fresh 96-bit nonce a value; the index is
HMAC-SHA256 under a key of its own, so that an equal value is found and nothing else.
"""

import hashlib
import hmac
import os
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

PREFIX: Final = b"1"
"""Number of the key a value was encrypted with."""
_NONCE: Final = 12


class TornValue(ValueError):  # noqa: N818  # it names what was found
    """An encrypted value was changed, or belongs to another key."""


def encrypt(text: str) -> bytes:
    """Encrypt a text; nothing stays nothing."""
    if not text:
        return b""
    nonce = os.urandom(_NONCE)
    return (
        PREFIX
        + nonce
        + AESGCM(settings.KEYS.field).encrypt(nonce, text.encode(), PREFIX)
    )


def decrypt(value: bytes) -> str:
    """Read an encrypted text; TornValue if it was changed."""
    if not value:
        return ""
    nonce, body = value[1 : 1 + _NONCE], value[1 + _NONCE :]
    try:
        return AESGCM(settings.KEYS.field).decrypt(nonce, body, value[:1]).decode()
    except InvalidTag as torn:
        raise TornValue from torn


def blind(text: str) -> str:
    """Index of a text: equal texts have the same, and it tells nothing else."""
    if not text:
        return ""
    return hmac.new(settings.KEYS.blind, text.encode(), hashlib.sha256).hexdigest()


class EncryptedField(models.BinaryField[str, str]):
    """A text that is encrypted in the database."""

    def get_prep_value(self, value: Any) -> bytes:
        """Encrypt on the way in."""
        return encrypt(value or "")

    def from_db_value(self, value: Any, *_args: object) -> str:
        """Decrypt on the way out."""
        return decrypt(bytes(value or b""))

    def to_python(self, value: Any) -> Any:
        """Leave a text as it is: forms and code see no bytes."""
        return value

    def _check_str_default_value(self) -> list[Any]:
        """Allow the empty text as default, which a BinaryField would refuse."""
        return []
