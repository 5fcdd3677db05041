"""Keeps a file that a click made until the browser has fetched it.

A fault of Streamlit, seen in 1.67: what `st.download_button` makes on a click belongs to no page,
so that the ends of any two runs, ticks of other viewers included, remove it. Among many open pages
the browser comes too late: it is told 404, and saves nothing or a file of another name.
"""

from __future__ import annotations

import time
from pathlib import PurePosixPath

from streamlit.runtime.media_file_manager import MediaFileManager

KEPT_SECONDS = 300  # and until the next file is made
_KEEPER = "fleetpulse keeps what was made"  # as if it were a page that shows them


def keep() -> None:
    """Change how Streamlit makes files on a click, once for the whole server."""
    make = MediaFileManager.execute_deferred

    def make_and_keep(manager: MediaFileManager, placeholder: str) -> str:
        url = make(manager, placeholder)
        now = time.monotonic()
        with manager._lock:
            files = manager._files_by_session_and_coord[_KEEPER]
            for since in [since for since in files if now - float(since) > KEPT_SECONDS]:
                del files[since]
            files[repr(now)] = PurePosixPath(url).stem
        return url

    MediaFileManager.execute_deferred = make_and_keep  # type: ignore[assignment, method-assign]
