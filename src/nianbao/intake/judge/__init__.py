"""Judging: what was read becomes submissions with findings and decisions; tables in, tables out."""
