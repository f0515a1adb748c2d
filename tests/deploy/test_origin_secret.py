"""Whoever goes past CloudFront is refused; the secret can be renewed and stands in no log."""

from __future__ import annotations

import urllib.error
import urllib.request

from deploy.aws.origin_secret import parameters
from tests.deploy.cloud import NAME, Deployed
from tests.system import get_json

HTTP_FUNCTIONS = ("tips", "staff", "search")


def status_past_cloudfront(deployed: Deployed, path: str, secret: str = "") -> int:
    """Ask API Gateway itself, under a forged address."""
    api = deployed.outputs["ApiId"]
    headers = {"X-Forwarded-For": "203.0.113.1, 203.0.113.2"}
    if secret:
        headers["X-Binhyen-Origin"] = secret
    address = f"{deployed.engine.url}/_aws/execute-api/{api}/$default{path}"
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def accepted(deployed: Deployed) -> list[str]:
    """Return the secrets that the functions know."""
    functions = deployed.client("lambda")
    found = {
        functions.get_function_configuration(FunctionName=f"{NAME}-{name}")["Environment"][
            "Variables"
        ]["BINHYEN_AWS_ORIGIN_SECRETS"]
        for name in HTTP_FUNCTIONS
    }
    assert len(found) == 1
    return str(found.pop()).split(",")


def test_only_cloudfront_reaches_the_functions(deployed: Deployed) -> None:
    known = accepted(deployed)

    for path in ("/api/health", "/can-bo/", "/tim?q=a", "/khong-co"):
        assert status_past_cloudfront(deployed, path) == 403, path
        assert status_past_cloudfront(deployed, path, "A" * 43) == 403, path
    assert status_past_cloudfront(deployed, "/api/health", known[0]) == 200
    assert get_json(f"{deployed.url}/api/health") == {"status": "ok"}


def test_a_renewed_secret_leaves_the_one_before_known_and_shows_nowhere(
    deployed: Deployed,
) -> None:
    before = accepted(deployed)

    done = deployed.deploy("renew-secret")
    after = accepted(deployed)

    assert done.returncode == 0, done.stderr
    # What CloudFront named until now stays known, and is all that does.
    assert (before[0] == after[0]) != (before[1] == after[1])
    for secret in after:
        assert status_past_cloudfront(deployed, "/api/health", secret) == 200
    secrets = {*before, *after}
    shown = deployed.all_logs() + done.stdout + done.stderr
    shown += deployed.deploy("env").stdout + deployed.all_notes()
    stack = deployed.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"][0]
    shown += str(stack["Parameters"]) + str(stack["Outputs"])
    assert not [secret for secret in secrets if secret in shown]


def test_a_deployment_keeps_the_secret_and_makes_it_where_there_is_none() -> None:
    first = {one["ParameterKey"]: one for one in parameters({})}
    kept = {one["ParameterKey"]: one for one in parameters(dict.fromkeys(first, "B"))}

    assert first["OriginSecretA"]["ParameterValue"] != first["OriginSecretB"]["ParameterValue"]
    assert kept["OriginSecretInUse"]["ParameterValue"] == "B"
    assert kept["OriginSecretA"]["UsePreviousValue"] is True
    assert kept["OriginSecretB"]["UsePreviousValue"] is True
