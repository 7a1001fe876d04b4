"""A real mail server of the tests: Dovecot on the loopback, over TLS, and the messages that people put into it."""

from __future__ import annotations

import datetime as dt
import grp
import imaplib
import os
import pwd
import shutil
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from tests.intake.sources.servers import HOST, PASSWORD, STARTS_WITHIN_SECONDS, USER, free_port
from tests.notices.servers import make_certificate

UNIT, OTHER = "reports@xining.example.org", "reports@haidong.example.org"
OFFICE = "office@union.example.org"


@dataclass
class ImapServer:
    """A server, and one of its mailboxes; `certificate` is what it shows, to be trusted by whoever is told."""

    user: str
    port: int
    plain_port: int
    certificate: Path

    def put(self, message: EmailMessage | bytes, moment: dt.datetime, folder: str = "INBOX") -> None:
        """Deliver a message at a moment."""
        raw = message if isinstance(message, bytes) else message.as_bytes()
        with self._client() as client:
            said, _ = client.append(folder, "", imaplib.Time2Internaldate(moment), raw)
            assert said == "OK"

    def flags(self, folder: str = "INBOX") -> list[str]:
        """The flags of the messages of a folder, in their order."""
        with self._client() as client:
            said, count = client.select(folder, readonly=True)
            if said != "OK" or count == [b"0"]:
                return []
            _, flags = client.fetch("1:*", "(FLAGS)")
            return [each.decode() for each in flags if isinstance(each, bytes)]

    def migrate(self) -> None:
        """Put every message into a folder of the same name anew, under other numbers, as a new server would."""
        with self._client() as client:
            client.create("Old")
            client.select("INBOX")
            client.copy("1:*", "Old")
            client.store("1:*", "+FLAGS", r"(\Deleted)")
            client.expunge()
            client.select("Old")
            client.copy("1:*", "INBOX")

    @contextmanager
    def _client(self) -> Iterator[imaplib.IMAP4_SSL]:
        with imaplib.IMAP4_SSL(
            HOST, self.port, ssl_context=ssl.create_default_context(cafile=self.certificate)
        ) as client:
            client.login(self.user, PASSWORD)
            yield client


@contextmanager
def imap_server() -> Iterator[ImapServer]:
    """Dovecot with a configuration, certificate and mailboxes of its own; it ends with the block."""
    folder = Path(tempfile.mkdtemp(prefix="nianbao-imap-"))
    folder.chmod(0o755)
    certificate, key = make_certificate(folder)
    port, plain_port = free_port(), free_port()
    owner = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    mail = folder / "mail"
    mail.mkdir()
    if os.getuid() == 0:
        os.chown(mail, owner.pw_uid, owner.pw_gid)
    (folder / "dovecot.conf").write_text(_CONFIGURATION.format(
        folder=folder, host=HOST, port=port, plain_port=plain_port, certificate=certificate, key=key, mail=mail,
        password=PASSWORD, uid=owner.pw_uid, gid=owner.pw_gid, me=_UNPRIVILEGED.format(
            user=owner.pw_name, group=grp.getgrgid(owner.pw_gid).gr_name) if os.getuid() else "",
    ))  # fmt: skip
    process = subprocess.Popen(["dovecot", "-F", "-c", str(folder / "dovecot.conf")], stdout=subprocess.DEVNULL)
    server = ImapServer(USER, port, plain_port, certificate)
    try:
        _wait_for(server, process, folder)
        yield server
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(server: ImapServer, process: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while True:
        try:
            assert server.flags() is not None
            return
        except (OSError, imaplib.IMAP4.error):
            said = (folder / "log").read_text() if (folder / "log").exists() else ""
            assert process.poll() is None, f"the server ended before it began: {said}"
            assert time.monotonic() < until, f"the server did not start: {said}"
            time.sleep(0.1)


_UNPRIVILEGED = """
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
}}
"""

_CONFIGURATION = """
protocols = imap
listen = {host}
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
mail_location = maildir:{mail}/%u
first_valid_uid = 1
ssl = required
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = yes
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={mail}/%u
}}
auth_failure_delay = 0
service imap-login {{
  inet_listener imap {{
    port = {plain_port}
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
{me}
"""


def letter(
    sender: str = UNIT,
    files: tuple[tuple[str, bytes], ...] = (),
    message_id: str = "<1@xining.example.org>",
    **headers: str,
) -> EmailMessage:
    """A message of a unit with files, as mail programs write them."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, OFFICE, "一季度报表"
    if message_id:
        message["Message-ID"] = message_id
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("请查收。\n")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message
