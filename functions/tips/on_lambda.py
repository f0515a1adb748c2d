"""The function `tips` on AWS Lambda: behind the HTTP API."""

from __future__ import annotations

from functions import logs, startup  # startup: before all that is heavy
from functions.bootstrap import Services
from functions.config import Settings
from functions.installed import TEMPLATES
from functions.tips.handler import MAX_FORM_ON_LAMBDA, TipsServices, create_tips_app
from functions.web.api_gateway import serve_events
from functions.web.app import SiteSettings

logs.configure()
_services = Services(Settings.from_env())
_public_url = _services.settings.public_url


def _is_healthy() -> bool:
    """Ask the store a cheap question: counting would read every job that ever was."""
    _services.stores.jobs.oldest_due_at(_services.clock.now())
    return True


handler = serve_events(
    create_tips_app(
        TipsServices(
            submit=_services.submit,
            receipts=_services.receipts,
            duty_phone=_services.duty_phone,
            is_healthy=_is_healthy,
            uploads=_services.stores.uploads,
            max_form=MAX_FORM_ON_LAMBDA,
        ),
        SiteSettings(_public_url, TEMPLATES),
    ),
    _public_url,
    _services.settings.aws.origin_secrets,
)

startup.done()
