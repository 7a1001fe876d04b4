"""Pages of key figures 一页纸: what stands on them, as HTML and on paper."""

from nianbao.publish.one_page.facts import Ground, page_of_publication, pages_of_units
from nianbao.publish.one_page.write import write_list, write_pages

__all__ = ["Ground", "page_of_publication", "pages_of_units", "write_list", "write_pages"]
