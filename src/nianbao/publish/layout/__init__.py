"""Measures an issued Word document or PDF against the official layout (GB/T 9704-2012)."""

from nianbao.publish.layout.measure import measure
from nianbao.publish.layout.printed import lay_out, read_pages
from nianbao.publish.layout.report import Deviation, deviations, gathered
from nianbao.publish.layout.sheets import check_filling, check_sheets

__all__ = ["Deviation", "check_filling", "check_sheets", "deviations", "gathered", "lay_out", "measure", "read_pages"]
