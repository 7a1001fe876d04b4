"""Makes a source of its declaration: the kind decides, secrets come from outside, libraries are imported late."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nianbao.intake.fetch.sources.limited import Limited
from nianbao.intake.fetch.sources.own_files import refuse_own_files
from nianbao.intake.fetch.sources.source import Source, SourceStopped
from nianbao.language import _
from nianbao.settings import Home
from nianbao.smtp import NoSecret, find_secret
from nianbao.terms.source import DeclaredSource, FolderPlace, HttpPlace, MailPlace, S3Place, SftpPlace, WebdavPlace

Secrets = Callable[[str], str | None]
"""Tells the secret of a name, or None; `os.environ.get`, and in flows also Prefect's Secret blocks."""


def open_source(declared: DeclaredSource, home: Path, secrets: Secrets) -> Source:
    """The source that is declared, within its limits of time; nothing is connected yet.

    Raises:
        SourceStopped: a secret or a library is missing, or the source is what this program itself writes.
    """
    if isinstance(declared.place, FolderPlace):
        refuse_own_files(home / declared.place.path, Home(home))

    def secret(name: str) -> str:
        value = secrets(name) if name else ""
        if value is None:
            raise SourceStopped(
                "SECRET_MISSING",
                _("the environment has no {name}").format(name=name),
                _("set {name} for whoever runs nianbao").format(name=name),
            )
        return value

    def private(variable: str, file: str) -> str:
        try:
            return find_secret(variable, file, secrets)
        except NoSecret as error:
            step = _("set it for whoever runs nianbao, or make the file private")
            raise SourceStopped("SECRET_MISSING", str(error), step) from error

    try:
        return Limited(declared, lambda: _open(declared, home, secret, private))
    except ModuleNotFoundError as error:
        raise SourceStopped(
            "NOT_INSTALLED",
            _("the Python package {name} is not installed").format(name=error.name),
            "pip install 'nianbao[sources]'",
        ) from error


def _open(
    declared: DeclaredSource, home: Path, secret: Callable[[str], str], private: Callable[[str, str], str]
) -> Source:
    match declared.place:
        case FolderPlace() as place:
            from nianbao.intake.fetch.sources.folder import Folder

            return Folder(declared, home / place.path)
        case SftpPlace() as place:
            from nianbao.intake.fetch.sources.sftp import Sftp

            return Sftp(declared, place, secret(place.password_env), secret(place.passphrase_env))
        case S3Place() as place:
            from nianbao.intake.fetch.sources.s3 import Bucket

            return Bucket(declared, place, secret(place.access_key_env), secret(place.secret_key_env))
        case WebdavPlace() as place:
            from nianbao.intake.fetch.sources.guarded import GuardedClient
            from nianbao.intake.fetch.sources.webdav import Collection

            access = place.access
            return Collection(
                declared,
                place,
                GuardedClient([place.url], access, secret(access.password_env), secret(access.token_env)),
            )
        case HttpPlace() as place:
            from nianbao.intake.fetch.sources.guarded import GuardedClient
            from nianbao.intake.fetch.sources.web import Addresses

            access = place.access
            return Addresses(
                declared,
                place,
                GuardedClient(place.urls, access, secret(access.password_env), secret(access.token_env)),
            )
        case MailPlace() as place:
            from nianbao.intake.fetch.sources.mailbox import Mailbox

            answers = place.answers
            return Mailbox(
                declared,
                place,
                private(place.password_env, place.password_file),
                private(answers.password_env, answers.password_file) if answers else "",
            )
