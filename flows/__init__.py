"""The runs as Prefect shows and schedules them; nothing of a run's logic is here.

Importing any flow first makes sure that no library reports to anybody, and that Prefect keeps its files in var/prefect.
"""

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nianbao.language import choose_language
from nianbao.settings import keep_files_private

keep_files_private()
choose_language()
ROOT = Path(__file__).resolve().parents[1]


def _variables(settings: dict[str, Any], name: str = "PREFECT") -> Iterator[tuple[str, str]]:
    for key, value in settings.items():
        inner = f"{name}_{key.upper()}"
        if isinstance(value, dict):
            yield from _variables(value, inner)
        else:
            yield inner, str(value)


# Prefect reads its settings once, when it is imported, and prefect.toml only from the folder it is started in.
for _name, _value in _variables(tomllib.loads((ROOT / "prefect.toml").read_text(encoding="utf-8"))):
    os.environ.setdefault(_name, _value)
if "PREFECT_HOME" not in os.environ:
    # What `prefect config set` was told, which server there is, stays where Prefect's own command keeps it.
    os.environ.setdefault("PREFECT_PROFILES_PATH", str(Path.home() / ".prefect" / "profiles.toml"))
    os.environ["PREFECT_HOME"] = str(ROOT / "var" / "prefect")
    (ROOT / "var").mkdir(exist_ok=True)
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
