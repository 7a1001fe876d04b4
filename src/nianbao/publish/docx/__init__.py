"""Writes a composed report as a Word document in the official layout (GB/T 9704-2012)."""

from nianbao.publish.docx.write import write, write_issue

__all__ = ["write", "write_issue"]
