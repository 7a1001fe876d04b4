"""nianbao 年报: from a federation's workbooks to its annual report, every figure traceable to a cell."""

__version__ = "0.1.0"
