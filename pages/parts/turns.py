"""Lets so many through in a second and has the others ask again: a queue without a line."""

from __future__ import annotations

import threading
import time


class Turns:
    """At most `per_second` turns a second, `at_once` of them at the same time; may be asked from
    any thread."""

    def __init__(self, per_second: int, at_once: int) -> None:
        self._per_second, self._at_once = per_second, at_once
        self._left = float(at_once)
        self._at = time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Whether it is the caller's turn now."""
        with self._lock:
            there = self._count() >= 1
            self._left -= there
            return there

    def any_left(self) -> bool:
        """Whether a turn could be taken now."""
        with self._lock:
            return self._count() >= 1

    def _count(self) -> float:
        now = time.monotonic()
        more = (now - self._at) * self._per_second
        self._left, self._at = min(self._left + more, self._at_once), now
        return self._left
