"""The pages of an edition: a small site that opens from disk and asks nothing of any other machine."""

from nianbao.publish.site.write import write

__all__ = ["write"]
