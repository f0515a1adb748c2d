"""Send calls that Zalo has closed, but for a reaction to a person's message (M9)."""

from __future__ import annotations

from functions.local.sandbox.calls import Answer, Context, success
from functions.local.sandbox.directory import Oa, require_user
from functions.local.sandbox.errors import ZaloError
from functions.local.sandbox.events import tell_reacted
from functions.local.sandbox.messages import FROM_USER, message_by_id

_ICONS = ("/-strong", "/-heart", ":>--b", "-:((", "-h:o", "/-remove")


def discontinued(_ctx: Context, _oa: Oa) -> Answer:
    """POST /v3.0/oa/message/transaction and /promotion."""
    raise ZaloError(-209, "This api is discontinued")


def older_message(ctx: Context, oa: Oa) -> Answer:
    """POST /v2.0/oa/message: closed to messages, open to reactions."""
    body = ctx.call.json_object()
    recipient, action = body.get("recipient"), body.get("sender_action")
    if not isinstance(recipient, dict) or not isinstance(recipient.get("user_id"), str):
        raise ZaloError(-201, "recipient is invalid!")
    if "message" in body:
        raise ZaloError(-240, "This api is closed, use version 3.0")
    if not isinstance(action, dict) or action.get("react_icon") not in _ICONS:
        raise ZaloError(-201, "sender_action is invalid!")
    user = require_user(ctx.db, oa, recipient["user_id"])
    message = message_by_id(ctx.db, str(action.get("react_message_id")))
    if message is None or message.user_id != user.user_id or message.src != FROM_USER:
        raise ZaloError(-201, "react_message_id is invalid!")
    tell_reacted(ctx.db, oa, user, message.message_id, action["react_icon"], ctx.now_ms)
    return success({"message_id": message.message_id, "user_id": user.user_id})
