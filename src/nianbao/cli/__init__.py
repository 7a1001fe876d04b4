"""The command line: one command per question an operator asks."""

from nianbao.cli.main import main

__all__ = ["main"]
