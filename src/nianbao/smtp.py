"""Sends mail through a declared server; certificates are checked, and a password comes from outside."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from nianbao.language import _
from nianbao.terms.source import Smtp

if TYPE_CHECKING:
    from email.message import EmailMessage

SECONDS = 20
_PRIVATE = stat.S_IRWXG | stat.S_IRWXO


class NoSecret(ValueError):
    """A secret that is declared and cannot be had, in one line that does not hold it."""


def find_secret(variable: str, file: str, secrets: Callable[[str], str | None]) -> str:
    """The secret in an environment variable or in a private file, empty where neither is declared.

    Raises:
        NoSecret: the variable is not set, or the file cannot be read or may be read by others.
    """
    if variable:
        value = secrets(variable)
        if not value:
            raise NoSecret(_("the environment has no {name}").format(name=variable))
        return value
    if not file:
        return ""
    try:
        if Path(file).stat().st_mode & _PRIVATE:
            raise NoSecret(_("{file} may be read by others: chmod go= {file}").format(file=file))
        return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise NoSecret(_("{file} cannot be read ({fault})").format(file=file, fault=type(error).__name__)) from error


def send_mail(smtp: Smtp, password: str, message: EmailMessage, to: str) -> None:
    """Send one message to one or more addresses, separated by commas.

    Raises:
        OSError: the server did not take it (SMTPException is one), or is not who it should be (SSLError).
    """
    import smtplib  # these take their time, and most nights send no mail
    import ssl

    trust = ssl.create_default_context(cafile=smtp.ca_file or None)
    if smtp.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=SECONDS, context=trust)
    else:
        server = smtplib.SMTP(smtp.host, smtp.port, timeout=SECONDS)
    with server:
        if smtp.security == "starttls":
            server.starttls(context=trust)
        if smtp.user:
            server.login(smtp.user, password)
        server.send_message(message, from_addr=smtp.sender, to_addrs=[each.strip() for each in to.split(",")])
