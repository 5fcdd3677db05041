"""Any metric as a CSV that is computed in the background: asked for, made once, kept for a week.

The routes of the API and the page Reports are its two clients; both go through `order`.
"""

from reports.errors import NotReady, QueueUnreachable, ReportError, ReportFailed, UnknownReport
from reports.jobs import Jobs, current, order
from reports.manifests import Manifest

__all__ = [
    "Jobs",
    "Manifest",
    "NotReady",
    "QueueUnreachable",
    "ReportError",
    "ReportFailed",
    "UnknownReport",
    "current",
    "order",
]
