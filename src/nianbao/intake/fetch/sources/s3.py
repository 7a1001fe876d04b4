"""Storage that speaks S3, through botocore: keys are data, an object is read only in the version that was listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from nianbao.intake.fetch.sources.source import CHUNK, Changed, FileStore, Found, SourceStopped, TransportFault
from nianbao.language import _
from nianbao.terms.source import DeclaredSource, S3Place

T = TypeVar("T")
_REFUSED = {400, 401, 403}
_CHANGED = {404, 412}


class Bucket(FileStore):
    """The source `kind = "s3"`; objects appear whole, so that each is settled."""

    def __init__(self, declared: DeclaredSource, place: S3Place, access_key: str, secret_key: str) -> None:
        self.declared = declared
        self._place = place
        self._top = f"{place.prefix}/" if place.prefix else ""
        self._client: Any = botocore.session.Session().create_client(
            "s3",
            endpoint_url=place.endpoint,
            region_name=place.region,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            verify=place.ca_file or None,
            config=Config(
                connect_timeout=20,
                read_timeout=60,
                retries={"total_max_attempts": 1},  # we wait and try again ourselves, for every kind alike
                proxies={},
                s3={"addressing_style": place.addressing},
                request_checksum_calculation="when_required",  # stores other than the first know no newer checksums
                response_checksum_validation="when_required",
            ),
        )

    def walk(self) -> Iterator[Found]:
        """Every object under the prefix, page by page."""
        asked = {"Bucket": self._place.bucket, "Prefix": self._top}
        while True:
            page = self._ask(lambda: self._client.list_objects_v2(**asked))
            for item in page.get("Contents", ()):
                name = item["Key"][len(self._top) :]
                if name and not name.endswith("/"):
                    modified = int(item["LastModified"].timestamp() * 1_000_000) * 1000
                    yield Found(name, item["Size"], modified, version=item.get("ETag", ""), handle=item["Key"])
            if not page.get("IsTruncated"):
                return
            asked["ContinuationToken"] = page["NextContinuationToken"]

    def read(self, found: Found) -> Iterator[bytes]:
        """The bytes of the listed version; one that replaced it in the meantime is not taken for it."""
        match = {"IfMatch": found.version} if found.version else {}
        try:
            answer = self._ask(lambda: self._client.get_object(Bucket=self._place.bucket, Key=found.handle, **match))
        except ClientError as error:
            raise Changed(found.name) from error
        body = answer["Body"]
        try:
            while chunk := self._ask(lambda: body.read(CHUNK)):
                yield chunk
        finally:
            body.close()

    def write(self, name: str, content: bytes) -> None:
        """Put an object under the prefix."""
        key = self._top + name
        self._ask(lambda: self._client.put_object(Bucket=self._place.bucket, Key=key, Body=content))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _ask(self, work: Callable[[], T]) -> T:
        """One exchange with the store; a ClientError that comes through means that the object is another one."""
        try:
            return work()
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            code = error.response.get("Error", {}).get("Code", "")
            if status in _REFUSED:
                step = _("correct the bucket and the two keys, or have the store's owner allow listing and reading")
                raise SourceStopped("LOGIN", f"{self._place.endpoint} refuses: {code}", step) from error
            if code == "NoSuchBucket":
                step = _("correct bucket in sources.toml")
                raise SourceStopped(
                    "INBOX_GONE", _("there is no bucket {bucket}").format(bucket=self._place.bucket), step
                ) from error
            if status in _CHANGED:
                raise
            raise TransportFault(f"{self._place.endpoint}: {status} {code}") from error
        except (BotoCoreError, OSError) as error:
            raise TransportFault(f"{self._place.endpoint}: {type(error).__name__}") from error
