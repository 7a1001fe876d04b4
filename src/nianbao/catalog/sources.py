"""Reads reference/sources.toml: where each unit's files come from, and by which server mail is sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from nianbao.catalog.declared import Declared, read_csv
from nianbao.errors import DeclarationError
from nianbao.language import _
from nianbao.terms.source import (
    CONFIRMED,
    LOCAL_INBOX,
    Correspondent,
    DeclaredSource,
    FolderPlace,
    HttpPlace,
    MailPlace,
    Owner,
    Place,
    S3Place,
    SftpPlace,
    Smtp,
    WebAccess,
    WebdavPlace,
)

INBOX = DeclaredSource(LOCAL_INBOX, FolderPlace("inbox"))
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_MARKER = re.compile(r"\.[A-Za-z0-9._-]{1,20}")
_HOST_KEY = re.compile(r"SHA256:[A-Za-z0-9+/]{43}=?|(?:ssh|ecdsa|sk)-[\w@.-]+ [A-Za-z0-9+/]+=*(?: .*)?")
_SECRETS = ("password", "passphrase", "access_key", "secret_key", "token")

ADDRESSES = "addresses.csv"
"""Beside sources.toml: which unit writes from which address."""

_IMAP_PORTS = {"tls": 993, "starttls": 143}

LONGEST_SETTLE = 10 * 60
"""Seconds a source may take for a file to come to rest; longer and a night would be spent waiting."""

LONGEST_RUN = 6 * 60 * 60
"""Seconds that one run may be told to spend with a source."""


def read_sources(path: Path, units: Container[str]) -> tuple[DeclaredSource, ...]:
    """The declared sources in their order; a project without the file has the inbox of its home.

    Raises:
        DeclarationError: a source is malformed, stands twice, names an unknown unit or holds a secret.
    """
    if not path.exists():
        return (INBOX,)
    declared = Declared.from_toml(path)
    sources: dict[str, DeclaredSource] = {}
    correspondents = _read_correspondents(path.with_name(ADDRESSES), units)
    for table in declared.tables("sources", "name"):
        source = _read_source(table, units, correspondents)
        if source.name in sources:
            raise table.fail(_("source {name} is declared twice").format(name=source.name), source.name)
        sources[source.name] = source
    declared.done()
    if not sources:
        raise declared.fail(_("no source is declared; nothing would ever be collected"))
    return tuple(sources.values())


def _read_correspondents(path: Path, units: Container[str]) -> dict[str, Correspondent]:
    """The declared addresses of units; none where there is no such file."""
    correspondents: dict[str, Correspondent] = {}
    for line, row in read_csv(path, ("address", "unit_code", "lower")) if path.exists() else ():
        address = row["address"].casefold()
        if not is_address(address):
            raise DeclarationError(path, line, _("{address!r} is no mail address").format(address=address))
        if address in correspondents:
            raise DeclarationError(
                path, line, _("{address} stands twice: an address is one unit's").format(address=address)
            )
        if row["unit_code"] not in units:
            raise DeclarationError(
                path, line, _("unit {unit_code} is not in the roster").format(unit_code=row["unit_code"])
            )
        if row["lower"] not in ("", "yes"):
            raise DeclarationError(path, line, _("lower = {lower!r} must be yes or empty").format(lower=row["lower"]))
        correspondents[address] = Correspondent(row["unit_code"], row["lower"] == "yes")
    return correspondents


def _read_source(
    declared: Declared, units: Container[str], correspondents: Mapping[str, Correspondent]
) -> DeclaredSource:
    name = declared.text("name")
    if not _NAME.fullmatch(name):
        raise declared.fail(
            _("name {name!r} must be small letters, digits, - and _, and begin with a letter").format(name=name), name
        )
    if name == CONFIRMED:
        raise declared.fail(
            _("name {name!r} stands for files that somebody confirmed; choose another").format(name=name), name
        )
    declared.refuse_secrets(*_SECRETS)
    kind = declared.text("kind")
    if kind not in _PLACES and kind != "mail":
        raise declared.fail(
            _("kind = {kind!r} is none of: {value}").format(kind=kind, value=", ".join((*_PLACES, "mail"))), kind
        )
    place = _mail(declared, correspondents) if kind == "mail" else _PLACES[kind](declared)
    is_single = isinstance(place, HttpPlace | MailPlace)
    source = DeclaredSource(
        name,
        place,
        owner=_owner(declared, units) if "unit" in declared and not isinstance(place, MailPlace) else None,
        folder_owners={
            folder.text("folder").strip("/"): _owner(folder, units) for folder in declared.tables("folders", "folder")
        },
        receipts="" if is_single else declared.text("receipts", "").strip("/"),
        sentinel="" if isinstance(place, MailPlace) else declared.text("sentinel", "").strip("/"),
        marker="" if is_single else declared.text("marker", ""),
        settle_seconds=declared.integer("settle_seconds", 2),
        max_files=declared.integer("max_files", 10_000),
        max_bytes=declared.integer("max_megabytes", 2048) << 20,
        file_seconds=declared.integer("file_seconds", 300),
        run_seconds=declared.integer("run_seconds", 900),
    )
    if not 0 <= source.settle_seconds <= LONGEST_SETTLE:
        raise declared.fail(
            _("settle_seconds must be between 0 and {LONGEST_SETTLE}").format(LONGEST_SETTLE=LONGEST_SETTLE),
            "settle_seconds",
        )
    if not 0 < source.file_seconds <= source.run_seconds <= LONGEST_RUN:
        raise declared.fail(
            _("file_seconds must be more than 0 and at most run_seconds, and that at most {LONGEST_RUN}").format(
                LONGEST_RUN=LONGEST_RUN
            ),
            "file_seconds",
        )
    if source.marker and not _MARKER.fullmatch(source.marker):
        raise declared.fail(
            _("marker = {marker!r} must be an ending such as .ok").format(marker=source.marker), "marker"
        )
    declared.done()
    return source


def _owner(declared: Declared, units: Container[str]) -> Owner:
    owner = Owner(declared.text("unit"), declared.flag("lower"))
    if owner.unit and owner.unit not in units:
        raise declared.fail(_("unit {unit} is not in the roster").format(unit=owner.unit), owner.unit)
    if owner.lower and not owner.unit:
        raise declared.fail(_("lower = true needs the unit whose lower ones are meant"), "lower")
    return owner


def _folder(declared: Declared) -> Place:
    return FolderPlace(declared.text("path"))


def _sftp(declared: Declared) -> Place:
    place = SftpPlace(
        host=declared.text("host"),
        port=declared.integer("port", 22),
        user=declared.text("user"),
        host_keys=declared.texts("host_keys"),
        folder=declared.text("folder", "."),
        password_env=declared.variable("password_env", ""),
        private_key_file=declared.text("private_key_file", ""),
        passphrase_env=declared.variable("passphrase_env", ""),
    )
    if not place.host_keys:
        raise declared.fail(
            _("host_keys must name the server's key: ssh-keyscan shows it, its owner confirms it"), "host_keys"
        )
    for key in place.host_keys:
        if not _HOST_KEY.fullmatch(key):
            raise declared.fail(
                _("host key {key!r} is neither `ssh-ed25519 AAAA…` nor `SHA256:…`").format(key=key), key
            )
    if not (place.password_env or place.private_key_file):
        raise declared.fail(_("password_env or private_key_file is missing"))
    return place


def _s3(declared: Declared) -> Place:
    place = S3Place(
        bucket=declared.text("bucket"),
        endpoint=_url(declared, declared.text("endpoint")),
        access_key_env=declared.variable("access_key_env"),
        secret_key_env=declared.variable("secret_key_env"),
        prefix=declared.text("prefix", "").strip("/"),
        region=declared.text("region", "us-east-1"),
        addressing=declared.text("addressing", "path"),
        ca_file=declared.text("ca_file", ""),
    )
    if place.addressing not in ("path", "virtual"):
        raise declared.fail(
            _("addressing = {addressing!r} is none of: path, virtual").format(addressing=place.addressing), "addressing"
        )
    return place


def _webdav(declared: Declared) -> Place:
    return WebdavPlace(_url(declared, declared.text("url")), _access(declared))


def _mail(declared: Declared, correspondents: Mapping[str, Correspondent]) -> Place:
    if not correspondents:
        raise declared.fail(
            _("reference/{ADDRESSES} names no address: nobody could send anything").format(ADDRESSES=ADDRESSES), "mail"
        )
    security = declared.text("security", "tls")
    if security not in _IMAP_PORTS:
        raise declared.fail(
            _("security = {security!r} is none of: {IMAP_PORTS}").format(
                security=security, IMAP_PORTS=", ".join(_IMAP_PORTS)
            ),
            security,
        )
    answers = declared.table("answers")
    place = MailPlace(
        host=declared.text("host"),
        port=declared.integer("port", _IMAP_PORTS[security]),
        security=security,
        user=declared.text("user"),
        password_env=declared.variable("password_env", ""),
        password_file=declared.text("password_file", ""),
        ca_file=declared.text("ca_file", ""),
        folder=declared.text("folder", "INBOX"),
        days=declared.integer("days", 90),
        flag=declared.text("flag", ""),
        move=declared.text("move", ""),
        authenticated_by=declared.text("authenticated_by", ""),
        correspondents=correspondents,
        answers=read_smtp(answers) if answers else None,
    )
    if answers:
        answers.done()
    if not (place.password_env or place.password_file):
        raise declared.fail(_("password_env or password_file is missing"))
    if place.days < 1:
        raise declared.fail(_("days must be 1 or more"), "days")
    if place.move == place.folder:
        raise declared.fail(_("move names the folder that is read"), "move")
    if (place.flag or place.move) and not place.answers:
        raise declared.fail(_("what was answered is flagged or moved; without answers nothing is"), "answers")
    return place


def _http(declared: Declared) -> Place:
    urls = tuple(_url(declared, url) for url in declared.texts("urls"))
    if not urls:
        raise declared.fail(_("urls is empty"), "urls")
    return HttpPlace(urls, _access(declared))


def _access(declared: Declared) -> WebAccess:
    return WebAccess(
        hosts=declared.texts("hosts", ()),
        private_addresses=declared.flag("private_addresses"),
        user=declared.text("user", ""),
        password_env=declared.variable("password_env", ""),
        token_env=declared.variable("token_env", ""),
        ca_file=declared.text("ca_file", ""),
    )


def _url(declared: Declared, url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise declared.fail(_("an address must begin with https:// (or http://) and a host"), url)
    if "@" in parts.netloc:
        raise declared.fail(_("no user and no password in an address: use user and password_env"), url)
    return url


_PLACES: dict[str, Callable[[Declared], Place]] = {
    "folder": _folder,
    "sftp": _sftp,
    "s3": _s3,
    "webdav": _webdav,
    "http": _http,
}


_ADDRESS = re.compile(r"[^@\s,<>]+@[^@\s,<>]+")
_PORTS = {"tls": 465, "starttls": 587, "none": 25}


def read_smtp(declared: Declared) -> Smtp:
    """The server that takes our mail, and as whom we send.

    Raises:
        DeclarationError: something is missing, or a password would be sent in the clear.
    """
    declared.refuse_secrets("password")
    security = declared.text("security", "starttls")
    if security not in _PORTS:
        raise declared.fail(
            _("security = {security!r} is none of: {PORTS}").format(security=security, PORTS=", ".join(_PORTS)),
            security,
        )
    smtp = Smtp(
        host=declared.text("host"),
        port=declared.integer("port", _PORTS[security]),
        security=security,
        sender=require_address(declared, declared.text("from")),
        user=declared.text("user", ""),
        password_env=declared.variable("password_env", ""),
        password_file=declared.text("password_file", ""),
        ca_file=declared.text("ca_file", ""),
    )
    if smtp.user and security == "none":
        raise declared.fail(_("a password is not sent without tls or starttls"), "security")
    return smtp


def require_address(declared: Declared, address: str) -> str:
    """The address, if it is one.

    Raises:
        DeclarationError: it is none.
    """
    if not is_address(address):
        raise declared.fail(_("{address!r} is no mail address").format(address=address), address)
    return address


def is_address(text: str) -> bool:
    """Whether a text is one bare mail address."""
    return _ADDRESS.fullmatch(text) is not None
