"""What is shipped beside the program: the declarations that any federation copies, and the examples to begin with."""

from __future__ import annotations

import shutil
from pathlib import Path

import nianbao
from nianbao.errors import UsageError
from nianbao.language import _

SHARED = (
    "sql/core/unit.sql", "sql/core/submission.sql", "sql/core/reporting.sql", "sql/mart/figure.sql",
    "expectations/reading.yaml", "expectations/submission/all.yaml", "expectations/built/*.yaml",
    "sql/check/C00_[1-8]_*.sql", "sql/check/C00_10_*.sql", "sql/check/STALE_COPY_*.sql",
    "reference/columns.csv", "reference/counters.csv", "reference/draft_words.csv", "reports/sign_off.toml",
)  # fmt: skip
"""The declarations that name no form, no unit and no level: every project has them as they stand here."""

EXAMPLES = ("smallest", "levels", "qinghai")
"""The projects that `nianbao init --like` makes; the last one is the project that the program is shipped with."""

_DECLARED = ("forms", "reference", "expectations", "sql", "indicators", "reports", "samples")


def find_shipped() -> Path:
    """The folder of what is shipped: inside an installed package, or the checkout that it runs from."""
    package = Path(nianbao.__file__).parent
    installed = package / "shipped"
    return installed if installed.is_dir() else package.parents[1]


def copy_shared(project: Path) -> None:
    """Copy what any federation has into a project; what it has of its own stays."""
    shipped = find_shipped()
    for pattern in SHARED:
        for path in sorted(shipped.glob(pattern)):
            _copy(path, project / path.relative_to(shipped))


def make_project(like: str, folder: Path) -> None:
    """Make a project in a new folder: an example with what any federation has.

    Raises:
        UsageError: the folder holds something already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            _("{folder} is not empty").format(folder=folder), next_step=_("name a new folder; nothing was written")
        )
    shipped = find_shipped()
    if like == EXAMPLES[-1]:
        for name in _DECLARED:
            shutil.copytree(shipped / name, folder / name, dirs_exist_ok=True)
        shutil.copyfile(shipped / "federation.toml", folder / "federation.toml")
        return
    shutil.copytree(shipped / "examples" / like, folder, dirs_exist_ok=True)
    copy_shared(folder)


def _copy(source: Path, target: Path) -> None:
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
