"""Statistics: indicators to SQL, figures, trace, coverage, wording."""
