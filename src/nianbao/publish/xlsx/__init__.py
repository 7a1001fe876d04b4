"""Writes the figures of a composed report, the tables and charts behind it and their sources as a workbook."""

from nianbao.publish.xlsx.write import write

__all__ = ["write"]
