"""Spark as the engine of many machines: reading, row rules and models on executors, the facts in the same record."""
