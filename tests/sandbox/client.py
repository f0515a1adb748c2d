"""A plain HTTP caller for the sandbox; it knows none of the project's own Zalo code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import urllib3

GROUP_SEND = "/openapi/v3.0/oa/group/message"
USER_SEND = "/openapi/v3.0/oa/message/cs"
QUOTA = "/openapi/v3.0/oa/quota/message"
GROUP_GET = "/openapi/v3.0/oa/group/getgroup"
GROUP_LIST = "/openapi/v3.0/oa/group/getgroupsofoa"
MEMBERS = "/openapi/v3.0/oa/group/listmember"
CONVERSATION = "/openapi/v3.0/oa/group/conversation"
CHAT = "/openapi/v2.0/oa/conversation"
RECENT = "/openapi/v2.0/oa/listrecentchat"
UPLOAD_IMAGE = "/openapi/v2.0/oa/upload/image"
TOKEN = "/oauth/v4/oa/access_token"
PERMISSION = "/oauth/v4/oa/permission"


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Any
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> Any:
        return self.json["error"]


class Caller:
    """Calls one running sandbox as an application of one unit would."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._pool = urllib3.PoolManager(retries=False)

    def close(self) -> None:
        self._pool.clear()

    def send(
        self,
        method: str,
        path: str,
        *,
        body: bytes | str | None = None,
        headers: dict[str, str] | None = None,
        timeout: float = 10,
    ) -> Reply:
        # Each call on a connection of its own, so that a cut one cannot touch the next.
        response = self._pool.request(
            method,
            self.base_url + path,
            body=body,
            headers={"Connection": "close", **(headers or {})},
            timeout=timeout,
            redirect=False,
        )
        return Reply(response.status, response.headers, response.data)

    def get(self, path: str, token: str | None = None, **query: object) -> Reply:
        address = f"{path}?{urlencode(query)}" if query else path
        return self.send("GET", address, headers={"access_token": token} if token else {})

    def post(self, path: str, payload: object, token: str | None = None, **options: Any) -> Reply:
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["access_token"] = token
        return self.send("POST", path, body=json.dumps(payload), headers=headers, **options)

    def form(self, path: str, fields: dict[str, str], headers: dict[str, str]) -> Reply:
        headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return self.send("POST", path, body=urlencode(fields), headers=headers)

    def upload(
        self,
        content: bytes,
        token: str,
        *,
        kind: str = "image",
        field: str = "file",
        file_name: str = "anh.jpg",
    ) -> Reply:
        path = f"/openapi/v2.0/oa/upload/{kind}"
        body, content_type = urllib3.encode_multipart_formdata({field: (file_name, content)})
        headers = {"Content-Type": content_type, "access_token": token}
        return self.send("POST", path, body=body, headers=headers)

    # What a unit of the provisioned province has.

    def provision(self) -> Any:
        return self.get("/control/provision").json

    def unit(self, unit_id: str = "phuong-tuy-hoa") -> Any:
        return next(u for u in self.provision()["units"] if u["unit_id"] == unit_id)

    def refresh(self, refresh_token: str, **changes: str) -> Reply:
        app = self.provision()["app"]
        fields = {
            "refresh_token": refresh_token,
            "app_id": app["app_id"],
            "grant_type": "refresh_token",
            **changes,
        }
        return self.form(TOKEN, fields, {"secret_key": app["secret_key"]})

    def say(self, unit: Any, text: str, **options: Any) -> Reply:
        payload = {"recipient": {"group_id": unit["group_id"]}, "message": {"text": text}}
        return self.post(GROUP_SEND, payload, unit["access_token"], **options)

    def write(self, unit: Any, user_id: object, message: dict[str, Any]) -> Reply:
        payload = {"recipient": {"user_id": user_id}, "message": message}
        return self.post(USER_SEND, payload, unit["access_token"])

    def standing(self, unit_id: str = "phuong-tuy-hoa") -> Any:
        return self.get(f"/control/groups/{unit_id}/messages").json["messages"]

    def resident(self, unit_id: str = "phuong-tuy-hoa", **wanted: Any) -> str:
        return str(self.control(f"oas/{unit_id}/residents", **wanted).json["user_id"])

    def hear(self, user_id: str, text: str = "", **wanted: Any) -> str:
        """A person writes to the OA; the id of the (first) message."""
        reply = self.control(f"users/{user_id}/message", text=text, **wanted)
        return str(reply.json["message_id"])

    def hear_in_group(self, user_id: str, text: str = "", **wanted: Any) -> str:
        reply = self.control(f"users/{user_id}/group-message", text=text, **wanted)
        return str(reply.json["message_id"])

    def chat(self, user_id: str) -> Any:
        """What stands in one person's chat with the OA, oldest first."""
        return self.get(f"/control/users/{user_id}/messages").json["messages"]

    def requests(self, path: str = "") -> Any:
        found = self.get("/control/requests").json["requests"]
        return [request for request in found if path in request["path"]]

    def control(self, path: str, **payload: Any) -> Reply:
        reply = self.post(f"/control/{path}", payload)
        assert reply.status in (200, 201, 204), reply.text
        return reply

    def refused(self, path: str, **payload: Any) -> int:
        """Ask what makes no sense; the status of the refusal."""
        reply = self.post(f"/control/{path}", payload)
        assert 400 <= reply.status < 500, reply.text
        assert reply.json["error"]
        return reply.status


def image_message(attachment_id: str, text: str | None = None, **element: Any) -> dict[str, Any]:
    """A media message the way the reference writes it."""
    elements = [{"media_type": "image", "attachment_id": attachment_id, **element}]
    payload = {"template_type": "media", "elements": elements}
    message: dict[str, Any] = {"attachment": {"type": "template", "payload": payload}}
    return message if text is None else {"text": text, **message}
