"""Puts the adapters behind the ports: from settings to the services each function takes.

Adapters are imported inside the factories, so that a function loads only what it uses.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from functions import logs
from functions.clock import SystemClock
from functions.config import Backend, Settings
from functions.core.errors import ToolUnavailableError
from functions.core.models import Job
from functions.core.ports import Clock
from functions.core.units import UnitRegister
from functions.installed import BUILD, TEMPLATES, duty_phones, load_clocks, load_units

if TYPE_CHECKING:
    from functions.all_stores import Stores
    from functions.core.acts import ActServices
    from functions.core.cases import CaseServices
    from functions.core.casework import CaseworkServices
    from functions.core.connecting import ConnectServices
    from functions.core.deadlines import Clocks
    from functions.core.exporting import ExportServices
    from functions.core.late import LadderServices
    from functions.core.ports import (
        ChatGateway,
        JobQueue,
        Mailer,
        PhotoCleaner,
        TokenIssuer,
    )
    from functions.core.reading_back import ReadBackServices
    from functions.core.receipts import ReceiptServices
    from functions.core.receiving import ReceiveServices
    from functions.core.releases import ReleaseFolder
    from functions.core.signin import SignInServices
    from functions.core.status import StatusServices
    from functions.core.sweeping import SweepServices
    from functions.core.telling import TellServices
    from functions.core.tips import SubmitServices
    from functions.core.tokens import RefreshServices
    from functions.core.work import WorkServices
    from functions.stores.sqs_messages import SqsMessages


PHOTOS_AT_ONCE = 2
"""The largest photos take 0.8 GiB to clean; a small machine must bear it."""


class Services:
    """Makes each function's services, and each adapter once."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        """Take the machine's own clock unless told otherwise."""
        self.settings = settings
        self.clock: Clock = clock or SystemClock()

    @cached_property
    def stores(self) -> Stores:
        if self.settings.backend is Backend.AWS:
            from functions.aws_stores import AwsStores

            return AwsStores(self.settings, self.clock)
        from functions.local_stores import LocalStores

        return LocalStores(self.settings, self.clock)

    @cached_property
    def units(self) -> UnitRegister:
        return load_units()

    @property
    def build_dir(self) -> Path:
        """Where the site is built on this machine."""
        return self.settings.build_dir or BUILD

    @property
    def site(self) -> Path:
        """What the public sees of this machine: a link to it, which is switched."""
        return self.build_dir / "site"

    @cached_property
    def release(self) -> Callable[[], ReleaseFolder]:
        """The folder of the release that is public now."""
        if self.settings.backend is not Backend.AWS:
            return lambda: self.site.resolve().parent
        from functions.stores.aws_clients import AwsClients
        from functions.stores.s3_site import S3SiteRelease

        aws = self.settings.aws
        return S3SiteRelease(AwsClients(aws.endpoint_url), aws.site_bucket, self.clock).folder

    @cached_property
    def duty_phone(self) -> Callable[[str], str | None]:
        # Asked for when something goes wrong: made when it first does.
        return duty_phones(lambda: self.release())

    @cached_property
    def submit(self) -> SubmitServices:
        from functions.core.tips import SubmitServices

        stores = self.stores
        return SubmitServices(
            tips=stores.tips,
            blobs=stores.blobs,
            repeats=stores.repeats,
            queue=self.queue,
            mac=stores.mac,
            units=self.units,
            clock=self.clock,
            clocks=self.clocks,
        )

    @cached_property
    def clocks(self) -> Clocks:
        return load_clocks()

    @cached_property
    def acts(self) -> ActServices:
        from functions.core.acts import ActServices

        stores = self.stores
        return ActServices(stores.tips, stores.cases, self.queue, self.clock, self.clocks)

    @cached_property
    def casework(self) -> CaseworkServices:
        from functions.core.casework import CaseworkServices

        return CaseworkServices(self.acts, self.stores.officers, self.units)

    @property
    def queue(self) -> JobQueue:
        return self.stores.queue

    @cached_property
    def messages(self) -> SqsMessages:
        """The messages that bells on AWS are, for whoever answers them."""
        from functions.stores.aws_clients import AwsClients
        from functions.stores.sqs_messages import SqsMessages

        aws = self.settings.aws
        return SqsMessages(lambda: AwsClients(aws.endpoint_url), aws.queue_url)

    @cached_property
    def connect(self) -> ConnectServices:
        from functions.core.connecting import ConnectServices

        stores = self.stores
        return ConnectServices(
            stores.channels,
            stores.tokens,
            stores.officers,
            stores.jobs,
            self.queue,
            stores.alerts,
            self.units,
            self.clock,
        )

    @cached_property
    def export(self) -> ExportServices:
        from functions.core.exporting import ExportServices

        return ExportServices(self.stores.tips, self.stores.deliveries)

    @cached_property
    def status(self) -> StatusServices:
        from functions.core.status import StatusServices

        stores = self.stores
        return StatusServices(stores.tips, stores.jobs, stores.tokens, stores.events, self.clock)

    @cached_property
    def receipts(self) -> ReceiptServices:
        from functions.core.receipts import ReceiptServices

        stores = self.stores
        return ReceiptServices(self.acts, stores.deliveries, stores.blobs, stores.mac)

    @cached_property
    def receive(self) -> ReceiveServices:
        from functions.core.receiving import KeyAlarm, ReceiveServices
        from functions.zalo.webhook import ZaloWebhookReader

        stores = self.stores
        return ReceiveServices(
            channels=stores.channels,
            events=stores.events,
            deliveries=stores.deliveries,
            reader=ZaloWebhookReader(),
            queue=self.queue,
            mac=stores.mac,
            key_alarm=KeyAlarm(stores.alerts, self.clock),
            clock=self.clock,
        )

    @cached_property
    def sign_in(self) -> SignInServices:
        from functions.core.signin import SignInServices

        return SignInServices(self.stores.officers, self.stores.mac, self.clock)

    @cached_property
    def editor_sign_in(self) -> SignInServices:
        from functions.core.signin import Door, SignInServices

        return SignInServices(self.stores.officers, self.stores.mac, self.clock, Door.EDITOR)

    @cached_property
    def cases(self) -> CaseServices:
        from functions.core.cases import CaseServices

        stores = self.stores
        return CaseServices(
            tips=stores.tips,
            cases=stores.cases,
            deliveries=stores.deliveries,
            blobs=stores.blobs,
            officers=stores.officers,
            alerts=stores.alerts,
            units=self.units,
            clock=self.clock,
            clocks=self.clocks,
        )

    @cached_property
    def work(self) -> WorkServices:
        from functions.core.work import WorkServices
        from functions.rendering import TemplateRenderer
        from functions.zalo.media import ZaloMediaFetcher
        from functions.zalo.webhook import ZaloWebhookReader

        stores = self.stores
        return WorkServices(
            tips=stores.tips,
            cases=stores.cases,
            events=stores.events,
            blobs=stores.blobs,
            jobs=stores.jobs,
            deliveries=stores.deliveries,
            channels=stores.channels,
            tokens=stores.tokens,
            officers=stores.officers,
            queue=self.queue,
            mac=stores.mac,
            gateway=self._gateway(),
            reader=ZaloWebhookReader(),
            media=ZaloMediaFetcher(self.settings.zalo_media_hosts),
            mailer=self.mailer,
            renderer=TemplateRenderer(TEMPLATES),
            cleaner=_photo_cleaner(),
            alerts=stores.alerts,
            units=self.units,
            clock=self.clock,
            clocks=self.clocks,
            public_url=self.settings.public_url,
            report_crash=_report_crash,
        )

    @cached_property
    def refresh(self) -> RefreshServices:
        from functions.core.tokens import RefreshServices

        stores = self.stores
        return RefreshServices(
            tokens=stores.tokens,
            channels=stores.channels,
            jobs=stores.jobs,
            issuer=self._issuer(),
            alerts=stores.alerts,
            clock=self.clock,
        )

    @cached_property
    def sweep(self) -> SweepServices:
        from functions.core.sweeping import SweepServices

        stores = self.stores
        return SweepServices(
            stores.tips,
            stores.blobs,
            stores.jobs,
            stores.repeats,
            stores.events,
            self.queue,
            self.clock,
        )

    @cached_property
    def ladder(self) -> LadderServices:
        from functions.core.late import LadderServices

        stores = self.stores
        return LadderServices(stores.jobs, self.queue, stores.alerts, self.clock)

    def _gateway(self) -> ChatGateway:
        from functions.zalo.client import ZaloClient
        from functions.zalo.transport import Transport

        return ZaloClient(Transport(), self.settings.zalo_api_url, self.clock)

    @cached_property
    def tell(self) -> TellServices:
        from functions.core.telling import TellServices
        from functions.rendering import TemplateRenderer

        stores = self.stores
        return TellServices(
            stores.alerts,
            stores.channels,
            self.mailer,
            TemplateRenderer(TEMPLATES),
            self.units,
            self.clock,
            self.settings.public_url,
        )

    @cached_property
    def read_back(self) -> ReadBackServices:
        from functions.core.reading_back import OnlyNews, ReadBackServices
        from functions.core.receiving import Taken, store_event

        stores, receive = self.stores, self.receive

        def is_news(body: bytes) -> bool:
            return store_event(body, receive).taken is Taken.STORED

        return ReadBackServices(
            stores.channels,
            stores.tokens,
            self._gateway(),
            stores.alerts,
            self.clock,
            OnlyNews(is_news),
        )

    @cached_property
    def mailer(self) -> Mailer | None:
        """None where no way of sending mail is set."""
        if self.settings.mail is not None:
            from functions.mail.smtp import SmtpMailer

            return SmtpMailer(self.settings.mail, self.clock)
        aws = self.settings.aws
        if not aws.mail_from:
            return None
        from functions.mail.ses import SesMailer
        from functions.stores.aws_clients import AwsClients

        clients = AwsClients(aws.endpoint_url)
        return SesMailer(lambda: clients.ses, aws.mail_from, self.clock)

    def _issuer(self) -> TokenIssuer:
        from functions.zalo.oauth import ZaloTokenIssuer
        from functions.zalo.transport import Transport

        return ZaloTokenIssuer(Transport(), self.settings.zalo_oauth_url)


def _photo_cleaner() -> PhotoCleaner:
    from functions.photos.errors import PhotoToolError, UnreadablePhotoError
    from functions.photos.runner import clean_photo

    class ChildPhotoCleaner:
        def __init__(self) -> None:
            self._at_once = threading.Semaphore(PHOTOS_AT_ONCE)

        def clean(self, original: bytes) -> bytes | None:
            try:
                with self._at_once:
                    return clean_photo(original)
            except UnreadablePhotoError:
                return None
            except PhotoToolError as error:
                raise ToolUnavailableError(error.code) from error

    return ChildPhotoCleaner()


def _report_crash(job: Job, error: Exception) -> None:
    logs.crash("job-crashed", error, job_id=job.job_id, kind=job.kind, unit_id=job.unit_id)
