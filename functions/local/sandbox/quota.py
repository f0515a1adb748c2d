"""Who may be written to and at whose cost (M3, M4, M5, M11)."""

from __future__ import annotations

import sqlite3

from functions.local.sandbox.calls import Answer, Context, success
from functions.local.sandbox.clock import DAY, HOUR, vietnam_time
from functions.local.sandbox.directory import Oa, User, require_user
from functions.local.sandbox.errors import ZaloError

FREE_WINDOW = 48 * HOUR
PAID_WINDOW = 7 * DAY
FREE_REPLIES = 8

_STANDING_REFUSALS = {
    "blocked": (-217, "User has blocked OA"),
    "banned": (-227, "User is banned or inactive"),
    "restricted": (-244, "User restricts this message type"),
}


def record_interaction(db: sqlite3.Connection, user_id: str, now_ms: int) -> None:
    """The person did something that opens the window; their free replies start anew."""
    db.execute(
        "UPDATE users SET last_interaction_ms = ?, replies_used = 0 WHERE user_id = ?",
        (now_ms, user_id),
    )


def spend(ctx: Context, oa: Oa, user: User) -> dict[str, str] | None:
    """Count one message to this person, or refuse it; the answer is Zalo's `quota` (M3).

    None stands for an unlimited reply, where Zalo says nothing about a quota.
    """
    age = _age(ctx, user)
    if age <= FREE_WINDOW:
        if ctx.switches.unlimited_replies:
            return None
        if user.replies_used < FREE_REPLIES:
            ctx.db.execute(
                "UPDATE users SET replies_used = replies_used + 1 WHERE user_id = ?",
                (user.user_id,),
            )
            left = FREE_REPLIES - user.replies_used - 1
            return {"quota_type": "reply", "remain": str(left), "total": str(FREE_REPLIES)}
    return _spend_package(ctx, oa)


def _age(ctx: Context, user: User) -> int:
    """How long ago the person last did something; refused where no window is open at all."""
    if user.standing in _STANDING_REFUSALS:
        raise ZaloError(*_STANDING_REFUSALS[user.standing])
    if user.last_interaction_ms is None:
        if user.is_follower:
            raise ZaloError(-232, "User has no interaction with OA")
        raise ZaloError(-213, "User has not followed OA")
    age = ctx.now_ms - user.last_interaction_ms
    if age > PAID_WINDOW:
        raise ZaloError(-230, "User has not interacted with the OA in the past 7 days")
    return age


def _spend_package(ctx: Context, oa: Oa) -> dict[str, str]:
    if oa.quota_left <= 0:
        raise ZaloError(ctx.switches.out_of_quota_code, "Out of quota")
    ctx.db.execute("UPDATE oas SET quota_left = quota_left - 1 WHERE oa_id = ?", (oa.oa_id,))
    return {
        "quota_type": "sub_quota",
        "remain": str(oa.quota_left - 1),
        "total": str(oa.quota_total),
        "expired_date": _package_end(ctx),
        "owner_type": "OA",
        "owner_id": oa.oa_id,
    }


def _package_end(ctx: Context) -> str:
    return vietnam_time(ctx.now_ms + 30 * DAY, "%d/%m/%Y")


def message_quota(ctx: Context, oa: Oa) -> Answer:
    """POST /v3.0/oa/quota/message: the counters `spend` uses, never changed by asking (M11)."""
    body = ctx.call.json_object()
    if set(body) == {"user_id"} and isinstance(body["user_id"], str):
        return success(_user_quota(ctx, require_user(ctx.db, oa, body["user_id"])))
    if body == {"quota_owner": "OA", "product_type": "cs", "quota_type": "sub_quota"}:
        return success([_package_quota(ctx, oa)])
    raise ZaloError(-201, "body is invalid!")


def _user_quota(ctx: Context, user: User) -> dict[str, object]:
    last = user.last_interaction_ms
    in_window = last is not None and ctx.now_ms - last <= FREE_WINDOW
    used = 0 if ctx.switches.unlimited_replies else user.replies_used
    return {
        "last_interaction": str(last or 0),
        "cs_reply": {"remain": FREE_REPLIES - used if in_window else 0, "total": FREE_REPLIES},
        "promotion": {"daily_remain": 0, "daily_total": 1, "monthly_remain": 4, "monthly_total": 4},
    }


def _package_quota(ctx: Context, oa: Oa) -> dict[str, object]:
    return {
        "asset_id": f"cs{oa.oa_id}",
        "product_type": "cs",
        "quota_type": "sub_quota",
        "valid_through": _package_end(ctx),
        "total": oa.quota_total,
        "remain": oa.quota_left,
    }
