"""The record: what was received, read, judged, ruled, signed and withdrawn, written once and never derived again."""

from nianbao.record.archive import Archive
from nianbao.record.manifest import Facts, Frame, KeptTable, Manifest
from nianbao.record.record import Record, Run

__all__ = ["Archive", "Facts", "Frame", "KeptTable", "Manifest", "Record", "Run"]
