"""What the pages of officers touch."""

from __future__ import annotations

from dataclasses import dataclass

from functions.core.cases import CaseServices
from functions.core.casework import CaseworkServices
from functions.core.signin import SignInServices
from functions.core.units import UnitRegister


@dataclass(frozen=True)
class EditorDoor:
    """How officers get into the editor of their unit's pages."""

    signin: SignInServices
    url: str
    """The editor's origin, without a trailing slash."""


@dataclass(frozen=True)
class StaffServices:
    signin: SignInServices
    cases: CaseServices
    units: UnitRegister
    casework: CaseworkServices
    editor: EditorDoor | None = None
    """None: there is no editor that officers could go on to."""
