"""The pages' templates: opened one way for all of them, and compiled once, as Python does with its own modules."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from contextlib import suppress
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import BytecodeCache, Environment

_OPTIONS: dict[str, Any] = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}


def open_templates(package: str, folder: str = "") -> Environment:
    """The templates that lie in a folder of a package; what one does not know is an error and no blank."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    place = Path(str(files(package))) / folder
    return Environment(
        **_OPTIONS,
        loader=PackageLoader(package, folder),
        undefined=StrictUndefined,
        bytecode_cache=None if sys.dont_write_bytecode else _keep_compiled(place),
    )


def read_part(package: str, name: str) -> str:
    """A text that lies in a package, such as the style of a page."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


def _keep_compiled(place: Path) -> BytecodeCache:
    """Compiled templates in `__pycache__` beside them, where Python keeps compiled modules.

    Jinja looks whether a template's text and Python are still the same; the names of the files say the rest.
    """
    from jinja2 import FileSystemBytecodeCache
    from jinja2.bccache import Bucket

    class Beside(FileSystemBytecodeCache):
        def load_bytecode(self, bucket: Bucket) -> None:
            try:
                super().load_bytecode(bucket)
            except (OSError, EOFError, ValueError, UnpicklingError):  # torn by a full disk
                bucket.reset()

        def dump_bytecode(self, bucket: Bucket) -> None:
            with suppress(OSError):  # nobody may write there, or the disk is full: it is compiled by every process
                folder.mkdir(exist_ok=True)
                super().dump_bytecode(bucket)

    folder = Path(importlib.util.cache_from_source(str(place / "template.py"))).parent
    made_with = f"{version('jinja2')} {sorted(_OPTIONS.items())}"
    return Beside(str(folder), f"{hashlib.sha256(made_with.encode()).hexdigest()[:8]}-%s.jinja")
