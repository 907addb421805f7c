"""A password hasher that counts how often it was asked to hash."""

from django.contrib.auth.hashers import MD5PasswordHasher


class Counting(MD5PasswordHasher):
    """As slow for whoever guesses as its count is high."""

    hashed = 0

    def encode(self, password: str, salt: str) -> str:
        """Hash, and count it."""
        Counting.hashed += 1
        return super().encode(password, salt)
