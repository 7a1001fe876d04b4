"""A store that speaks S3: every page is read, keys are data, and an object is the one that was listed."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from nianbao.intake.fetch.sources import Changed, Source
from nianbao.terms.source import Alarm, S3Place
from tests.intake.sources import servers
from tests.intake.sources.reading import answer, content, names, new, opened, receive
from tests.intake.sources.servers import PASSWORD, OddServer

Open = Callable[..., Source]
NUMBERS = itertools.count(1)


@pytest.fixture
def client(s3: str) -> Iterator[Any]:
    """A client of the store, as its owner has one."""
    made = botocore.session.Session().create_client(
        "s3", endpoint_url=s3, region_name="us-east-1", aws_access_key_id="access", aws_secret_access_key=PASSWORD
    )
    yield made
    made.close()


@pytest.fixture
def bucket(client: Any) -> str:
    """A bucket of its own."""
    name = f"inbox-{next(NUMBERS)}"
    client.create_bucket(Bucket=name)
    return name


@pytest.fixture
def there(s3: str, bucket: str) -> Iterator[Open]:
    """Opens the bucket as a source."""
    sources: list[Source] = []

    def make(endpoint: str = s3, prefix: str = "", **declared: object) -> Source:
        place = S3Place(bucket, endpoint, "ACCESS_KEY", "SECRET_KEY", prefix)
        sources.append(opened(place, **declared))
        return sources[-1]

    yield make
    for source in sources:
        source.close()


def test_files_are_listed_and_read(there: Open, client: Any, bucket: str) -> None:
    """Objects under the prefix, byte for byte, and folders' place holders not."""
    body = bytes(range(256)) * 9000
    for key in ("2021/西宁/a.xlsx", "2021/b.xlsx", "2020/c.xlsx", "2021/", "2021/empty/"):
        client.put_object(Bucket=bucket, Key=key, Body=body)
    source = there(prefix="2021")
    found, alarms = new(source)
    assert not alarms
    assert {item.name for item in found} == {"西宁/a.xlsx", "b.xlsx"}
    assert all(content(source, item) == body for item in found)


def test_every_page_of_a_listing_is_read(there: Open, client: Any, bucket: str) -> None:
    """A store tells a thousand objects at a time."""
    for number in range(1005):
        client.put_object(Bucket=bucket, Key=f"{number:04}.xlsx", Body=b"")
    assert len(names(there())) == 1005


@pytest.mark.parametrize(
    "key", ["../../etc/x.xlsx", "/abs.xlsx", "a//b.xlsx", "..\\x.xlsx", "x" * 300, "CON", "a\tb.xlsx", "a+b %.xlsx"]
)
def test_an_object_of_any_key_is_taken(key: str, there: Open, client: Any, bucket: str, tmp_path: Path) -> None:
    """A key is not a path, and one odd key does not hide the others."""
    client.put_object(Bucket=bucket, Key=key, Body=b"workbook")
    client.put_object(Bucket=bucket, Key="other.xlsx", Body=b"workbook")
    source = there()
    found, _ = new(source)
    assert len(found) == 2
    for item in found:
        delivery = receive(source, item, tmp_path / "archive")
        assert delivery.size_bytes == 8  # type: ignore[union-attr]
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


def test_an_object_replaced_in_between_is_left_for_the_next_run(there: Open, client: Any, bucket: str) -> None:
    """What is read is the version that was listed, or nothing."""
    client.put_object(Bucket=bucket, Key="a.xlsx", Body=b"workbook")
    source = there()
    (found,), _ = new(source)
    client.put_object(Bucket=bucket, Key="a.xlsx", Body=b"workb00k")
    with pytest.raises(Changed):
        content(source, found)
    client.delete_object(Bucket=bucket, Key="a.xlsx")
    with pytest.raises(Changed):
        content(source, found)


def test_an_answer_is_written_back(there: Open, client: Any, bucket: str) -> None:
    """Answers lie under their prefix and are not taken for deliveries."""
    source = there(prefix="2021", receipts="回执")
    answer(source, "回执/西宁/a.xlsx.回执.json", b"{}")
    stored = client.get_object(Bucket=bucket, Key="2021/回执/西宁/a.xlsx.回执.json")
    assert stored["Body"].read() == b"{}"
    assert new(source) == ([], [])


def test_a_missing_bucket_is_an_alarm(s3: str) -> None:
    """The bucket is declared, so it must be there."""
    source = opened(S3Place("no-such-bucket", s3, "ACCESS_KEY", "SECRET_KEY"))
    _, (alarm,) = new(source)
    source.close()
    assert (alarm.code, alarm.stopped) == ("INBOX_GONE", True)


@pytest.mark.parametrize(
    ("code", "tries", "said"), [(403, 1, "LOGIN"), (503, 3, "UNREACHABLE"), (500, 3, "UNREACHABLE")]
)
def test_only_a_store_that_is_ill_is_asked_again(
    code: int, tries: int, said: str, there: Open, odd: OddServer, bucket: str
) -> None:
    """SlowDown is worth another try, AccessDenied is not; the keys are not said."""
    path = f"/{bucket}?list-type=2&prefix=&encoding-type=url"
    odd.answers[path] = lambda handler: servers.send(
        handler, code, {"Content-Type": "application/xml"}, b"<Error><Code>Code</Code></Error>"
    )
    _, (alarm,) = new(there(odd.url))
    assert isinstance(alarm, Alarm)
    assert (alarm.code, alarm.stopped, len(odd.asked)) == (said, True, tries)
    assert PASSWORD not in str(alarm)


def test_what_is_no_listing_is_an_alarm(there: Open, odd: OddServer, bucket: str) -> None:
    """A page instead of XML does not end the run."""
    path = f"/{bucket}?list-type=2&prefix=&encoding-type=url"
    odd.answers[path] = lambda handler: servers.send(handler, 200, {}, b"<html>welcome")
    _, (alarm,) = new(there(odd.url))
    assert alarm.stopped
