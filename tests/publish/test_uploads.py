"""A site for AWS: the tip form knows where photos go."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from publish.build import BuildReport, build_site
from tests.publish.conftest import TODAY, Project
from tests.system import BINHYEN

UPLOAD_URL = "https://s3.ap-southeast-1.amazonaws.com/binhyen-uploads"
FORM = "phuong-mot/to-giac"


def build(project: Project, upload_url: str) -> BuildReport:
    return build_site(
        project.root, project.out, TODAY, lambda _: None, compress=False, upload_url=upload_url
    )


def test_setting_reaches_every_form_and_the_facts_and_leaves_again(project: Project) -> None:
    plain = build(project, "")
    before = project.page(FORM)
    assert json.loads(plain.facts.read_text("utf-8"))["upload_url"] == ""

    with_uploads = build(project, UPLOAD_URL)
    page = project.page(FORM)
    assert f'data-upload-url="{UPLOAD_URL}"' in page
    assert page.count("https://s3.") == 1
    assert 'data-text="uploading"' in page
    assert json.loads(with_uploads.facts.read_text("utf-8"))["upload_url"] == UPLOAD_URL

    build(project, "")
    assert project.page(FORM) == before


def test_form_of_one_machine_says_nothing_of_uploads(built_site: BuildReport) -> None:
    page = (built_site.site / "phuong-tan-an/to-giac/index.html").read_text("utf-8")

    assert "data-upload-url" not in page
    assert "tip-form-uploads" not in page


def test_bad_address_for_uploads_ends_the_build_with_a_sentence(tmp_path: Path) -> None:
    environment = {"PATH": os.defpath, "BINHYEN_UPLOAD_URL": "https://a.example;script-src"}

    run = subprocess.run(
        [BINHYEN, "build"], env=environment, capture_output=True, text=True, check=False
    )

    assert run.returncode == 2
    assert run.stderr.startswith("BINHYEN_UPLOAD_URL ")
