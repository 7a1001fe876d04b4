"""Measures an issued Word document or PDF against the official layout (GB/T 9704-2012)."""

from nianbao.review.layout.measure import measure
from nianbao.review.layout.printed import lay_out, read_pages
from nianbao.review.layout.report import Deviation, deviations, gathered
from nianbao.review.layout.sheets import check_filling, check_sheets

__all__ = ["Deviation", "check_filling", "check_sheets", "deviations", "gathered", "lay_out", "measure", "read_pages"]
