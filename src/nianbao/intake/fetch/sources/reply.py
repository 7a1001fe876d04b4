"""A reply by mail: to the address a message came from and nobody else, marked so that no program answers it."""

from __future__ import annotations

import ssl
from email.message import EmailMessage, Message
from email.utils import format_datetime, make_msgid

from nianbao import clock
from nianbao.intake.fetch.sources.attachments import text_of
from nianbao.intake.fetch.sources.own_files import MARKED, PAGE
from nianbao.intake.fetch.sources.sender import address_of
from nianbao.intake.fetch.sources.source import SourceStopped, TransportFault
from nianbao.language import _
from nianbao.smtp import send_mail
from nianbao.terms.mail import AnswerLetter, Smtp
from nianbao.terms.personal import mask

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
