"""The function `search` on AWS Lambda: behind the HTTP API."""

from __future__ import annotations

from functions import logs, startup  # startup: before all that is heavy
from functions.bootstrap import Services
from functions.config import Settings
from functions.installed import TEMPLATES
from functions.search.handler import SearchServices, create_search_app
from functions.web.api_gateway import serve_events
from functions.web.app import SiteSettings

logs.configure()
_services = Services(Settings.from_env())
_public_url = _services.settings.public_url

handler = serve_events(
    create_search_app(
        SearchServices(_services.release, _services.units), SiteSettings(_public_url, TEMPLATES)
    ),
    _public_url,
    _services.settings.aws.origin_secrets,
)

startup.done()
