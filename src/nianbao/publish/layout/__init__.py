"""Measures an issued Word document against the official layout (GB/T 9704-2012)."""

from nianbao.publish.layout.measure import measure
from nianbao.publish.layout.report import Deviation, deviations

__all__ = ["Deviation", "deviations", "measure"]
