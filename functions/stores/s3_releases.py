"""What was deployed and when: packages, templates and lists of site files in a bucket of their
own, so that the deployment before can come back without anything being built."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from botocore.exceptions import ClientError

_CURRENT, _PUBLISHED = "current.json", "published.json"

Manifest = dict[str, list[str]]
"""Path → what it was made from, and its version in the bucket of the site."""


@dataclass(frozen=True)
class Deployment:
    """One state of everything that a deployment decides."""

    number: int
    code_key: str
    template_key: str
    parameters: dict[str, str]
    manifest_key: str
    hashes: dict[str, list[str]] = field(default_factory=dict)
    """The inline scripts and styles of its pages."""
    previous: int | None = None
    """What was current before it."""


@dataclass(frozen=True)
class Published:
    """What staff published last, surely whole in the bucket of the site."""

    deployment: int
    """The one that was current then: another one may have put other pages there since."""
    content: str
    """The version of the content."""


class Releases:
    """The bucket of an installation's deployments."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self.bucket = bucket

    def ensure(self, region: str) -> None:
        """Make the bucket where it is missing, and see to it that it is private."""
        place = {} if region == "us-east-1" else {"LocationConstraint": region}
        try:
            self._s3.create_bucket(
                Bucket=self.bucket, **({"CreateBucketConfiguration": place} if place else {})
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
                raise
        self._s3.put_public_access_block(
            Bucket=self.bucket,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
        )
        self._s3.put_bucket_encryption(
            Bucket=self.bucket,
            ServerSideEncryptionConfiguration={
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
            },
        )

    def put(self, key: str, body: bytes) -> None:
        """Store what is named by its content; what is there already stays."""
        try:
            self._s3.head_object(Bucket=self.bucket, Key=key)
        except ClientError:
            self._s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def url(self, key: str) -> str:
        """Return the address of an object, as CloudFormation wants it."""
        return f"{self._s3.meta.endpoint_url}/{self.bucket}/{key}"

    def current(self) -> Deployment | None:
        """Return what is deployed now."""
        found = self._json(_CURRENT)
        return None if found is None else self.deployment(found["number"])

    def deployment(self, number: int) -> Deployment:
        found = self._json(_name(number))
        if found is None:
            raise KeyError(number)
        return Deployment(**found)

    def next_number(self) -> int:
        """Return a number that no deployment has; also one that is not current counts."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix="deployments/"
        )
        keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
        return max((int(key[12:-5]) for key in keys), default=0) + 1

    def record(self, deployment: Deployment) -> None:
        """Note a deployment and make it the current one."""
        self._put_json(_name(deployment.number), asdict(deployment))
        self.make_current(deployment)

    def make_current(self, deployment: Deployment) -> None:
        self._put_json(_CURRENT, {"number": deployment.number})

    def manifest(self, key: str) -> Manifest:
        """Return a list of site files; an empty one where none was written."""
        found: Manifest = self._json(key) or {}
        return found

    def put_manifest(self, key: str, manifest: Manifest) -> None:
        self._put_json(key, manifest)

    def published(self) -> Published | None:
        """Return what staff published last; None where they never did."""
        found = self._json(_PUBLISHED)
        return None if found is None else Published(**found)

    def note_published(self, published: Published) -> None:
        self._put_json(_PUBLISHED, asdict(published))

    def _json(self, key: str) -> Any:
        try:
            answer = self._s3.get_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise
        return json.loads(answer["Body"].read())

    def _put_json(self, key: str, document: object) -> None:
        body = json.dumps(document, sort_keys=True, ensure_ascii=False).encode()
        self._s3.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType="application/json")


def _name(number: int) -> str:
    return f"deployments/{number:06}.json"
