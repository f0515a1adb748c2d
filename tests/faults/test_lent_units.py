"""The lending of the sandbox's units itself: what one test orders must not meet the next."""

from __future__ import annotations

from tests.faults.sandbox import Sandbox
from tests.sandbox.client import CONVERSATION


def test_a_unit_comes_back_without_the_faults_it_was_given(sandbox: Sandbox) -> None:
    with sandbox.unit() as unit_id, sandbox.unit() as beside:
        for lent in (unit_id, beside):
            sandbox.control(
                "faults", kind="error", code=-237, times=None, route=CONVERSATION, unit_id=lent
            )
        assert len(sandbox.faults()) == 2

    assert sandbox.faults() == []


def test_a_unit_given_back_leaves_the_faults_of_those_beside_it(sandbox: Sandbox) -> None:
    with sandbox.unit() as beside:
        sandbox.control("faults", kind="cut", route=CONVERSATION, unit_id=beside)
        with sandbox.unit():
            pass
        [left] = sandbox.faults()

    assert left["unit_id"] == beside
