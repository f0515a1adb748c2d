"""`/openapi`: which paths exist, and what every one of them asks of its caller (15.1)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from functions.local.sandbox import closed, groups, history, quota, sending, uploads
from functions.local.sandbox.calls import Answer, Context, Handler, OaHandler, Route
from functions.local.sandbox.directory import Oa
from functions.local.sandbox.errors import ZaloError
from functions.local.sandbox.tokens import require_access


def _authorised(handler: OaHandler, family: str | None) -> Handler:
    def guarded(ctx: Context) -> Answer:
        ctx.meter.count_app(ctx.now_ms, ctx.switches)
        oa = require_access(ctx.db, ctx.call.header("access_token"), ctx.now_ms, ctx.switches)
        _check_proof(ctx)
        _check_standing(ctx, oa, family)
        ctx.meter.count_oa(oa.oa_id, ctx.switches)
        return handler(ctx, oa)

    return guarded


def _check_proof(ctx: Context) -> None:
    """T8: with the console's switch on, each call proves that it knows the app's secret."""
    if not ctx.switches.appsecret_proof_required:
        return
    token = ctx.call.header("access_token").encode()
    wanted = hmac.new(ctx.app.secret_key.encode(), token, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(ctx.call.header("appsecret_proof").encode(), wanted.encode()):
        raise ZaloError(-242, "appsecret_proof is invalid")


def _check_standing(ctx: Context, oa: Oa, family: str | None) -> None:
    """T6: what app and OA must be before any call of this family is looked at."""
    for_groups = family == "group"
    refusals = (
        (not ctx.app.active, -209, "App is not activated"),
        (not ctx.app.api_enabled, -212, "App has not registered this api"),
        (oa.disabled, -204, "Offical Account is disable"),
        (family is not None and family not in oa.permissions, -223, "OA has not granted this"),
        (for_groups and not oa.verified, -221, "OA is not verified"),
        (for_groups and not oa.package_ok, -224, "OA package is too low"),
    )
    for refused, code, message in refusals:
        if refused:
            raise ZaloError(code, message)


def _get(handler: OaHandler, family: str | None) -> Route:
    return Route(frozenset({"GET"}), _authorised(handler, family))


def _post(handler: OaHandler, family: str | None) -> Route:
    return Route(frozenset({"POST"}), _authorised(handler, family))


def _upload(kind: str) -> Callable[[Context, Oa], Answer]:
    return lambda ctx, oa: uploads.take_upload(ctx, oa, kind)


ROUTES = {
    "/openapi/v3.0/oa/group/message": _post(sending.to_group, "group"),
    "/openapi/v3.0/oa/group/getgroup": _get(groups.getgroup, "group"),
    "/openapi/v3.0/oa/group/getgroupsofoa": _get(groups.getgroupsofoa, "group"),
    "/openapi/v3.0/oa/group/listmember": _get(groups.listmember, "group"),
    "/openapi/v3.0/oa/group/conversation": _get(history.group_conversation, "group"),
    "/openapi/v3.0/oa/message/cs": _post(sending.to_user, "message"),
    "/openapi/v3.0/oa/message/transaction": _post(closed.discontinued, "message"),
    "/openapi/v3.0/oa/message/promotion": _post(closed.discontinued, "message"),
    "/openapi/v2.0/oa/message": _post(closed.older_message, "message"),
    "/openapi/v3.0/oa/quota/message": _post(quota.message_quota, "message"),
    "/openapi/v2.0/oa/conversation": _get(history.user_conversation, "message"),
    "/openapi/v2.0/oa/listrecentchat": _get(history.recent_chats, "message"),
    "/openapi/v2.0/oa/getoa": _get(groups.getoa, None),
    "/openapi/v2.0/oa/upload/image": _post(_upload("image"), None),
    "/openapi/v2.0/oa/upload/gif": _post(_upload("gif"), None),
    "/openapi/v2.0/oa/upload/file": _post(_upload("file"), None),
}
