"""A report as it goes on paper, the same for Word and PDF: styles, and what stands on the pages in order."""

from nianbao.publish.typeset.lay_out import lay_out, lay_out_issue

__all__ = ["lay_out", "lay_out_issue"]
