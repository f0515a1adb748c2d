"""The AWS clients, each made at first use and once a process: cold start is what they cost."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from functions.core.errors import StoreUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_kms.client import KMSClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_ses.client import SESClient
    from mypy_boto3_sqs.client import SQSClient

# An answer is due within seconds: a form waits for it, and a sweep looks again.
_CONFIG = Config(
    connect_timeout=2,
    read_timeout=8,
    retries={"mode": "standard", "total_max_attempts": 4},
    # A bucket's name stands in the path: other makers' engines have no wildcard names.
    s3={"addressing_style": "path"},
    # They do not know the newer checksums either; what needs one says Content-MD5.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
# Forms that browsers post are signed like everything else, in every region.
_S3_CONFIG = _CONFIG.merge(Config(signature_version="s3v4"))
# A bell that nobody hears costs speed alone, so nobody waits long for it.
_BELL_CONFIG = _CONFIG.merge(
    Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2})
)
# Others wait for these answers, and whoever asks tries again later.
_HURRIED_S3_CONFIG = _S3_CONFIG.merge(
    Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 1})
)
# A repeat of ours could be a second message: whether to send again is decided by the job.
_MAIL_CONFIG = _CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))


class AwsClients:
    """Clients for the account and region that the usual AWS variables name."""

    def __init__(self, endpoint_url: str = "") -> None:
        """With an `endpoint_url` all services answer there; without, the variables
        AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<SERVICE> count."""
        self._endpoint_url = endpoint_url or None
        self._session = botocore.session.Session()

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        client: DynamoDBClient = self._client("dynamodb")
        return client

    @cached_property
    def s3(self) -> S3Client:
        client: S3Client = self._client("s3", _S3_CONFIG)
        return client

    @cached_property
    def s3_in_a_hurry(self) -> S3Client:
        client: S3Client = self._client("s3", _HURRIED_S3_CONFIG)
        return client

    @cached_property
    def sqs(self) -> SQSClient:
        client: SQSClient = self._client("sqs", _BELL_CONFIG)
        return client

    @cached_property
    def ses(self) -> SESClient:
        client: SESClient = self._client("ses", _MAIL_CONFIG)
        return client

    @cached_property
    def cloudfront(self) -> Any:
        """Of the machine of the editor only: the functions carry no description of it."""
        return self._client("cloudfront")

    @cached_property
    def kms(self) -> KMSClient:
        client: KMSClient = self._client("kms")
        return client

    def _client(self, service: str, config: Config = _CONFIG) -> Any:
        create: Any = self._session.create_client
        try:
            return create(service, endpoint_url=self._endpoint_url, config=config)
        except BotoCoreError as exc:
            # Most often AWS_REGION is missing; botocore says what, and knows no secret yet.
            raise StoreUnavailableError(f"no client for {service}: {exc}") from exc
