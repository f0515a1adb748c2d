"""One small site for each file of tests, as it was again after each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.content.protocol.kit import clean, make_world, references
from tests.content.protocol.matrix import Matrix
from tests.content.world import APPROVER, Desk, EditingWorld


@pytest.fixture(scope="module")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> EditingWorld:
    return make_world(tmp_path_factory.mktemp("protocol"))


@pytest.fixture
def world(shared_world: EditingWorld) -> Iterator[EditingWorld]:
    with clean(shared_world) as world:
        yield world


@pytest.fixture
def desk(world: EditingWorld) -> Desk:
    return world.sign_in()


@pytest.fixture
def approver(world: EditingWorld) -> Desk:
    return world.sign_in(APPROVER)


@pytest.fixture(scope="module")
def shared_matrix(tmp_path_factory: pytest.TempPathFactory) -> Matrix:
    return Matrix(make_world(tmp_path_factory.mktemp("matrix")))


@pytest.fixture
def matrix(shared_matrix: Matrix) -> Iterator[Matrix]:
    """Lend the world; no refused call, and none that only reads, may have changed it."""
    yield shared_matrix
    assert references(shared_matrix.world) == shared_matrix.start
