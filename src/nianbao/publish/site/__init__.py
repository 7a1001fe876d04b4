"""The pages of an edition: a small site that opens from disk and asks nothing of any other machine."""

from nianbao.publish.site.completeness import UNITS_IN_MATRIX
from nianbao.publish.site.outline import UNITS_A_LEAF, Outline
from nianbao.publish.site.write import write

__all__ = ["UNITS_A_LEAF", "UNITS_IN_MATRIX", "Outline", "write"]
