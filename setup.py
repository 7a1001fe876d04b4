"""Builds the package with what is shipped beside the program: the declared folders, the examples and the samples."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = ("forms", "reference", "expectations", "sql", "indicators", "reports", "samples", "examples")


class BuildWithShipped(build_py):
    """Copies them into the package; an editable installation has them in the checkout."""

    def run(self) -> None:
        """Build, then copy."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "nianbao" / "shipped"
            for name in SHIPPED:
                shutil.copytree(name, target / name, dirs_exist_ok=True)
            shutil.copyfile("federation.toml", target / "federation.toml")


setup(cmdclass={"build_py": BuildWithShipped})
