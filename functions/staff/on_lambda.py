"""The function `staff` on AWS Lambda: behind the HTTP API."""

from __future__ import annotations

from functions import logs, startup  # startup: before all that is heavy
from functions.bootstrap import Services
from functions.config import Settings
from functions.installed import TEMPLATES
from functions.staff.handler import EditorDoor, StaffServices, create_staff_app
from functions.web.api_gateway import serve_events
from functions.web.app import SiteSettings

logs.configure()
_services = Services(Settings.from_env())
_public_url, _editor_url = _services.settings.public_url, _services.settings.editor_url

handler = serve_events(
    create_staff_app(
        StaffServices(
            _services.sign_in,
            _services.cases,
            _services.units,
            _services.casework,
            EditorDoor(_services.editor_sign_in, _editor_url) if _editor_url else None,
        ),
        SiteSettings(_public_url, TEMPLATES),
    ),
    _public_url,
    _services.settings.aws.origin_secrets,
)

startup.done()
