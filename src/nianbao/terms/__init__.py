"""The nouns of the house: frozen dataclasses and enums, standard library only."""
