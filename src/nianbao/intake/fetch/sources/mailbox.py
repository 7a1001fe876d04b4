"""A mailbox over IMAP: attachments of what declared addresses write are deliveries, answers go back as replies."""

from __future__ import annotations

import datetime as dt
import hashlib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Any, TypeVar

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from nianbao import clock
from nianbao.intake.fetch.sources.attachments import Attachment, attachments_of, decoded_pieces
from nianbao.intake.fetch.sources.name import as_data
from nianbao.intake.fetch.sources.reply import HEADERS, address_of, is_automatic, is_vouched_for, send_reply
from nianbao.intake.fetch.sources.source import CHUNK, Changed, Found, SourceStopped, TransportFault
from nianbao.language import _
from nianbao.terms.source import STRANGER, AnswerLetter, DeclaredSource, MailPlace

T = TypeVar("T")
_AT_ONCE = 200
_LOOKED_AT = f"BODY.PEEK[HEADER.FIELDS ({' '.join(HEADERS)})]"


@dataclass(frozen=True)
class _Place:
    """Where an attachment lies: the folder's number of validity, the message's number, and the part."""

    validity: int
    uid: int
    part: Attachment


class Mailbox:
    """The source `kind = "mail"`; a message appears whole, so that each attachment is settled.

    The folder is opened to read only; it is opened to write for what was answered, if that is declared.
    """

    def __init__(self, declared: DeclaredSource, place: MailPlace, password: str, smtp_password: str) -> None:
        self.declared = declared
        self._place = place
        self._password = password
        self._smtp_password = smtp_password
        self._client: Any = None
        self._validity = 0
        self._answered: set[int] = set()

    def walk(self) -> Iterator[Found]:
        """The attachments of the messages of so many days; those of unknown senders as a stranger's."""
        since = clock.now().date() - dt.timedelta(days=self._place.days)
        uids = sorted(self._ask(lambda client: client.search(["SINCE", since])))
        for start in range(0, len(uids), _AT_ONCE):
            some = uids[start : start + _AT_ONCE]
            for uid, said in self._looked_at(some):
                yield from self._found(uid, said)

    def read(self, found: Found) -> Iterator[bytes]:
        """The bytes of one attachment, piece by piece; not those of a message that has its number now."""
        place: _Place = found.handle
        return decoded_pieces(place.part.encoding, self._pieces(place))

    def answer(self, letter: AnswerLetter) -> str:
        """Reply to the message that brought a delivery; why nobody is to be written to, where that is so."""
        answers = self._place.answers
        if answers is None:
            return ""
        message_id = letter.version.partition(" ")[2]
        uid, headers = self._find(letter.version)
        if headers is None:
            return _("the message is no longer in the mailbox")
        if self._sender(headers) == STRANGER:
            return _("its sender is no declared address")
        if is_automatic(headers, {answers.sender, self._place.user}):
            return _("the message was sent automatically, and such are never answered")
        send_reply(answers, self._smtp_password, headers, message_id, letter)
        if uid:
            self._answered.add(uid)
        return ""

    def close(self) -> None:
        """Flag and move what was answered, where that is declared, and let go of the connection."""
        client, self._client = self._client, None
        if client is None:
            return
        try:
            if self._answered and (self._place.flag or self._place.move):
                self._set_aside(client, sorted(self._answered))
            client.logout()
        except (IMAPClientError, OSError):
            client.shutdown()  # a message that is still in its place was taken all the same

    def _set_aside(self, client: Any, uids: list[int]) -> None:
        client.select_folder(self._place.folder)
        if self._place.flag:
            client.add_flags(uids, [self._place.flag.encode()], silent=True)
        if self._place.move:
            if not client.folder_exists(self._place.move):
                client.create_folder(self._place.move)
            client.move(uids, self._place.move)

    def _looked_at(self, uids: list[int]) -> Iterator[tuple[int, Any]]:
        """What is asked of messages, with their numbers; one that the library cannot understand costs only itself."""
        asked = [_LOOKED_AT, "INTERNALDATE", "BODYSTRUCTURE"]
        try:
            said = self._ask(lambda client: client.fetch(uids, asked))
        except _NotUnderstood:
            if len(uids) == 1:
                yield uids[0], None
                return
            for uid in uids:
                yield from self._looked_at([uid])
            return
        yield from sorted((uid, each) for uid, each in said.items() if b"BODYSTRUCTURE" in each)

    def _found(self, uid: int, said: Any) -> Iterator[Found]:
        if said is None:
            yield Found(f"message {uid}", 0, 0, not_a_file="a message whose structure cannot be understood")
            return
        headers = _headers_in(said)
        own = self._place.answers.sender if self._place.answers else self._place.user
        if address_of(headers) in (own.casefold(), self._place.user.casefold()):
            return  # what we wrote ourselves
        parts = list(attachments_of(said[b"BODYSTRUCTURE"]))
        if not parts:
            return
        message_id, arrived = as_data(str(headers.get("Message-ID", "")).strip()), said[b"INTERNALDATE"]
        folder = f"{clock.local(arrived.timestamp()):%Y-%m-%d}-{_mark(headers, parts)}"
        for part in parts:
            yield Found(
                f"{folder}/{as_data(part.name)}",
                -1,
                int(arrived.timestamp()) * 1_000_000_000,
                version=f"{self._validity}/{uid} {message_id}",
                handle=_Place(self._validity, uid, part),
                sender=self._sender(headers),
                is_once=True,
            )

    def _sender(self, headers: Message) -> str:
        """The unit that a message is from; a stranger's where the address is no unit's, or nobody vouches for it."""
        unit = self._place.correspondents.get(address_of(headers))
        if unit is None or not is_vouched_for(headers, self._place.authenticated_by):
            return STRANGER
        return unit.unit

    def _pieces(self, place: _Place) -> Iterator[bytes]:
        start = 0
        while True:
            asked = f"BODY.PEEK[{place.part.number}]<{start}.{CHUNK}>"
            said = self._ask(lambda client, asked=asked: client.fetch([place.uid], [asked]))  # type: ignore[misc]
            if place.validity != self._validity or place.uid not in said:
                raise Changed(str(place.uid))
            piece = next((value for key, value in said[place.uid].items() if key.startswith(b"BODY[")), None) or b""
            yield piece
            if len(piece) < CHUNK:
                return
            start += len(piece)

    def _find(self, version: str) -> tuple[int, Message | None]:
        """The message that a delivery came with and its number; the number 0 where it has been moved already."""
        number, _, message_id = version.partition(" ")
        validity, _, uid = number.partition("/")

        def headers_of(client: Any, uids: list[int]) -> Iterator[tuple[int, Message]]:
            for each, said in client.fetch(uids, [_LOOKED_AT]).items() if uids else ():
                headers = _headers_in(said)
                if as_data(str(headers.get("Message-ID", "")).strip()) == message_id:
                    yield each, headers

        def look(client: Any) -> tuple[int, Message | None]:
            same = [int(uid)] if validity == str(self._validity) else []
            for found in headers_of(client, same):
                return found
            if not message_id:
                return 0, None
            for found in headers_of(client, client.search(["HEADER", "Message-ID", message_id])):
                return found
            if self._place.move and client.folder_exists(self._place.move):
                try:
                    client.select_folder(self._place.move, readonly=True)
                    for _, headers in headers_of(client, client.search(["HEADER", "Message-ID", message_id])):
                        return 0, headers
                finally:
                    client.select_folder(self._place.folder, readonly=True)
            return 0, None

        return self._ask(look)

    def _ask(self, work: Callable[[Any], T]) -> T:
        """One exchange with the server, over a connection that is made where there is none."""
        try:
            if self._client is None:
                self._client = self._connected()
            return work(self._client)
        except (_NotUnderstood, SourceStopped):
            raise
        except ssl.SSLCertVerificationError as error:
            step = _("see whether host is the name on its certificate; name the house's own in ca_file")
            raise SourceStopped("CERTIFICATE", f"{self._place.host}: {error.verify_message}", step) from error
        except (IMAPClientError, OSError) as error:
            self._drop()
            raise TransportFault(f"{self._place.host}: {type(error).__name__}") from error
        except Exception as error:  # the library choked on what the server said
            self._drop()
            raise _NotUnderstood(f"{self._place.host}: {type(error).__name__}") from error

    def _connected(self) -> Any:
        place, trust = self._place, ssl.create_default_context(cafile=self._place.ca_file or None)
        is_tls = place.security == "tls"
        client = IMAPClient(
            place.host, place.port, ssl=is_tls, ssl_context=trust if is_tls else None, timeout=SocketTimeout(20, 60)
        )
        client.normalise_times = False  # they keep their zones
        try:
            if not is_tls:
                client.starttls(trust)
            client.login(place.user, self._password)
        except LoginError as error:
            client.shutdown()
            step = _("correct user and password, or have the mailbox opened to IMAP")
            raise SourceStopped("LOGIN", f"{place.host} refuses {place.user}", step) from error
        except CapabilityError as error:
            client.shutdown()
            step = _('set security = "tls", or have the server offer STARTTLS: a password is not sent in the clear')
            raise SourceStopped(
                "CERTIFICATE", _("{host} offers no encryption").format(host=place.host), step
            ) from error
        try:
            said = client.select_folder(place.folder, readonly=True)
        except IMAPClientError as error:
            client.shutdown()
            step = _("correct folder in sources.toml")
            raise SourceStopped(
                "INBOX_GONE", _("there is no folder {folder} in the mailbox").format(folder=place.folder), step
            ) from error
        self._validity = int(said[b"UIDVALIDITY"])
        return client

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            try:
                client.shutdown()
            except (IMAPClientError, OSError):
                return


class _NotUnderstood(Exception):
    """What the server said is not what the library knows."""


def _mark(headers: Message, parts: list[Attachment]) -> str:
    """What a message is known again by, wherever it lies: its id and what it brings; an id alone can be anybody's."""
    said = [str(headers.get(name, "")) for name in ("Message-ID", "Date", "From")]
    said += [f"{part.name} {part.encoded_size}" for part in parts]
    return hashlib.sha256("\n".join(said).encode("utf-8", "surrogateescape")).hexdigest()[:12]


def _headers_in(said: Any) -> Message:
    """The headers in an answer; servers write the list of names back in their own way."""
    return message_from_bytes(next(value for key, value in said.items() if key.startswith(b"BODY[HEADER")))
