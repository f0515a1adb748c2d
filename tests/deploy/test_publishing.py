"""Staff publish into a deployed installation, with the rights of the editor's machine alone."""

from __future__ import annotations

import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.bootstrap import Services
from functions.config import Settings
from functions.core.editing.reminding import remind
from functions.core.models.content import (
    ChangeKind,
    ChangeNote,
    Editor,
    EditorRole,
    PageKind,
    PagePath,
    ReviewItem,
)
from functions.core.signin import end_session, issue_link, open_session, spend_link
from functions.local.site_bucket import open_pages_copy, open_site_bucket
from functions.stores.aws_clients import AwsClients
from functions.stores.git import GitContentStore
from tests.deploy.cloud import ACCOUNT, NAME, Deployed
from tests.fakes.clock import FrozenClock

USER = "bien-tap"
CHANGED, NEW, GONE = "theo-doi/index.html", "canh-bao/moi/index.html", "thu-tuc/index.html"


class Newsroom:
    """The editor's machine: its settings, and a key to which only its policy is attached."""

    def __init__(self, deployed: Deployed, folder: Path) -> None:
        iam: Any = deployed.client("iam")
        iam.create_user(UserName=USER)
        iam.attach_user_policy(UserName=USER, PolicyArn=deployed.outputs["EditorPolicy"])
        key = iam.create_access_key(UserName=USER)["AccessKey"]
        self._key = {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        }
        machine = {"BINHYEN_DATA_DIR": str(folder), "BINHYEN_PORT": "8000"}
        self.settings = Settings.from_env(deployed.operator_env | machine)

    @contextmanager
    def rights(self) -> Iterator[None]:
        """Let clients that are made in the block have the machine's rights, and no others."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self._key.items():
                patch.setenv(name, value)
            yield

    def bring_up(self, release: Path) -> None:
        with self.rights():
            open_site_bucket(self.settings).bring_up(release)

    def live_version(self) -> str:
        with self.rights():
            return open_site_bucket(self.settings).live_version()


@pytest.fixture(scope="module")
def machine(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    return Newsroom(deployed, tmp_path_factory.mktemp("newsroom"))


@pytest.fixture
def newsroom(deployed: Deployed, machine: Newsroom) -> Iterator[Newsroom]:
    """The machine; the site is as it was deployed afterwards."""
    yield machine
    machine.bring_up(deployed.release)
    deployed.client("s3").delete_object(Bucket=f"{NAME}-releases-{ACCOUNT}", Key="published.json")


def with_content(deployed: Deployed, folder: Path, content: str) -> Path:
    """Return the release with a content version: one page changed, one new, one gone."""
    release = Path(shutil.copytree(deployed.release, folder))
    facts = json.loads((release / "facts.json").read_text("utf-8"))
    (release / "facts.json").write_text(json.dumps(facts | {"content": content}))
    (release / "site" / NEW).parent.mkdir(parents=True)
    (release / "site" / NEW).write_text("<!doctype html><title>Cảnh báo mới</title>")
    (release / "site" / GONE).unlink()
    with (release / "site" / CHANGED).open("a", encoding="utf-8") as file:
        file.write("<!-- changed -->")
    return release


def status(deployed: Deployed, path: str) -> tuple[int, bytes]:
    address = f"{deployed.url}/{path.removesuffix('index.html')}"
    try:
        with urllib.request.urlopen(address, timeout=20) as found:
            return found.status, found.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def forgotten(deployed: Deployed) -> int:
    """Return how often CloudFront was told to forget its copies."""
    cloudfront: Any = deployed.client("cloudfront")
    distribution = deployed.outputs["DistributionId"]
    found = cloudfront.list_invalidations(DistributionId=distribution)["InvalidationList"]
    return int(found["Quantity"])


def test_what_staff_publish_is_at_the_public_address_and_cloudfront_forgets_the_old(
    deployed: Deployed, newsroom: Newsroom, tmp_path: Path
) -> None:
    before = forgotten(deployed)
    release = with_content(deployed, tmp_path / "release", "v1")

    newsroom.bring_up(release)
    newsroom.bring_up(release)

    assert status(deployed, CHANGED)[1].endswith(b"<!-- changed -->")
    assert [status(deployed, path)[0] for path in (NEW, GONE)] == [200, 404]
    assert newsroom.live_version() == "v1"
    assert forgotten(deployed) == before + 1


def test_a_deployment_without_the_pages_of_staff_is_refused(
    deployed: Deployed, newsroom: Newsroom, tmp_path: Path
) -> None:
    newsroom.bring_up(with_content(deployed, tmp_path / "first", "v1"))

    refused = deployed.deploy()
    with_them = deployed.deploy(release=with_content(deployed, tmp_path / "second", "v2"))

    assert refused.returncode == 1
    assert "staff publish their pages here" in refused.stderr
    assert with_them.returncode == 0, with_them.stderr
    # Only the facts, which name the version.
    assert "1 written, 0 deleted" in with_them.stderr
    assert newsroom.live_version() == "v2"


def test_a_machine_that_was_lost_finds_pages_and_drafts_again(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    old, new = (tmp_path / name / "content.git" for name in ("old", "new"))
    store = GitContentStore(old)
    note = ChangeNote(ChangeKind.RELEASE, Editor("", EditorRole.PROVINCE_APPROVER))
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.md").write_text("# Một\n")
    version = store.version_of_folder(tmp_path / "site", [], note, datetime.now(UTC))
    store.move_published(None, version)
    store.move_draft("site/index.md", None, version)

    with newsroom.rights():
        copy = open_pages_copy(newsroom.settings)
        kept = [copy.keep(old), copy.keep(old)]
        brought = [copy.bring(new), copy.bring(new)]

    assert kept == [True, False]
    assert brought == [True, False]
    assert GitContentStore(new).published() == version
    assert [draft.page for draft in GitContentStore(new).drafts()] == ["site/index.md"]


def test_officers_sign_in_on_the_editors_machine(
    deployed: Deployed, newsroom: Newsroom, unit: str
) -> None:
    with newsroom.rights():
        signin = Services(newsroom.settings).editor_sign_in
        [officer, *_] = signin.officers.officers(unit)

        session = spend_link(issue_link(officer, signin), signin)

        assert open_session(session.session_id, signin).officer == officer
        end_session(session, signin)


def test_a_reminder_of_the_editors_machine_comes_to_the_units_group(
    deployed: Deployed, newsroom: Newsroom, unit: str
) -> None:
    page = PagePath(f"site/don-vi/{unit}/index.md", PageKind.UNIT, unit, unit)
    due = {unit: [ReviewItem(page, "Trang của đơn vị", "2026-11-01")]}
    # In office hours, and past at any hour of today: what is due is sent at once.
    yesterday = datetime.now(UTC).replace(hour=3, minute=0) - timedelta(days=1)

    with newsroom.rights():
        services = Services(newsroom.settings, FrozenClock(yesterday))
        told = [remind(due, "https://bien-tap.example.vn", services.work) for _ in range(2)]

    [message] = deployed.wait_for(lambda: deployed.sandbox.messages(unit))
    assert told == [1, 0]
    assert "Trang của đơn vị" in message["text"]


def test_the_editors_machine_reads_no_tip_no_token_and_no_photo(newsroom: Newsroom) -> None:
    with newsroom.rights():
        clients = AwsClients(newsroom.settings.aws.endpoint_url)
        for table in ("tips", "jobs", "deliveries", "channels"):
            with pytest.raises(ClientError, match="AccessDenied"):
                clients.dynamodb.scan(TableName=f"{NAME}-{table}")
        with pytest.raises(ClientError, match=r"AccessDenied|403"):
            clients.s3.get_object(Bucket=f"{NAME}-photos-{ACCOUNT}", Key="photos/x")
        bucket = f"{NAME}-releases-{ACCOUNT}"
        with pytest.raises(ClientError, match=r"AccessDenied|403"):
            clients.s3.put_object(Bucket=bucket, Key="current.json", Body=b"{}")
