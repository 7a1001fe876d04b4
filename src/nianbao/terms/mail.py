"""Mail: how ours is sent, and what an answer says as a letter."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Smtp:
    """A server that takes our mail; `security` is `tls` from the first byte, `starttls`, or `none`.

    The password stands in an environment variable, or in a file that only its owner may read.
    """

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password_env: str = ""
    password_file: str = ""
    ca_file: str = ""


@dataclass(frozen=True)
class AnswerLetter:
    """The answer to a delivery on its way back: `name` and `version` are the delivery's, as its source told them.

    `files` are the paths at the source and the bytes; `title` and `text` say the same in words, where a person reads.
    """

    name: str
    version: str
    title: str
    text: str
    files: tuple[tuple[str, bytes], ...]
