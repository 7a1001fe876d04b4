"""The catalog: declared folders, read into terms."""

from nianbao.catalog.project import Project, find_project, load_project

__all__ = ["Project", "find_project", "load_project"]
