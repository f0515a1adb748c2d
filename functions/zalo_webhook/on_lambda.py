"""The function `zalo_webhook` on AWS Lambda: behind the HTTP API."""

from __future__ import annotations

from functions import logs, startup  # startup: before all that is heavy
from functions.bootstrap import Services
from functions.config import Settings
from functions.installed import TEMPLATES
from functions.web.api_gateway import serve_events
from functions.web.app import SiteSettings
from functions.zalo_webhook.handler import create_webhook_app

logs.configure()
_services = Services(Settings.from_env())
_public_url = _services.settings.public_url

handler = serve_events(
    create_webhook_app(_services.receive, SiteSettings(_public_url, TEMPLATES)),
    _public_url,
    _services.settings.aws.origin_secrets,
)

startup.done()
