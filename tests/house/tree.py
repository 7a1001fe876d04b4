"""The files of the project as the house rules see them."""

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DECLARED = ("forms", "reference", "expectations", "sql", "indicators", "reports")
PRODUCED = {".venv", ".git", "var", "build", "dist", "__pycache__"}


@functools.cache
def tracked() -> tuple[Path, ...]:
    """Every file that is in git or about to be; in a tree without git, every file that no tool produced."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not PRODUCED & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in paths if path.is_file()))


def files(*folders: str, suffix: str = "") -> list[Path]:
    """The tracked files under these folders of the project, with this suffix."""
    return [
        path
        for path in tracked()
        if path.name.endswith(suffix) and any(path.is_relative_to(ROOT / folder) for folder in folders)
    ]


def name(path: Path) -> str:
    """The path as a reader of the repository says it."""
    return path.relative_to(ROOT).as_posix()


def text(path: Path) -> str | None:
    """The text of a file, or nothing when it is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


@functools.cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a Python file."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
