"""The nouns of the workspace: frozen dataclasses and enums, standard library only."""
