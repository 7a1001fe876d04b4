"""Writes a composed report as a PDF in the official layout (GB/T 9704-2012), set by Typst."""

from nianbao.publish.pdf.write import Imprint, Press, write, write_issue

__all__ = ["Imprint", "Press", "write", "write_issue"]
