"""Writes the workbook that a unit fills in."""

from nianbao.intake.blank.workbook import write_workbook

__all__ = ["write_workbook"]
