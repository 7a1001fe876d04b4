"""reference/sources.toml: what it may say, and what is said when it says something else."""

import re
from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.catalog.sources import INBOX, read_sources
from nianbao.errors import DeclarationError
from nianbao.terms.source import Correspondent, FolderPlace, HttpPlace, MailPlace, S3Place, SftpPlace, WebdavPlace
from tests.homes import ROOT

UNITS = {"QH630100", "QH630200"}
SFTP = """
[[sources]]
name = "xining"
kind = "sftp"
host = "sftp.example.org"
user = "nianbao"
password_env = "XINING_PASSWORD"
host_keys = ["SHA256:0000000000000000000000000000000000000000000"]
"""
ADDRESSES = "address,unit_code,lower\nReports@Xining.example.org,QH630100,\nh@example.org,QH630200,yes\n"
MAIL = """
[[sources]]
name = "mail"
kind = "mail"
host = "imap.example.org"
user = "nianbao"
password_env = "MAIL_PASSWORD"
"""


def read(tmp_path: Path, text: str) -> object:
    """What a file of this text declares."""
    path = tmp_path / "sources.toml"
    path.write_text(text, encoding="utf-8")
    return read_sources(path, UNITS)


def test_the_shipped_file_declares_the_inbox_of_the_home(project: Project) -> None:
    """A project that nobody has touched collects from the folder inbox under its home."""
    assert project.sources == (INBOX,)
    assert read_sources(Path("nowhere.toml"), UNITS) == (INBOX,)


def test_every_example_in_the_shipped_file_can_be_used(tmp_path: Path) -> None:
    """Uncommented, with whole keys put in, the examples are declarations."""
    text = (ROOT / "reference" / "sources.toml").read_text(encoding="utf-8")
    examples = re.sub(r"^# (?=\[\[|\w+ = |  \{|\])", "", text, flags=re.MULTILINE).replace("AAAA…", "AAAAIGJ5YQ")
    (tmp_path / "addresses.csv").write_text(ADDRESSES, encoding="utf-8")
    kinds = [type(source.place) for source in read(tmp_path, examples)]  # type: ignore[attr-defined]
    assert kinds == [FolderPlace, FolderPlace, SftpPlace, S3Place, WebdavPlace, HttpPlace, MailPlace]


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (('password_env = "XINING_PASSWORD"', 'password = "geheim"'), 7, "no secret stands here"),
        (('password_env = "XINING_PASSWORD"', 'password_env = "geheim"'), 7, "names an environment variable"),
        (('kind = "sftp"', 'kind = "ftp"'), 4, "none of: folder, sftp, s3, webdav, http, mail"),
        (('user = "nianbao"', 'user = "nianbao"\nunit = "QH000000"'), 7, "not in the roster"),
        (('user = "nianbao"', 'user = "nianbao"\nunit = ""\nlower = true'), 8, "needs the unit"),
        (('name = "xining"', 'name = "confirmed"'), 3, "choose another"),
        (('host_keys = ["SHA256:0000000000000000000000000000000000000000000"]', "host_keys = []"), 8, "host_keys"),
        (("SHA256:0", "MD5:"), 8, "neither"),
        (('name = "xining"', 'name = "Xi ning"'), 3, "small letters"),
        (('user = "nianbao"', 'user = "nianbao"\ncolour = "red"'), 7, "unknown key"),
        ((SFTP, SFTP + SFTP), 3, "declared twice"),
        ((SFTP, '[[sources]]\nname = "w"\nkind = "http"\nurls = ["file:///etc/passwd"]'), 4, "https://"),
        ((SFTP, '[[sources]]\nname = "w"\nkind = "webdav"\nurl = "https://u:geheim@x.org/"'), 4, "no password"),
        (('user = "nianbao"', 'user = "nianbao"\nmarker = "ok"'), 7, "an ending such as .ok"),
        ((SFTP, ""), 1, "no source is declared"),
    ],
)
def test_a_wrong_declaration_is_refused_with_its_line(
    change: tuple[str, str], line: int, said: str, tmp_path: Path
) -> None:
    """The message names the line and what to do, and never repeats what could be a secret."""
    with pytest.raises(DeclarationError, match=said) as caught:
        read(tmp_path, SFTP.replace(*change))
    assert caught.value.line == line
    assert "geheim" not in str(caught.value)


def test_the_innermost_folder_says_whose_it_is(tmp_path: Path) -> None:
    """A folder belongs to the unit declared for it, else to that of the folder around it, else of the source."""
    text = (
        SFTP + 'unit = "QH630100"\nfolders = [{ folder = "é/b", unit = "QH630200" }, { folder = "open", unit = "" }]\n'
    )
    (source,) = read(tmp_path, text)  # type: ignore[misc]
    names = ("a.xlsx", "e\u0301/b/c/d.xlsx", "é/a.xlsx", "open/x.xlsx")
    senders = [source.owner_of(name).unit for name in names]
    assert senders == ["QH630100", "QH630200", "QH630100", ""]


def test_addresses_are_units(tmp_path: Path) -> None:
    """However they are written; one may send for the units below its own."""
    (tmp_path / "addresses.csv").write_text(ADDRESSES, encoding="utf-8")
    (source,) = read(tmp_path, MAIL)  # type: ignore[misc]
    assert source.place.correspondents == {
        "reports@xining.example.org": Correspondent("QH630100"),
        "h@example.org": Correspondent("QH630200", lower=True),
    }
    assert [source.may_send_lower(unit, "a/b.xlsx") for unit in ("QH630100", "QH630200")] == [False, True]
    assert (source.place.port, source.place.security, source.takes_answers) == (993, "tls", False)


@pytest.mark.parametrize(
    ("mail", "addresses", "said"),
    [
        ("", "", "names no address"),
        ("", "a@x.org,QH000000,", "not in the roster"),
        ("", "a@x.org,QH630100,\nA@x.org,QH630200,", "stands twice"),
        ("", "Someone <a@x.org>,QH630100,", "no mail address"),
        ("", "a@x.org,QH630100,ja", "yes or empty"),
        ('security = "none"', "a@x.org,QH630100,", "none of: tls, starttls"),
        ('move = "Done"', "a@x.org,QH630100,", "without answers"),
        ('answers = { host = "h", from = "a@x.org", security = "none", user = "u" }', "a@x.org,QH630100,", "tls or"),
        ('answers = { host = "h", from = "a@x.org", password = "geheim" }', "a@x.org,QH630100,", "no secret"),
    ],
)
def test_a_wrong_declaration_of_mail_is_refused(tmp_path: Path, mail: str, addresses: str, said: str) -> None:
    """Before anything is connected; nothing that could be a secret is repeated."""
    (tmp_path / "addresses.csv").write_text(f"address,unit_code,lower\n{addresses}\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match=said) as caught:
        read(tmp_path, MAIL + mail)
    assert "geheim" not in str(caught.value)
