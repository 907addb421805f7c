"""Whether a kept connection still lives is seen at its socket, without a statement.

A server that was ended closes its end, which makes the socket readable. Between two
requests nothing else is on the way, so a quiet socket saves the question.
"""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection of the site."""

    def is_usable(self) -> bool:
        """Whether the connection can be used; it is asked only where something came in."""
        return self._quiet() or super().is_usable()

    def _quiet(self) -> bool:
        if self.connection is None or not hasattr(select, "poll"):
            return False
        found = select.poll()
        found.register(self.connection.fileno(), select.POLLIN)
        return not found.poll(0)
