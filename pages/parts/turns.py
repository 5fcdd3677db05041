"""Lets so many through in a second and has the others ask again: a queue without a line."""

from __future__ import annotations

import threading
import time


class Turns:
    """At most `per_second` turns in any second, on average; may be asked from any thread."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._left = float(per_second)
        self._at = time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Whether it is the caller's turn now."""
        with self._lock:
            now = time.monotonic()
            more = (now - self._at) * self._per_second
            self._left, self._at = min(self._left + more, self._per_second), now
            if self._left < 1:
                return False
            self._left -= 1
            return True
