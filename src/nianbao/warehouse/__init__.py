"""The warehouse: the only code that opens DuckDB."""
