"""What a run found, on one page: needs the extra `plots`."""

from .animation import animate
from .page import Report, write_report

__all__ = ["Report", "animate", "write_report"]
