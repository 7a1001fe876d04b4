"""Sources: where deliveries come from, as declared, what went wrong there, and the mail that answers them."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from nianbao.terms.personal import mask

CONFIRMED = "confirmed"
"""What stands for the source of files that were held and that somebody confirmed to be of the unit on their cover."""

STRANGER = "?"
"""What stands for the sender of a mail from an address that no unit has declared: what it brings is held."""

LOCAL_INBOX = "inbox"
"""The name of the source that every home has unless told otherwise: its folder `inbox/`."""


@dataclass(frozen=True)
class FolderPlace:
    """A folder of this machine, or mounted on it; a relative path lies under the home."""

    path: str


@dataclass(frozen=True)
class SftpPlace:
    """A folder of an SFTP server; `host_keys` are the only keys it may show (key lines or SHA256 fingerprints)."""

    host: str
    port: int
    user: str
    host_keys: tuple[str, ...]
    folder: str = "."
    password_env: str = ""
    private_key_file: str = ""
    passphrase_env: str = ""


@dataclass(frozen=True)
class S3Place:
    """A bucket, or a part of it, of a store that speaks S3."""

    bucket: str
    endpoint: str
    access_key_env: str
    secret_key_env: str
    prefix: str = ""
    region: str = "us-east-1"
    addressing: str = "path"
    ca_file: str = ""


@dataclass(frozen=True)
class WebAccess:
    """What requests over HTTP may do: which hosts they reach, whether inside the own network, as whom."""

    hosts: tuple[str, ...] = ()
    private_addresses: bool = False
    user: str = ""
    password_env: str = ""
    token_env: str = ""
    ca_file: str = ""


@dataclass(frozen=True)
class WebdavPlace:
    """A collection of a WebDAV server."""

    url: str
    access: WebAccess = WebAccess()


@dataclass(frozen=True)
class HttpPlace:
    """Single files behind addresses, fetched when they change."""

    urls: tuple[str, ...]
    access: WebAccess = WebAccess()


@dataclass(frozen=True)
class Correspondent:
    """A declared address: the unit that writes from it; `lower`: it may send for the units below its own, too."""

    unit: str
    lower: bool = False


@dataclass(frozen=True)
class MailPlace:
    """A folder of a mailbox; the attachments of what units write to it are deliveries.

    `correspondents` are by address in small letters. `authenticated_by` is the mail server of our own whose word is
    required that a sender is who it says, empty where none is. Without `answers` nobody is written to. Messages older
    than `days` are not looked at. What is answered is flagged and moved, where that is declared; else nothing changes.
    """

    host: str
    port: int
    security: str
    user: str
    password_env: str = ""
    password_file: str = ""
    ca_file: str = ""
    folder: str = "INBOX"
    days: int = 90
    flag: str = ""
    move: str = ""
    authenticated_by: str = ""
    correspondents: Mapping[str, Correspondent] = field(default_factory=dict)
    answers: Smtp | None = None


Place = FolderPlace | SftpPlace | S3Place | WebdavPlace | HttpPlace | MailPlace


@dataclass(frozen=True)
class Owner:
    """Whose a source or a folder is: a unit's, with those below it where `lower`; nobody's where `unit` is empty."""

    unit: str
    lower: bool = False


@dataclass(frozen=True)
class DeclaredSource:
    """One source of reference/sources.toml.

    `owner` owns all of it, `folder_owners` its single folders: a workbook of another unit found there is held. Where
    nothing is declared the names of folders say whose they are, or what was accepted from them.
    `receipts` is the folder at the source that our answers are written back to, empty for none. `sentinel` is a file
    that is always there; when it is not, the source is not the one that was meant. `marker` is what a file's name gets
    behind it when its sender says that it is complete (`.ok`), empty where senders do not say. `file_seconds` is how
    long one file may take, `run_seconds` how long a run spends with the source.
    """

    name: str
    place: Place
    owner: Owner | None = None
    folder_owners: Mapping[str, Owner] = field(default_factory=dict)
    receipts: str = ""
    sentinel: str = ""
    marker: str = ""
    settle_seconds: int = 2
    max_files: int = 10_000
    max_bytes: int = 2 << 30
    file_seconds: int = 300
    run_seconds: int = 900

    @property
    def takes_answers(self) -> bool:
        """Whether our answers go back to it."""
        return bool(self.receipts) or (isinstance(self.place, MailPlace) and self.place.answers is not None)

    def may_send_lower(self, unit: str, file: str) -> bool:
        """Whether what a unit put here may be of the units below it."""
        if isinstance(self.place, MailPlace):
            return any(each.lower for each in self.place.correspondents.values() if each.unit == unit)
        owner = self.owner_of(file)
        return owner is not None and owner.lower

    def owner_of(self, file: str) -> Owner | None:
        """Whose the place of a file is: the innermost declared folder's, else the source's; None if undeclared."""
        owners = {_spelling(folder): owner for folder, owner in self.folder_owners.items()}
        folder = _spelling(file)
        while folder := folder.rpartition("/")[0]:
            if folder in owners:
                return owners[folder]
        return self.owner


def _spelling(name: str) -> str:
    return unicodedata.normalize("NFC", name)  # one system writes é as one character, another as two


@dataclass(frozen=True)
class Unfinished:
    """A file at a source that is still being written, as its name or missing marker says, and since when it stands."""

    source: str
    name: str
    since: dt.datetime


@dataclass(frozen=True)
class Alarm:
    """Something at a source that a person must look at; `stopped`: nothing was taken from it this time."""

    source: str
    code: str
    what: str
    next_step: str
    stopped: bool = False

    def __post_init__(self) -> None:
        """What is told names files as they may be shown."""
        object.__setattr__(self, "what", mask(self.what))


@dataclass(frozen=True)
class Smtp:
    """A server that takes our mail; `security` is `tls` from the first byte, `starttls`, or `none`.

    The password stands in an environment variable, or in a file that only its owner may read.
    """

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password_env: str = ""
    password_file: str = ""
    ca_file: str = ""


@dataclass(frozen=True)
class AnswerLetter:
    """The answer to a delivery on its way back: `name` and `version` are the delivery's, as its source told them.

    `files` are the paths at the source and the bytes; `title` and `text` say the same in words, where a person reads.
    """

    name: str
    version: str
    title: str
    text: str
    files: tuple[tuple[str, bytes], ...]
