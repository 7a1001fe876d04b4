"""Where things are: the folders under a home; and how much memory a run may take."""

from __future__ import annotations

import functools
import gc
import hashlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from nianbao.errors import UsageError
from nianbao.language import _

MEMORY, SCRATCH = "NIANBAO_MEMORY", "NIANBAO_SCRATCH"
"""The environment variables that change what DuckDB may use: its memory, and the folder for what does not fit in it."""

ENGINE = "NIANBAO_ENGINE"
"""The environment variable that says what computes: duckdb, on this machine, or spark (docs/scale.md)."""

UMASK = "NIANBAO_UMASK"
"""The environment variable that says who else may read what is written: 027 lets the group of the user."""

_UMASK = "077"
_MASK = re.compile(r"0?[0-7]{3}", re.ASCII)
_MEMORY = "2GB"
_AMOUNT = re.compile(r"[1-9][0-9]*(\.[0-9]+)? ?[KMGT]i?B", re.ASCII)

SAMPLE_MARK = ".sample"
"""A file of this name in the inbox says that what lies there is synthetic; reports then say so too."""


@dataclass(frozen=True)
class Home:
    """The produced folder of a project, `var/` unless told otherwise."""

    path: Path

    @property
    def inbox(self) -> Path:
        """Where workbooks arrive, in folders of any depth."""
        return self.path / "inbox"

    @property
    def outbox(self) -> Path:
        """Where receipts are put, in the folder that the delivery came from."""
        return self.path / "outbox"

    @property
    def unsent(self) -> Path:
        """A mark for each delivery whose answer could not be written back to its source yet."""
        return self.outbox / ".unsent"

    @property
    def alarms(self) -> Path:
        """What was wrong with the sources at the last run."""
        return self.path / "alarms.json"

    @property
    def last_night(self) -> Path:
        """When the last night ended well, when the last one failed and why."""
        return self.path / "last_night.json"

    @property
    def told(self) -> Path:
        """What people have been told of and still lasts, so that it is told once."""
        return self.path / "told.json"

    @property
    def status(self) -> Path:
        """How the reporting stands, as a page for the office alone; each run refreshes it."""
        return self.path / "status"

    @property
    def looks(self) -> Path:
        """When each source was last looked at, and what was left there."""
        return self.path / "looks.json"

    @property
    def archive(self) -> Path:
        """The bytes of deliveries, declarations and releases under their SHA-256, and the record of all runs."""
        return self.path / "archive"

    @property
    def warehouse(self) -> Path:
        """The writer's DuckDB file; analysts never open it."""
        return self.path / "warehouse.duckdb"

    @property
    def last_state(self) -> Path:
        """The warehouse as the last run left it, for whoever asks while another run writes."""
        return self.path / "warehouse.last.duckdb"

    @property
    def models(self) -> Path:
        """The SQL of all models as last made; made anew when it is gone or the declarations have changed."""
        return self.path / "models.json"

    @property
    def rules(self) -> Path:
        """Every rule as last read; read anew when it is gone or the declarations have changed."""
        return self.path / "rules.json"

    @property
    def drawings(self) -> Path:
        """The charts of drafts as last drawn; drawn anew when they are gone."""
        return self.path / "drawings"

    @property
    def scratch(self) -> Path:
        """Where DuckDB sets aside what does not fit into its memory; empty between runs."""
        return Path(os.environ.get(SCRATCH) or self.path / "scratch")

    @property
    def releases(self) -> Path:
        """Draft editions, numbered releases and the analysts' files."""
        return self.path / "releases"

    @property
    def is_made(self) -> bool:
        """Whether somebody made it, by `nianbao init` or by hand: an empty folder may be any folder at all."""
        return any(each.exists() for each in (self.inbox, self.archive, self.warehouse))

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever collected here."""
        return not self.archive.exists()

    @property
    def is_sample(self) -> bool:
        """Whether the inbox holds the synthetic sample year."""
        return (self.inbox / SAMPLE_MARK).exists()


_GARBAGE = 1 << 20
"""So many new objects pass before garbage is looked for: more than a night of a few hundred files makes, and what is
garbage of these takes some 10 MB."""


def look_for_garbage_seldom() -> None:
    """Let Python look for garbage now and then: looking often takes a tenth of a night."""
    gc.set_threshold(_GARBAGE)


def keep_files_private() -> None:
    """Let what this process writes from now on be read by its own user alone, unless NIANBAO_UMASK says otherwise.

    Raises:
        UsageError: NIANBAO_UMASK is no mask.
    """
    given = os.environ.get(UMASK) or _UMASK
    if not _MASK.fullmatch(given):
        raise UsageError(
            _("{umask}={given} is no mask").format(umask=UMASK, given=given),
            next_step=_("write it in octal: 077 for the user, 027 for a group"),
        )
    os.umask(int(given, 8))


def write_whole(path: Path, text: str) -> bool:
    """Put a text in the place of a file, whole or not at all; one that says so already keeps its time."""
    content = text.encode()
    if path.exists() and path.read_bytes() == content:
        return False
    scratch = path.with_name(f".writing-{path.name}-{os.getpid()}")
    scratch.write_bytes(content)
    os.replace(scratch, path)
    return True


def sha256_of(path: Path) -> str:
    """The hash of a file; one that nobody may write, such as an analysts' file, is read once, whatever its names."""
    seen = path.stat()
    if seen.st_mode & _MAY_WRITE:
        return _hash(path)
    return _hash_once(_Bytes(path, seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns))


_MAY_WRITE = 0o222


@dataclass(frozen=True)
class _Bytes:
    """What a file is on its disk, by whichever of its names it is read."""

    path: Path = field(compare=False)
    device: int
    inode: int
    size: int
    modified_ns: int


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.lru_cache(maxsize=64)
def _hash_once(of: _Bytes) -> str:
    return _hash(of.path)


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file that nobody changes any more a second name; a copy of it where the disk knows no such thing."""
    try:
        os.link(source, target)
    except OSError:
        copy_whole(source, target)


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file's bytes; a disk that can share them among files does so, and nothing is written twice."""
    with source.open("rb") as given, target.open("wb") as taking:
        try:
            while os.copy_file_range(given.fileno(), taking.fileno(), _AT_ONCE):
                pass
        except OSError:  # another disk, or one that has to be read and written
            given.seek(0)
            taking.seek(0)
            shutil.copyfileobj(given, taking)


_AT_ONCE = 1 << 30


def own_scratch() -> Path:
    """The folder for what does not fit into memory, of a warehouse that lies in memory; nobody else may read it."""
    given = os.environ.get(SCRATCH)
    folder = Path(given) if given else Path(tempfile.gettempdir()) / f"nianbao-{os.getuid()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def wants_spark() -> bool:
    """Whether Spark is to compute in the place of DuckDB.

    Raises:
        UsageError: NIANBAO_ENGINE names neither.
    """
    given = os.environ.get(ENGINE) or "duckdb"
    if given not in ("duckdb", "spark"):
        raise UsageError(
            _("{given!r} is no engine").format(given=given), ENGINE, _("write duckdb or spark, or unset it")
        )
    return given == "spark"


def memory_limit() -> str:
    """How much memory DuckDB may use in one process, `2GB`.

    Raises:
        UsageError: NIANBAO_MEMORY is no amount of memory.
    """
    given = os.environ.get(MEMORY) or _MEMORY
    if not _AMOUNT.fullmatch(given):
        raise UsageError(
            _("{memory}={given} is no amount of memory").format(memory=MEMORY, given=given),
            next_step=_("write it like {memory} or 800MB").format(memory=_MEMORY),
        )
    return given
