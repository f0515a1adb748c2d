"""Who may do what to which path, asked through the raw protocol: every action, role and place."""

from __future__ import annotations

import pytest

from functions.content.decap.protocol import ACTIONS
from tests.content.protocol.matrix import (
    APPROVING,
    CALLS,
    FOR_APPROVERS,
    MAY,
    PLACES,
    ROLES,
    WITHOUT_A_PLACE,
    Matrix,
)
from tests.content.world import (
    Desk,
)


def test_every_action_is_in_one_of_the_tables() -> None:
    assert set(CALLS) | WITHOUT_A_PLACE == set(ACTIONS)
    assert not set(CALLS) & WITHOUT_A_PLACE


def _expected(action: str, role: str, place: str) -> int:
    if place not in MAY[role]:
        return 403
    return FOR_APPROVERS.get(action, 200) if role not in APPROVING else 200


@pytest.mark.parametrize("action", CALLS)
def test_each_role_does_it_in_its_own_places_only(matrix: Matrix, action: str) -> None:
    expected = {(role, place): _expected(action, role, place) for role in ROLES for place in PLACES}
    if action == "unpublishedEntryMediaFile":  # the picture that is public is none of the draft
        expected = {key: 404 if status == 200 else status for key, status in expected.items()}

    got = {
        (role, place): matrix.status(matrix.desks[role], action, CALLS[action](*PLACES[place]))
        for role, place in expected
    }

    assert got == expected


@pytest.mark.parametrize("role", ROLES)
def test_a_drafts_picture_is_seen_by_those_who_see_the_draft(matrix: Matrix, role: str) -> None:
    for name, (path, collection, slug) in PLACES.items():
        params = {
            "collection": collection,
            "slug": slug,
            "path": f"{path.rpartition('/')[0]}/anh-nhap.jpg",
        }

        status = matrix.status(matrix.desks[role], "unpublishedEntryMediaFile", params)

        assert status == (200 if name in MAY[role] else 403)


@pytest.mark.parametrize("role", ROLES)
def test_only_approvers_approve(matrix: Matrix, role: str) -> None:
    for name, (_, collection, slug) in PLACES.items():
        params = {"collection": collection, "slug": slug, "newStatus": "pending_publish"}

        status = matrix.status(matrix.desks[role], "updateUnpublishedEntryStatus", params)

        assert status == (200 if name in MAY[role] and role in APPROVING else 403)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_lists_the_drafts_of_its_places(matrix: Matrix, role: str) -> None:
    listed = matrix.desks[role].call("unpublishedEntries").json

    assert set(listed) == {
        f"{collection}/{slug}"
        for name, (_, collection, slug) in PLACES.items()
        if name in MAY[role]
    }


@pytest.mark.parametrize("action", ACTIONS)
def test_nobody_does_anything_without_signing_in(matrix: Matrix, action: str) -> None:
    outsider = Desk(matrix.world.app.test_client(), "")
    params = CALLS[action](*PLACES["own"]) if action in CALLS else {}

    assert matrix.status(outsider, action, params) == 401


@pytest.mark.parametrize("action", ["getEntry", "persistEntry", "deleteFiles", "info"])
def test_no_call_is_taken_without_the_sessions_token(matrix: Matrix, action: str) -> None:
    signed_in = matrix.desks["province-approver"]
    params = CALLS[action](*PLACES["own"]) if action in CALLS else {}

    for token in ("", "x" * 43, matrix.desks["editor"].csrf_token):
        assert matrix.status(Desk(signed_in.client, token), action, params) == 403


def test_no_page_of_another_site_makes_a_call(matrix: Matrix) -> None:
    desk = matrix.desks["province-approver"]

    answer = desk.client.post(
        "/api/v1",
        json={"action": "info", "params": {}},
        headers={"X-CSRF-Token": desk.csrf_token, "Origin": "https://example.net"},
    )

    assert answer.status_code == 403
    assert answer.json["error"]
