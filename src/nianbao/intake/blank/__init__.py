"""Writes the workbook that a unit fills in."""
