"""File formats: each becomes the same sheets of cells, from which forms are then read."""
