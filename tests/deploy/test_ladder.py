"""Late tips and alarms by e-mail on the deployed installation, each function within its role."""

from __future__ import annotations

import json
import urllib.request
from datetime import timedelta
from typing import Any

from functions.core.models import Job, JobKind, JobState, Urgency
from tests.deploy.cloud import MAIL_FROM, Deployed
from tests.system import post_json

LATE = timedelta(minutes=10)
PROVINCE = "tinh-dak-lak"


def mails(deployed: Deployed) -> list[dict[str, Any]]:
    """Return what the engine's SES has sent, oldest first."""
    url = f"{deployed.engine.url}/_ministack/ses/messages"
    with urllib.request.urlopen(url, timeout=10) as answer:
        by_account = json.load(answer)["messages"]
    return [one for all_of in by_account.values() for one in all_of]


def name_mailbox(deployed: Deployed, unit_id: str) -> str:
    address = f"{unit_id}@example.vn"
    file = deployed.folder / f"mailbox-{unit_id}.json"
    row = {"unit_id": unit_id, "emails": [address]}
    file.write_text(json.dumps({"units": [row]}), encoding="utf-8")
    done = deployed.binhyen("oa", "import", str(file))
    assert done.returncode == 0, done.stderr
    return address


def make_late(deployed: Deployed, tip_id: str, unit_id: str) -> None:
    """Add a job of ten minutes ago that has the tip brought to a group that there is not."""
    services = deployed.services()
    began_at = services.clock.now() - LATE
    job = Job(
        job_id=f"late-{tip_id}",
        kind=JobKind.DELIVER_TIP,
        subject_id=tip_id,
        unit_id=unit_id,
        urgency=Urgency.NORMAL,
        state=JobState.PENDING,
        due_at=began_at,
        created_at=began_at,
        lane=unit_id,
    )
    assert services.stores.jobs.add(job)


def open_mails(deployed: Deployed, unit_id: str) -> list[Job]:
    """Return the unit's mails that are not surely sent yet."""
    services = deployed.services()
    now, kinds = services.clock.now(), {JobKind.SEND_DELIVERY}
    return services.stores.jobs.late(kinds, now - timedelta(days=1), now, 1, unit_id)


def test_a_late_tip_goes_by_mail_and_its_alarm_to_the_province(deployed: Deployed) -> None:
    deployed.client("ses").verify_email_identity(EmailAddress=MAIL_FROM)
    unit_id = "ubnd-phuong-tan-an"
    box, office = name_mailbox(deployed, unit_id), name_mailbox(deployed, PROVINCE)
    fields = {"category": "gay-roi", "text": "Tụ tập sau nhà văn hoá"}
    status, _ = post_json(f"{deployed.url}/api/units/{unit_id}/tips", fields)
    services = deployed.services()
    (tip_id,) = (row.tip_id for row in services.stores.tips.list_for_unit(unit_id, 1))
    make_late(deployed, tip_id, unit_id)

    deployed.sweep()
    (mail,) = deployed.wait_for(lambda: [one for one in mails(deployed) if one["To"] == [box]])
    # Who has sent a mail clears the alarm that none is taken: not ours.
    deployed.wait_for(lambda: not open_mails(deployed, unit_id))
    services.stores.alerts.alarm("mail-refused", unit_id)
    table = deployed.client("dynamodb")
    opened_at = int((services.clock.now() - LATE).timestamp() * 1_000_000)
    table.update_item(
        TableName=f"{deployed.outputs['Tables']}-system",
        Key={"pk": {"S": "ALARMS"}, "sk": {"S": f"mail-refused#{unit_id}"}},
        UpdateExpression="SET opened_at = :at",
        ConditionExpression="attribute_exists(pk)",
        ExpressionAttributeValues={":at": {"N": str(opened_at)}},
    )
    deployed.sweep()
    deployed.sweep()
    told = [one for one in mails(deployed) if one["To"] == [office]]
    services.stores.alerts.clear("mail-refused", unit_id)

    assert status == 201
    assert mail["Source"] == MAIL_FROM
    assert services.stores.tips.get(tip_id).card_code in mail["BodyText"]
    assert "nhà văn hoá" not in mail["BodyText"]
    assert [one["To"] for one in mails(deployed)].count([box]) == 1
    (alarm,) = [one for one in told if "mail-refused" in one["BodyText"]]
    assert "Bình Yên" in alarm["Subject"]
    assert "AccessDenied" not in deployed.all_logs()
