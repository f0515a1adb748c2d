"""Officers of several units and tips for them to work on."""

from __future__ import annotations

import itertools
from functools import cache

from functions.core.casework import Act, CaseworkServices
from functions.core.models import ChatAddress, Officer, Tip, Via
from functions.core.ports import NewTip
from functions.core.units import UnitRegister, parse_units
from tests.core.units_csv import csv_text, ended, row
from tests.core.world import OTHER_WARD, PROVINCE, WARD, World
from tests.fakes.new_tips import new_tip

TEAM = "doi-ma-tuy"
FORMER = "phuong-tan-loi"
CHAT = ChatAddress(WARD, "resident-1")


@cache
def register() -> UnitRegister:
    return parse_units(
        csv_text(
            row(WARD, kind="phuong", name="Phường Tân An"),
            row(OTHER_WARD, name="Xã Ea Kao"),
            row(TEAM, kind="doi", name="Đội Cảnh sát ma túy"),
            ended(FORMER, WARD, kind="phuong", name="Phường Tân Lợi"),
        )
    )


class CaseWorld(World):
    """The domain with an officer or two in each unit."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.binh = self.enroll("binh", "Trần Văn Bình")
        self.lan = self.enroll("lan", "Nguyễn Thị Lan")
        self.hoa = self.enroll("hoa", "Lê Thị Hoa", OTHER_WARD)
        self.son = self.enroll("son", "Y Sơn", TEAM)
        self.chief = self.enroll("chief", "Phạm Văn Đức", PROVINCE)
        self._numbers = itertools.count(1)

    @property
    def casework(self) -> CaseworkServices:
        return CaseworkServices(self.acts, self.officers, register())

    def tip(self, **changes: object) -> Tip:
        """Store a tip of the ward, received now."""
        usual: dict[str, object] = {"received_at": self.clock.now(), "unit_id": WARD}
        new: NewTip = new_tip(**(usual | changes))  # type: ignore[arg-type]
        self.tips.add(new)
        return new.tip

    def act(self, tip: Tip, officer: Officer, act_id: str = "", via: Via = Via.CASE_PAGE) -> Act:
        """Return an act of its own, or the repeat of the one named."""
        return Act(officer, tip.card_code, act_id or f"act-{next(self._numbers)}", via)

    def now_of(self, tip: Tip) -> Tip:
        return self.tips.get(tip.tip_id)

    def jobs_since(self, known: set[str]) -> list[tuple[str, str, str]]:
        """Return (kind, unit, lane) of the jobs that came since, in order."""
        return [
            (job.kind.value, job.unit_id, job.lane)
            for job in self.jobs.all()
            if job.job_id not in known
        ]

    def job_ids(self) -> set[str]:
        return {job.job_id for job in self.jobs.all()}
