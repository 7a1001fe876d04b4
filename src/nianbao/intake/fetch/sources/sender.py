"""Who a message is from, who vouches for that, and whether it may be answered."""

from __future__ import annotations

import re
from email.message import Message
from email.utils import getaddresses, parseaddr

HEADERS = (
    "From",
    "Date",
    "Subject",
    "Message-ID",
    "References",
    "Return-Path",
    "Auto-Submitted",
    "Precedence",
    "List-Id",
    "X-Auto-Response-Suppress",
    "Authentication-Results",
)
"""All that is read of a message beside its attachments."""

_AUTOMATIC = {"bulk", "junk", "list", "auto_reply"}
_COMMENT = re.compile(r"\([^()]*\)")


def address_of(headers: Message) -> str:
    """The one address in From, in small letters; empty where there is none, or several: then it is nobody's."""
    found = [address for _, address in getaddresses([str(each) for each in headers.get_all("From", [])]) if address]
    return found[0].casefold() if len(found) == 1 else ""


def is_automatic(headers: Message, own: set[str]) -> bool:
    """Whether a program sent it, a list spread it, or we ourselves did: an answer could come back for ever."""
    submitted = _COMMENT.sub("", str(headers.get("Auto-Submitted", "no"))).strip().casefold()
    path = headers.get("Return-Path")
    return (
        submitted != "no"
        or str(headers.get("Precedence", "")).strip().casefold() in _AUTOMATIC
        or headers.get("List-Id") is not None
        or (path is not None and not parseaddr(str(path))[1])
        or address_of(headers) in {each.casefold() for each in own}
    )


def is_vouched_for(headers: Message, server: str) -> bool:
    """Whether our own mail server found the sender to be who it says; nobody need where no server is declared.

    Only the uppermost word in that server's name counts: it writes above what it received, and a forger only below.
    """
    if not server:
        return True
    for written in headers.get_all("Authentication-Results", []):
        words = [_COMMENT.sub("", word).strip().casefold() for word in " ".join(str(written).split()).split(";")]
        if words[0].split(" ")[0] == server.casefold():
            return _vouches(words[1:], address_of(headers).rpartition("@")[2])
    return False


def _vouches(words: list[str], domain: str) -> bool:
    """DMARC passed, or DKIM did with a signature of the very domain."""
    for word in words:
        said = word.split(" ")
        signed = f"header.d={domain}" in said or f"header.i=@{domain}" in said
        if said[0] == "dmarc=pass" or (said[0] == "dkim=pass" and domain and signed):
            return True
    return False
