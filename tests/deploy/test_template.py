"""What the template promises, read from the template itself; no engine and no network."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy.aws.template import TEMPLATE, read_template, template_body, translated
from functions.core.work import LEASE
from functions.installed import PROJECT
from functions.stores.dynamodb.schema import EXPIRY, INDEXES, NUMBERS
from functions.stores.dynamodb.table import TABLE_NAMES
from tests.aws.engine import REGION

NOT_ON_AWS = {"content"}
SECRET_OR_SENDER = re.compile(
    r"sourceIp|userAgent|identity|\$context\.path|rawPath|queryString|authorizer|header", re.I
)


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return read_template()


@pytest.fixture(scope="module")
def resources(template: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"]
    return found


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {
        name: one["Properties"] for name, one in resources.items() if one["Type"].endswith(kind)
    }


def test_cfn_lint_finds_nothing() -> None:
    lint = PROJECT / ".venv" / "bin" / "cfn-lint"

    done = subprocess.run(
        [lint, "--regions", REGION, "--non-zero-exit-code", "informational", TEMPLATE],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (0, "")


def test_the_transform_passes_and_gives_the_same_bytes_each_time() -> None:
    code = {"Addresses": "a", "Sizes": "b"}

    first, second = translated(REGION, code), translated(REGION, code)

    assert template_body(first) == template_body(second)
    assert "Transform" not in first
    kinds = {one["Type"] for one in first["Resources"].values()}
    assert not [kind for kind in kinds if "Serverless" in kind]
    assert {"AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping"} <= kinds


def test_every_function_of_the_project_is_one_function_of_the_stack(
    template: dict[str, Any], resources: dict[str, Any]
) -> None:
    folders = {file.parent.name for file in (PROJECT / "functions").glob("*/handler.py")}
    lambdas = {
        name: one["Properties"]
        for name, one in resources.items()
        if one["Type"] == "AWS::Serverless::Function"
    }

    handlers = {one["Handler"] for one in lambdas.values()}

    assert handlers == {f"functions.{name}.on_lambda.handler" for name in folders - NOT_ON_AWS}
    for name, function in lambdas.items():
        assert function["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}
        assert function["LoggingConfig"] == {"LogGroup": {"Ref": f"{name}Log"}}
    everywhere = template["Globals"]["Function"]
    assert everywhere["Runtime"] == {"Ref": "Runtime"}
    assert everywhere["Architectures"] == [{"Ref": "Architecture"}]


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_a_table_is_the_one_the_stores_expect(resources: dict[str, Any], name: str) -> None:
    table = resources[f"{name.capitalize()}Table"]["Properties"]
    indexes = INDEXES.get(name, {})
    keys = {"pk", "sk"} | {key for one in indexes.values() for key in (one.partition, one.sort)}

    assert table["TableName"] == {"Fn::Sub": f"${{Name}}-{name}"}
    assert _keys(table) == ("pk", "sk")
    assert {
        one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]
    } == {key: "N" if key in NUMBERS else "S" for key in keys}
    found = {one["IndexName"]: one for one in table.get("GlobalSecondaryIndexes", [])}
    assert found.keys() == indexes.keys()
    for index, one in indexes.items():
        assert _keys(found[index]) == (one.partition, one.sort)
        projection = found[index]["Projection"]
        assert projection["ProjectionType"] == "INCLUDE"
        assert set(projection["NonKeyAttributes"]) == set(one.carries) - {one.partition, one.sort}
    assert table["TimeToLiveSpecification"] == {"AttributeName": EXPIRY, "Enabled": True}


def test_no_table_is_missing_and_all_can_be_brought_back(resources: dict[str, Any]) -> None:
    tables = {name: one for name, one in resources.items() if one["Type"].endswith("::Table")}

    assert tables.keys() == {f"{name.capitalize()}Table" for name in TABLE_NAMES}
    for table in tables.values():
        properties = table["Properties"]
        assert properties["PointInTimeRecoverySpecification"] == {
            "PointInTimeRecoveryEnabled": True
        }
        assert properties["SSESpecification"] == {"SSEEnabled": True}
        assert properties["DeletionProtectionEnabled"] is True
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"


def test_every_bucket_is_private_encrypted_and_for_tls_alone(resources: dict[str, Any]) -> None:
    buckets = of_type(resources, "::Bucket")
    policies = of_type(resources, "::BucketPolicy")

    assert buckets.keys() == {"PhotosBucket", "UploadsBucket", "SiteBucket"}
    for name, bucket in buckets.items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert len(bucket["PublicAccessBlockConfiguration"]) == 4
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
        assert {"Ref": name} in [policy["Bucket"] for policy in policies.values()]
    for policy in policies.values():
        statements = policy["PolicyDocument"]["Statement"]
        first = statements[0].get("Fn::If", [None, statements[0]])[1]
        assert (first["Effect"], first["Principal"], first["Action"]) == ("Deny", "*", "s3:*")
        assert first["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for other in statements[1:]:
            assert other["Principal"] == {"Service": "cloudfront.amazonaws.com"}


def test_uploads_live_a_day_and_come_from_the_site_alone(resources: dict[str, Any]) -> None:
    uploads = resources["UploadsBucket"]["Properties"]

    (lifecycle,) = uploads["LifecycleConfiguration"]["Rules"]
    (cors,) = uploads["CorsConfiguration"]["CorsRules"]

    assert (lifecycle["Status"], lifecycle["ExpirationInDays"]) == ("Enabled", 1)
    assert cors["AllowedMethods"] == ["POST"]
    assert cors["AllowedOrigins"] == [{"Ref": "PublicUrl"}]


def test_photos_keep_no_old_versions_and_pages_do(resources: dict[str, Any]) -> None:
    # A wiped photo must be gone; a replaced page is the way back.
    assert "VersioningConfiguration" not in resources["PhotosBucket"]["Properties"]
    site = resources["SiteBucket"]["Properties"]
    assert site["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = site["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"]["NewerNoncurrentVersions"] == 3


def test_the_queue_outlasts_its_worker_and_sets_poison_aside(resources: dict[str, Any]) -> None:
    queue, dead = (resources[name]["Properties"] for name in ("Queue", "DeadLetters"))
    worker = resources["RunJobs"]["Properties"]

    assert queue["FifoQueue"] is dead["FifoQueue"] is True
    assert queue["SqsManagedSseEnabled"] is dead["SqsManagedSseEnabled"] is True
    # When the messages of a killed function come again, what it had claimed is free.
    assert queue["VisibilityTimeout"] == worker["Timeout"] + LEASE.total_seconds()
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
    assert dead["MessageRetentionPeriod"] == 14 * 24 * 3600
    bell = worker["Events"]["Bell"]["Properties"]
    assert bell["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert bell["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "WorkersAtOnce"}}


def test_the_master_key_rotates_and_outlives_the_stack(resources: dict[str, Any]) -> None:
    key = resources["Key"]

    assert key["Properties"]["EnableKeyRotation"] is True
    assert key["DeletionPolicy"] == key["UpdateReplacePolicy"] == "Retain"


def test_schedules_ring_each_minute_and_refresh_within_ten(resources: dict[str, Any]) -> None:
    sweep = resources["Sweep"]["Properties"]["Events"]
    refresh = resources["RefreshTokens"]["Properties"]["Events"]

    assert sweep["EachMinute"]["Properties"]["Schedule"] == "rate(1 minute)"
    assert sweep["EachMinute"]["Properties"]["Input"] == '{"task": "ring"}'
    assert sweep["EachNight"]["Properties"]["Schedule"] == "cron(0 18 * * ? *)"
    assert refresh["EachFiveMinutes"]["Properties"]["Schedule"] == "rate(5 minutes)"


def test_logs_end_and_say_nothing_of_who_asked_or_of_secret_paths(
    resources: dict[str, Any],
) -> None:
    groups = of_type(resources, "::LogGroup")
    stage = resources["ApiStage"]["Properties"]
    distribution = resources["Distribution"]["Properties"]["DistributionConfig"]

    assert len(groups) == 8
    assert {str(one["RetentionInDays"]) for one in groups.values()} == {"{'Ref': 'LogDays'}"}
    logged = stage["AccessLogSettings"]["Format"]
    assert "$context.routeKey" in logged
    assert not SECRET_OR_SENDER.search(logged)
    assert "Logging" not in distribution
    assert "RealtimeLogConfigArn" not in TEMPLATE.read_text("utf-8")
    # The route's own name holds no value: a sign-in link's secret is in the greedy part.
    keys = {one["RouteKey"] for one in of_type(resources, "::Route").values()}
    staff = {"ANY /can-bo", "ANY /can-bo/{proxy+}", "$default"}
    assert keys == {"ANY /api/{proxy+}", "POST /api/zalo/webhook", "ANY /tim"} | staff


def test_the_stage_throttles(resources: dict[str, Any]) -> None:
    settings = resources["ApiStage"]["Properties"]["DefaultRouteSettings"]

    assert settings == {
        "ThrottlingRateLimit": {"Ref": "RequestsPerSecond"},
        "ThrottlingBurstLimit": {"Ref": "RequestsAtOnce"},
    }


def test_cloudfront_replaces_no_answer_of_the_api(resources: dict[str, Any]) -> None:
    config = resources["Distribution"]["Properties"]["DistributionConfig"]

    errors = {one["ErrorCode"]: one["ResponsePagePath"] for one in config["CustomErrorResponses"]}
    paths = {one["PathPattern"]: one for one in config["CacheBehaviors"]}

    # Its 404, 413 and 503 keep what was typed, or carry the unit's telephone.
    assert errors == {403: "/404.html"}
    assert paths.keys() == {"/api/*", "/can-bo", "/can-bo/*", "/tim"}
    for behaviour in paths.values():
        assert behaviour["TargetOriginId"] == "api"
        assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    site = next(one for one in config["Origins"] if one["Id"] == "site")
    assert site["OriginAccessControlId"] == {"Fn::GetAtt": ["SiteAccess", "Id"]}


def test_every_alarm_reaches_somebody_and_the_named_ones_are_there(
    resources: dict[str, Any],
) -> None:
    alarms = of_type(resources, "::Alarm")

    for alarm in alarms.values():
        assert alarm["AlarmActions"] == [{"Ref": "Alarms"}]
    names = {one["AlarmName"]["Fn::Sub"].removeprefix("${Name}-") for one in alarms.values()}
    assert {"oldest-due", "dead-letters", "tokens-expiring", "needs-authorization", "5xx"} <= names
    assert {"sweep-silent", "refresh-tokens-silent"} <= names
    mail = resources["AlarmMail"]["Properties"]
    assert (mail["Protocol"], mail["Endpoint"]) == ("email", {"Ref": "AlarmEmail"})


def test_what_alarms_count_is_what_the_functions_log(resources: dict[str, Any]) -> None:
    filters = of_type(resources, "::MetricFilter")
    source = "\n".join(
        file.read_text("utf-8")
        for name in ("sweep", "refresh_tokens", "logs.py", "core/tokens.py")
        for file in _files(PROJECT / "functions" / name)
    )

    for one in filters.values():
        for word in re.findall(r'= "([a-z-]+)"', one["FilterPattern"]):
            assert f'"{word}"' in source, word
    measured = {one["MetricTransformations"][0]["MetricName"] for one in filters.values()}
    watched = {
        one["MetricName"]
        for one in of_type(resources, "::Alarm").values()
        if "AWS/" not in str(one["Namespace"])
    }
    assert measured == watched


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(path.glob("*.py"))


def _keys(shape: dict[str, Any]) -> tuple[str, ...]:
    return tuple(one["AttributeName"] for one in shape["KeySchema"])
