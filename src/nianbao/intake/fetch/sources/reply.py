"""A reply by mail: who a message is from and who vouches for it, and an answer to that address and nobody else."""

from __future__ import annotations

import re
import ssl
from email.message import EmailMessage, Message
from email.utils import format_datetime, getaddresses, make_msgid, parseaddr

from nianbao import clock
from nianbao.intake.fetch.sources.attachments import text_of
from nianbao.intake.fetch.sources.own_files import MARKED, PAGE
from nianbao.intake.fetch.sources.source import SourceStopped, TransportFault
from nianbao.language import _
from nianbao.smtp import send_mail
from nianbao.terms.personal import mask
from nianbao.terms.source import AnswerLetter, Smtp

_SUBJECT = 120


def send_reply(smtp: Smtp, password: str, asked: Message, message_id: str, letter: AnswerLetter) -> None:
    """Send an answer to the sender of a message; to From alone: Reply-To could lead it to somebody else.

    Raises:
        SourceStopped: the server does not let us in, or is not who it should be.
        TransportFault: it did not take the message; the next run sends it.
    """
    import smtplib

    to = address_of(asked)
    message = compose_reply(smtp, asked, message_id, letter)
    try:
        send_mail(smtp, password, message, to)
    except smtplib.SMTPAuthenticationError as error:
        step = _("correct user and password of answers")
        raise SourceStopped("LOGIN", f"{smtp.host} refuses {smtp.user}", step) from error
    except ssl.SSLCertVerificationError as error:
        step = _("see whether host of answers is the name on its certificate; name the house's own in ca_file")
        raise SourceStopped("CERTIFICATE", f"{smtp.host}: {error.verify_message}", step) from error
    except OSError as error:
        raise TransportFault(f"{smtp.host}: {type(error).__name__}") from error


def compose_reply(smtp: Smtp, asked: Message, message_id: str, letter: AnswerLetter) -> EmailMessage:
    """The reply, as the threads of mail programs want it."""
    subject = mask(" ".join(text_of(asked.get("Subject")).split()))[:_SUBJECT]
    message = EmailMessage()
    message["From"], message["To"] = smtp.sender, address_of(asked)
    message["Subject"] = f"{letter.title}（回复：{subject}）" if subject else letter.title
    message["Date"] = format_datetime(clock.now().replace(tzinfo=clock.ZONE))
    message["Message-ID"] = make_msgid(domain=smtp.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-replied"
    message["X-Auto-Response-Suppress"] = "All"
    if _is_plain(message_id):
        before = " ".join(each for each in str(asked.get("References", "")).split() if _is_plain(each))
        message["In-Reply-To"] = message_id
        message["References"] = f"{before} {message_id}".strip()
    message.set_content(letter.text)
    for path, content in letter.files:
        name = path.rpartition("/")[2]
        if name.endswith(PAGE):
            message.add_attachment(content, maintype="text", subtype="html", filename=name)
        elif name.endswith(MARKED):
            kind = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            message.add_attachment(content, maintype="application", subtype=kind, filename=name)
    return message


def _is_plain(message_id: str) -> bool:
    return message_id[:1] == "<" and message_id[-1:] == ">" and message_id.isascii() and message_id.isprintable()


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
