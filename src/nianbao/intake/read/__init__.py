"""From bytes to cells: what a worker does with a file, and nothing that knows of a unit, a rule or a database."""
