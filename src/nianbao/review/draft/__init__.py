"""The draft checker: every number in an edited report, held against the warehouse."""
