"""How the tests open a source, list it and read from it, as a run would."""

from collections.abc import Mapping
from pathlib import Path

from nianbao.intake.fetch import receive as receiving
from nianbao.intake.fetch.receive import MAX_BYTES, fetch
from nianbao.intake.fetch.sources import Found, Source, TakenIn, open_source
from nianbao.intake.fetch.sources.patience import attempt
from nianbao.record import Archive
from nianbao.terms.delivery import Delivery
from nianbao.terms.source import Alarm, AnswerLetter, DeclaredSource, Place
from tests.intake.sources.servers import PASSWORD

SECRETS = {"PASSWORD": PASSWORD, "ACCESS_KEY": "access", "SECRET_KEY": PASSWORD, "TOKEN": PASSWORD}
LARGE = MAX_BYTES + 5_000_000


def opened(
    place: Place, home: Path = Path(), secrets: Mapping[str, str] = SECRETS, name: str = "there", **declared: object
) -> Source:
    """A source of this place."""
    settings = {"settle_seconds": 0} | declared
    return open_source(DeclaredSource(name, place, **settings), home, secrets.get)  # type: ignore[arg-type]


def new(*sources: Source) -> tuple[list[Found], list[Alarm]]:
    """What a first run would take, and the alarms."""
    alarms: list[Alarm] = []
    found = [
        item for _, item in fetch(sources, {source.declared.name: TakenIn() for source in sources}, alarms, [], {})
    ]
    return found, alarms


def names(*sources: Source) -> list[str]:
    """The names of what a first run would take."""
    return sorted(item.name for item in new(*sources)[0])


def receive(source: Source, found: Found, folder: Path) -> Delivery | Alarm | None:
    """Take one file into an archive, with all tries."""
    return attempt(source.declared.name, lambda: receiving.receive(Archive(folder), found, source.read(found), 1))


def content(source: Source, found: Found) -> bytes:
    """The bytes of a file."""
    return b"".join(source.read(found))


def answer(source: Source, path: str, written: bytes) -> None:
    """Send an answer of one file back."""
    assert source.answer(AnswerLetter("", "", "", "", ((path, written),))) == ""
