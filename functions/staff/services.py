"""What the pages of officers touch."""

from __future__ import annotations

from dataclasses import dataclass

from functions.core.cases import CaseServices
from functions.core.casework import CaseworkServices
from functions.core.signin import SignInServices
from functions.core.units import UnitRegister


@dataclass(frozen=True)
class StaffServices:
    signin: SignInServices
    cases: CaseServices
    units: UnitRegister
    casework: CaseworkServices
