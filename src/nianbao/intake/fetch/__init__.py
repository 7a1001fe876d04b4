"""From a source into the archive: what is new and complete is copied out."""
