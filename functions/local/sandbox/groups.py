"""What an OA can ask about itself, its group and its members (G7)."""

from __future__ import annotations

from functions.local.sandbox.calls import Answer, Context, success
from functions.local.sandbox.clock import vietnam_time
from functions.local.sandbox.directory import (
    Group,
    Oa,
    group_of_oa,
    members_of_group,
    require_group,
    users_of_oa,
)
from functions.local.sandbox.errors import ZaloError
from functions.local.sandbox.params import plain_page

_MOST_PER_PAGE = 50
_GOVERNMENT = 4


def avatar_url(ctx: Context) -> str:
    return f"{ctx.public_url}/static/avatar.svg"


def asked_group(ctx: Context, oa: Oa) -> Group:
    """The group named by the plain query parameter `group_id`."""
    group_id = ctx.call.query.get("group_id", "")
    if not group_id:
        raise ZaloError(-201, "group_id is invalid!")
    return require_group(ctx.db, oa, group_id)


def getgroup(ctx: Context, oa: Oa) -> Answer:
    """GET /v3.0/oa/group/getgroup."""
    group = asked_group(ctx, oa)
    return success(
        {
            "group_info": {**_group_item(ctx, group), "max_member": "100"},
            "asset_info": {
                "asset_type": "gmf100",
                "asset_id": group.asset_id,
                "valid_through": vietnam_time(group.valid_through_ms, "%d/%m/%Y"),
                "auto_renew": "false",
            },
            "group_setting": {
                "lock_send_msg": False,
                "join_appr": True,
                "enable_msg_history": False,
                "enable_link_join": False,
            },
        }
    )


def getgroupsofoa(ctx: Context, oa: Oa) -> Answer:
    """GET /v3.0/oa/group/getgroupsofoa."""
    offset, count = plain_page(ctx.call, most=_MOST_PER_PAGE)
    owned = [_group_item(ctx, group_of_oa(ctx.db, oa.oa_id))]
    shown = owned[offset : offset + count]
    return success(
        {
            "offset": offset,
            "count": count,
            "total": len(owned),
            "group_count": len(shown),
            "groups": shown,
        }
    )


def listmember(ctx: Context, oa: Oa) -> Answer:
    """GET /v3.0/oa/group/listmember: the OA itself and the people who are in its group."""
    asked_group(ctx, oa)
    offset, count = plain_page(ctx.call, most=_MOST_PER_PAGE)
    avatar = avatar_url(ctx)
    members = [{"oa_id": oa.oa_id, "name": oa.name, "avatar": avatar}]
    members += [
        {"user_id": user.user_id, "name": user.name, "avatar": avatar}
        for user in members_of_group(ctx.db, oa.oa_id)
    ]
    shown = members[offset : offset + count]
    return success(
        {
            "offset": offset,
            "count": count,
            "total": len(members),
            "member_count": len(shown),
            "members": shown,
        }
    )


def getoa(ctx: Context, oa: Oa) -> Answer:
    """GET /v2.0/oa/getoa: the health check of a connection."""
    group = group_of_oa(ctx.db, oa.oa_id)
    return success(
        {
            "oa_id": oa.oa_id,
            "name": oa.name,
            "description": oa.name,
            "is_verified": oa.verified,
            "oa_type": _GOVERNMENT,
            "num_follower": sum(user.is_follower for user in users_of_oa(ctx.db, oa.oa_id)),
            "avatar": avatar_url(ctx),
            "package_name": "Growth" if oa.package_ok else "Basic",
            "package_valid_through_date": vietnam_time(group.valid_through_ms, "%d/%m/%Y"),
        }
    )


def _group_item(ctx: Context, group: Group) -> dict[str, object]:
    usable = group.enabled and ctx.now_ms <= group.valid_through_ms
    return {
        "group_id": group.group_id,
        "name": group.name,
        "avatar": avatar_url(ctx),
        "group_link": group.link,
        "group_description": "",
        "total_member": len(members_of_group(ctx.db, group.oa_id)) + 1,
        "status": "enabled" if usable else "disabled",
    }
