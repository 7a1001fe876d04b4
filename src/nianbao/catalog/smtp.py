"""Reads how mail is sent, wherever that is declared: for notices, and for answers to mail."""

from __future__ import annotations

import re

from nianbao.catalog.declared import Declared
from nianbao.language import _
from nianbao.terms.source import Smtp

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
