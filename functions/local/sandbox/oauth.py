"""`/oauth`: consent, code and refresh, version 4 for Official Accounts (15.2)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import urlencode, urlsplit

from flask import render_template

from functions.local.sandbox import ids
from functions.local.sandbox.calls import FORM_TYPE, Answer, Context, Route, json_answer
from functions.local.sandbox.clock import SECOND
from functions.local.sandbox.directory import all_oas, oa_by_id
from functions.local.sandbox.errors import OAuthError
from functions.local.sandbox.tokens import (
    ACCESS_LIFE_SECONDS,
    TokenPair,
    issue_pair,
    spend_refresh_token,
)

CODE_LIFE = 600 * SECOND


def exchange(ctx: Context) -> Answer:
    """POST /v4/oa/access_token, refusals answered in the token endpoint's own words."""
    try:
        return json_answer(_exchange(ctx))
    except OAuthError as exc:
        return _refusal(exc)


def _exchange(ctx: Context) -> dict[str, object]:
    if ctx.call.content_type != FORM_TYPE:
        raise OAuthError(-201, "Content-Type is invalid.")
    form = ctx.call.form
    if form.get("app_id") != ctx.app.app_id:
        raise OAuthError(-14002, "Invalid app id.")
    if not _same(ctx.call.header("secret_key"), ctx.app.secret_key):
        raise OAuthError(-14004, "Invalid secret key.")
    grant = form.get("grant_type")
    if grant == "refresh_token":
        spent = form.get("refresh_token", "")
        pair = spend_refresh_token(ctx.db, spent, ctx.now_ms, ctx.switches)
        return _tokens(ctx, pair, keeps_refresh=pair.refresh_token == spent)
    if grant == "authorization_code":
        return _tokens(ctx, _spend_code(ctx), keeps_refresh=False)
    raise OAuthError(-14018, "Unsupported grant type.")


def _tokens(ctx: Context, pair: TokenPair, *, keeps_refresh: bool) -> dict[str, object]:
    life: object = str(ACCESS_LIFE_SECONDS)
    if ctx.switches.expires_in_as_number:
        life = ACCESS_LIFE_SECONDS
    payload: dict[str, object] = {"access_token": pair.access_token}
    if not keeps_refresh:
        payload["refresh_token"] = pair.refresh_token
    return {**payload, "expires_in": life}


def _spend_code(ctx: Context) -> TokenPair:
    """O2 and O4: one use, 600 s, and the verifier of the challenge if there was one."""
    code = ctx.call.form.get("code", "")
    row = ctx.db.execute("SELECT * FROM codes WHERE code = ?", (code,)).fetchone()
    if row is None or row["used"] or ctx.now_ms - row["issued_ms"] > CODE_LIFE:
        raise OAuthError(-14005, "Invalid authorization code.")
    verifier = ctx.call.form.get("code_verifier", "")
    if row["challenge"] and not _same(_challenge_of(verifier), row["challenge"]):
        raise OAuthError(-14010, "Invalid code verifier.")
    ctx.db.execute("UPDATE codes SET used = 1 WHERE code = ?", (code,))
    return issue_pair(ctx.db, row["oa_id"], ctx.now_ms)


def _challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())


def permission(ctx: Context) -> Answer:
    """GET shows which OA may be opened to the app, POST is its administrator's consent (O1)."""
    try:
        _check_permission_request(ctx)
    except OAuthError as exc:
        return _refusal(exc)
    redirect_uri = ctx.call.query["redirect_uri"]
    if ctx.call.method == "POST":
        oa = oa_by_id(ctx.db, ctx.call.form.get("oa_id", ""))
        if oa is not None:
            return _consent(ctx, oa.oa_id, redirect_uri)
    page = render_template("cap-quyen.html", oas=all_oas(ctx.db))
    target = urlsplit(redirect_uri)
    # A browser applies form-action to the redirect after a form as well.
    policy = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {target.scheme}://{target.netloc}"
    )
    headers = {"Content-Security-Policy": policy}
    return Answer(200, "text/html; charset=utf-8", page.encode(), headers)


def _check_permission_request(ctx: Context) -> None:
    query = ctx.call.query
    if query.get("app_id") != ctx.app.app_id:
        raise OAuthError(-14002, "Invalid app id.")
    if not ctx.app.callback_url or query.get("redirect_uri") != ctx.app.callback_url:
        raise OAuthError(-14003, "Invalid redirect uri.")


def _consent(ctx: Context, oa_id: str, redirect_uri: str) -> Answer:
    code = ids.new_code()
    ctx.db.execute(
        "INSERT INTO codes (code, oa_id, challenge, issued_ms) VALUES (?, ?, ?, ?)",
        (code, oa_id, ctx.call.query.get("code_challenge"), ctx.now_ms),
    )
    added = {"code": code, "oa_id": oa_id}
    if "state" in ctx.call.query:
        added["state"] = ctx.call.query["state"]
    joint = "&" if urlsplit(redirect_uri).query else "?"
    location = redirect_uri + joint + urlencode(added)
    return Answer(302, "text/plain; charset=utf-8", b"", {"Location": location})


def _refusal(exc: OAuthError) -> Answer:
    return json_answer(
        {
            "error": exc.code,
            "error_name": exc.name,
            "error_description": exc.name,
            "error_reason": exc.name,
            "ref_doc": "",
        }
    )


ROUTES = {
    "/oauth/v4/oa/access_token": Route(frozenset({"POST"}), exchange),
    "/oauth/v4/oa/permission": Route(frozenset({"GET", "POST"}), permission),
}
