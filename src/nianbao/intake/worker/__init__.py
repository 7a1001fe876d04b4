"""Isolated processes that read and mark workbooks, and the wire to them."""
