"""The image's health check: exit 0 when the service can answer from a generation."""

import os
import sys
from urllib.error import URLError
from urllib.request import urlopen

port = os.environ.get("FLEETPULSE_PORT", "8501")
try:
    urlopen(f"http://127.0.0.1:{port}/api/health", timeout=4).close()
except (URLError, TimeoutError) as wrong:
    sys.exit(f"not ready: {wrong}")
