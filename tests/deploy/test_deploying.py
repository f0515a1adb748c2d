"""Deploying again, and the way back: package, stack and site together."""

from __future__ import annotations

import json
import re
import shutil
import urllib.request
import zipfile
from pathlib import Path

from tests.deploy.cloud import NAME, Deployed

NEW = "canh-bao/canh-bao-moi/index.html"
GONE = "thu-tuc/index.html"
CHANGED = "theo-doi/index.html"


def page(deployed: Deployed, path: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(f"{deployed.url}/{path}", timeout=20) as found:
            return found.status, found.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def code_of(deployed: Deployed) -> str:
    functions = deployed.client("lambda")
    found = functions.get_function_configuration(FunctionName=f"{NAME}-tips")
    return str(found["CodeSha256"])


def other_release(deployed: Deployed, folder: Path) -> Path:
    """Return a release with one page more, one less and one changed."""
    release = shutil.copytree(deployed.release, folder / "release")
    (release / "site" / NEW).parent.mkdir(parents=True)
    (release / "site" / NEW).write_text("<!doctype html><title>Cảnh báo mới</title>")
    (release / "site" / GONE).unlink()
    with (release / "site" / CHANGED).open("a", encoding="utf-8") as file:
        file.write("<!-- changed -->")
    return release


def other_package(deployed: Deployed, folder: Path) -> Path:
    archive = Path(shutil.copy(deployed.package, folder / "other.zip"))
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr("later.txt", "another version")
    return archive


def test_a_deployment_writes_what_changed_and_goes_back_whole(
    deployed: Deployed, tmp_path: Path
) -> None:
    code, changed = code_of(deployed), page(deployed, CHANGED)

    forth = deployed.deploy(
        release=other_release(deployed, tmp_path), package=other_package(deployed, tmp_path)
    )
    then = [page(deployed, path)[0] for path in (NEW, GONE)]
    code_then, changed_then = code_of(deployed), page(deployed, CHANGED)
    back = deployed.deploy("back")

    assert forth.returncode == 0, forth.stderr
    # The new page, its QR code and the changed one; the old page and its code.
    assert re.search(r"3 written, 2 deleted", forth.stderr), forth.stderr
    assert then == [200, 404]
    assert code_then != code
    assert changed_then[1].endswith(b"<!-- changed -->")
    assert back.returncode == 0, back.stderr
    assert [page(deployed, path)[0] for path in (NEW, GONE)] == [404, 200]
    assert page(deployed, CHANGED) == changed
    assert code_of(deployed) == code


def test_the_same_again_changes_nothing(deployed: Deployed) -> None:
    again = deployed.deploy()

    assert again.returncode == 0, again.stderr
    assert "nothing to change" in again.stderr
    assert "0 written, 0 deleted" in again.stderr


def test_a_site_that_does_not_answer_as_it_must_is_told_and_taken_back(
    deployed: Deployed, tmp_path: Path
) -> None:
    release = shutil.copytree(deployed.release, tmp_path / "release")
    (release / "site" / "404.html").unlink()

    forth = deployed.deploy(release=release)
    back = deployed.deploy("back")

    assert forth.returncode == 1
    assert "/khong-co-trang-nay/ answers" in forth.stderr
    assert back.returncode == 0, back.stderr


def test_a_site_built_for_another_place_of_photos_is_refused(
    deployed: Deployed, tmp_path: Path
) -> None:
    release = shutil.copytree(deployed.release, tmp_path / "release")
    facts = json.loads((release / "facts.json").read_text("utf-8"))
    (release / "facts.json").write_text(json.dumps({**facts, "upload_url": ""}))

    refused = deployed.deploy(release=release)

    assert refused.returncode == 1
    assert f"photos go to {deployed.upload_url}" in refused.stderr
    assert deployed.deploy("check").returncode == 0


def test_what_was_deployed_is_kept_in_a_private_bucket(deployed: Deployed) -> None:
    s3, bucket = deployed.client("s3"), f"{NAME}-releases-000000000000"

    access = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    keys = {each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]}

    assert set(access.values()) == {True}
    assert {"current.json", "deployments/000001.json", "manifests/000001.json"} <= keys
