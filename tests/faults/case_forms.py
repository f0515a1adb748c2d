"""The form of an answer on the case page, to be sent, and sent again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from werkzeug.test import Client
from werkzeug.wrappers import Response

from functions.bootstrap import Services
from functions.core.signin import find_officer, issue_link
from functions.local.server import create_wsgi_app
from tests.faults.talking import Talk

LED_ON = 303
"""How a form is answered that was taken."""

_HIDDEN = re.compile(r'name="(csrf_token|act_key)" value="([^"]+)"')


@dataclass(frozen=True)
class Form:
    """A form as it was drawn for a signed-in officer, and filled in."""

    path: str
    cookie: str
    body: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}


def filled_in(talk: Talk, card_code: str, text: str, services: Services) -> Form:
    """Sign the officer in, draw the case, and write an answer into its form."""
    phone = Client(create_wsgi_app(services), Response)
    base = services.settings.public_url
    officer = find_officer(talk.unit_id, talk.officer, services.sign_in)
    secret = issue_link(officer, services.sign_in)
    came_in = phone.post("/can-bo/vao", data={"secret": secret}, base_url=base)
    cookie = came_in.headers["Set-Cookie"].partition(";")[0]
    path = f"/can-bo/tin/{card_code}"
    hidden = dict(_HIDDEN.findall(phone.get(path, base_url=base).text))
    assert len(hidden) == 2
    return Form(f"{path}/dap", cookie, urlencode({**hidden, "text": text}))


def send_form(form: Form, services: Services) -> int:
    """Send it to the same app inside this process, as to a server that was started again."""
    phone = Client(create_wsgi_app(services), Response, use_cookies=False)
    base = services.settings.public_url
    answer = phone.post(form.path, data=form.body, headers=form.headers, base_url=base)
    return answer.status_code
