"""Publications: documents, their writers, releases."""
