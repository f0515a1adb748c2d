"""Least privilege, read from the roles: who may do what, and to what.

That each role suffices is seen elsewhere: the engine of the other tests here refuses all that
a role does not allow.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from deploy.aws.keys import PURPOSES
from deploy.aws.template import read_template
from functions.core.signin import Door
from functions.installed import PROJECT

FUNCTIONS = ("Tips", "Search", "Staff", "ZaloWebhook", "RunJobs", "Sweep", "RefreshTokens")
RESOURCES: dict[str, Any] = read_template()["Resources"]


def statements(name: str) -> list[dict[str, Any]]:
    (policy,) = RESOURCES[f"{name}Role"]["Properties"]["Policies"]
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return found


def grants(name: str) -> set[tuple[str, str]]:
    """Return (action, resource) of all that the role allows; a resource by its logical id."""
    return {
        (action, target)
        for statement in statements(name)
        for action in statement["Action"]
        for target in targets(statement)
    }


def targets(statement: dict[str, Any]) -> list[str]:
    found = statement["Resource"]
    return [_target(one) for one in (found if isinstance(found, list) else [found])]


def _target(one: dict[str, Any]) -> str:
    if "Fn::GetAtt" in one:
        logical_id, attribute = one["Fn::GetAtt"]
        assert attribute == "Arn"
        return str(logical_id)
    return re.sub(r"\$\{(\w+)\.Arn\}", r"\1", one["Fn::Sub"])


def touched(name: str, service: str) -> set[str]:
    return {target for action, target in grants(name) if action.startswith(f"{service}:")}


@pytest.mark.parametrize("name", [*FUNCTIONS, "Operator"])
def test_a_role_names_every_action_and_every_resource(name: str) -> None:
    for statement in statements(name):
        assert statement["Effect"] == "Allow"
        assert not [action for action in statement["Action"] if "*" in action]
        for target in targets(statement):
            assert target != "*"
            # A star stands only for the name of an object below its bucket.
            bucket = target.partition("/")[0]
            assert "*" not in target or (bucket.endswith("Bucket") and target.count("*") == 1)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_a_role_of_its_own_that_lambda_alone_takes(name: str) -> None:
    properties = RESOURCES[f"{name}Role"]["Properties"]

    (trust,) = properties["AssumeRolePolicyDocument"]["Statement"]

    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert "ManagedPolicyArns" not in properties
    assert touched(name, "logs") == {f"{name}Log"}


def test_tips_reads_no_token_and_no_officer() -> None:
    tables = {target.partition("/")[0] for target in touched("Tips", "dynamodb")}

    assert tables == {"TipsTable", "JobsTable", "DeliveriesTable", "SystemTable"}


def test_search_touches_the_site_alone() -> None:
    beyond_logs = {grant for grant in grants("Search") if not grant[0].startswith("logs:")}

    assert beyond_logs == {("s3:GetObject", "SiteBucket/*")}


def test_refresh_tokens_and_the_ringing_read_no_tip_and_no_photo() -> None:
    assert touched("RefreshTokens", "s3") == set()
    assert "TipsTable" not in touched("RefreshTokens", "dynamodb")
    assert ("s3:GetObject", "PhotosBucket/photos/*") not in grants("Sweep")
    assert {action for action, target in grants("Sweep") if target == "TipsTable"} == {
        "dynamodb:BatchGetItem"
    }


def test_only_who_bridges_an_outage_sends_mail_and_from_one_address() -> None:
    policy = RESOURCES["MailPolicy"]
    properties = policy["Properties"]
    (statement,) = properties["PolicyDocument"]["Statement"]

    assert policy["Condition"] == "SendsMail"
    assert properties["Roles"] == [{"Ref": "RunJobsRole"}, {"Ref": "SweepRole"}]
    assert (statement["Effect"], statement["Action"]) == ("Allow", ["ses:SendRawEmail"])
    on_aws, identities, _ = statement["Resource"]["Fn::If"]
    from_one_address = {"StringEquals": {"ses:FromAddress": {"Ref": "MailFrom"}}}
    assert on_aws == "IsAws"
    assert statement["Condition"]["Fn::If"][:2] == [on_aws, from_one_address]
    named = [one["Fn::Sub"].rpartition("/")[2] for one in identities]
    assert named == ["${MailFrom}", "${MailDomain}"]


def leading(name: str, action: str, target: str) -> list[Any]:
    """Return the conditions under which the role allows an action on a table."""
    return [
        statement.get("Condition")
        for statement in statements(name)
        if target in targets(statement) and action in statement["Action"]
    ]


def test_no_page_deletes_a_tip() -> None:
    of_units = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["UNIT#*"]}}

    assert leading("Staff", "dynamodb:DeleteItem", "TipsTable") == [of_units]
    assert leading("Tips", "dynamodb:DeleteItem", "TipsTable") == []


def test_the_webhook_reads_no_tip_no_officer_no_token_and_no_event() -> None:
    own = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["CHANNELS"]}}

    assert touched("ZaloWebhook", "s3") == set()
    assert touched("ZaloWebhook", "dynamodb") == {
        "ChannelsTable", "DeliveriesTable", "JobsTable", "SystemTable",
    }  # fmt: skip
    assert leading("ZaloWebhook", "dynamodb:GetItem", "ChannelsTable") == [own]
    assert {action for action, target in grants("ZaloWebhook") if target == "JobsTable"} == {
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
    }


def test_officers_pages_reach_no_token_and_write_no_photo() -> None:
    staff = grants("Staff")

    assert "ChannelsTable" not in touched("Staff", "dynamodb")
    assert {action for action, target in staff if target.startswith("Photos")} == {
        "s3:GetObject",
        "s3:ListBucket",
    }


def test_only_who_asks_zalo_sees_token_pairs() -> None:
    with_tokens = {name for name in FUNCTIONS if "ChannelsTable" in touched(name, "dynamodb")}

    # The sweep reads missed events back. The webhook may look at the channels only: see above.
    assert with_tokens == {"RunJobs", "RefreshTokens", "Sweep", "ZaloWebhook"}
    assert {action for action, target in grants("RunJobs") if target == "ChannelsTable"} == {
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_reads_a_whole_table_or_deletes_one(name: str) -> None:
    actions = {action for action, _ in grants(name)}

    assert "dynamodb:Scan" not in actions
    assert not {action for action in actions if "Table" in action or "Bucket" in action} - {
        "s3:ListBucket"
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_can_make_or_replace_a_data_key(name: str) -> None:
    for statement in statements(name):
        if "SystemTable" in targets(statement):
            writes = set(statement["Action"]) - {"dynamodb:GetItem", "dynamodb:Query"}
            written = statement.get("Condition", {}).get("ForAllValues:StringEquals", {})
            keys = set(written.get("dynamodb:LeadingKeys", ()))
            assert not writes or (keys and keys <= {"ALARMS", "COUNTERS"})
        assert "kms:Encrypt" not in statement["Action"]


def test_whoever_deploys_makes_a_key_for_every_purpose_of_the_code() -> None:
    found: set[str] = set()
    for file in (PROJECT / "functions").rglob("*.py"):
        text = file.read_text("utf-8")
        found |= set(re.findall(r'mac\.digest\("([a-z-]+)"', text))
        of_a_door = set(re.findall(r'_hash\(services, "([a-z-]+)"', text))
        found |= {f"{door}{purpose}" for door in Door for purpose in of_a_door}
        found |= set(re.findall(r'_PURPOSE = "([a-z-]+)"', text))

    assert found == set(PURPOSES)


def test_who_answers_bells_sets_messages_aside_and_reads_no_dead_one() -> None:
    (trust,) = RESOURCES["OperatorRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]

    assert trust["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
