"""An installation on AWS from outside: brought to a state, and back to the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config

from deploy.aws import origin_secret, smoke, stack, template
from deploy.aws.edge import edge_code
from deploy.aws.keys import make_keys
from deploy.aws.older_tips import list_older_tips
from deploy.aws.settings import DeploySettings
from functions.local.site_files import site_files
from functions.stores import s3_site_sync
from functions.stores.s3_releases import Deployment, Published, Releases
from functions.stores.s3_site import RELEASE_PREFIX
from functions.web.headers import content_security_policy

Say = Callable[[str], None]


class DeployError(Exception):
    """What was asked cannot be done; the text says why."""


@dataclass(frozen=True)
class Built:
    """What a deployment is made of."""

    package: Path
    release: Path
    """The folder of a built site, with facts.json and redirects.json."""


class Installation:
    """One stack with its bucket of deployments."""

    def __init__(self, settings: DeploySettings, say: Say) -> None:
        self.settings = settings
        self._say = say
        self._session = botocore.session.Session()
        account = self._client("sts").get_caller_identity()["Account"]
        self._account = str(account)
        self._s3 = self._client("s3")
        self._cloudformation = self._client("cloudformation")
        self.releases = Releases(self._s3, f"{settings.name}-releases-{account}")

    @property
    def upload_url(self) -> str:
        """Where browsers put photos: what the site must be built for."""
        bucket = f"{self.settings.name}-uploads-{self._account}"
        signed: dict[str, Any] = self._s3.generate_presigned_post(Bucket=bucket, Key="photo")
        return str(signed["url"])

    @cached_property
    def outputs(self) -> dict[str, str]:
        return stack.outputs(self._cloudformation, self.settings.name)

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings with which `binhyen` works on this installation."""
        out = self.outputs
        return {
            "BINHYEN_BACKEND": "aws",
            "BINHYEN_PUBLIC_URL": out["PublicUrl"],
            "BINHYEN_AWS_TABLES": out["Tables"],
            "BINHYEN_AWS_PHOTOS_BUCKET": out["PhotosBucket"],
            "BINHYEN_AWS_UPLOADS_BUCKET": out["UploadsBucket"],
            "BINHYEN_AWS_SITE_BUCKET": out["SiteBucket"],
            "BINHYEN_AWS_RELEASES_BUCKET": self.releases.bucket,
            "BINHYEN_AWS_DISTRIBUTION": out["DistributionId"],
            "BINHYEN_EDITOR_URL": out["EditorUrl"],
            "BINHYEN_UPLOAD_URL": self.upload_url,
            "BINHYEN_AWS_QUEUE_URL": out["QueueUrl"],
            "BINHYEN_AWS_KMS_KEY": out["KeyArn"],
            "BINHYEN_AWS_ENDPOINT_URL": self.settings.endpoint_url,
            "BINHYEN_ZALO_API_URL": out["ZaloApiUrl"],
            "BINHYEN_ZALO_OAUTH_URL": out["ZaloOauthUrl"],
            "AWS_REGION": self.settings.region,
            "AWS_DEFAULT_REGION": self.settings.region,
        }

    def deploy(self, built: Built) -> Deployment:
        """Bring up package, stack and site, and note it as the current deployment."""
        self.releases.ensure(self.settings.region)
        before = self.releases.current()
        code = built.package.read_bytes()
        code_key = f"packages/{hashlib.sha256(code).hexdigest()}.zip"
        self.releases.put(code_key, code)
        document = template.translated(self.settings.region, edge_code(built.release))
        body = template.template_body(document)
        self.releases.put(template.template_key(body), body)
        facts = json.loads((built.release / "facts.json").read_text("utf-8"))
        self._require_pages_of_staff(facts)
        hashes = {name: list(facts[name]) for name in ("script_hashes", "style_hashes")}
        number = self.releases.next_number()
        deployment = Deployment(
            number=number,
            code_key=code_key,
            template_key=template.template_key(body),
            parameters={
                **self.settings.parameters,
                "CodeBucket": self.releases.bucket,
                "CodeKey": code_key,
                "PagePolicy": self._policy(facts, before),
            },
            manifest_key=f"manifests/{number:06}.json",
            hashes=hashes,
            previous=before.number if before else None,
        )
        self._change_stack(deployment)
        self._bring_site(deployment, before, built.release)
        self.releases.record(deployment)
        if facts.get("content"):
            self.releases.note_published(Published(number, facts["content"]))
        return deployment

    def back(self) -> Deployment:
        """Bring back what was current before the current deployment. Raises DeployError."""
        now = self.releases.current()
        if now is None or now.previous is None:
            raise DeployError("there is no deployment before this one")
        wanted = self.releases.deployment(now.previous)
        self._change_stack(wanted)
        bucket = self.outputs["SiteBucket"]
        synced = s3_site_sync.bring_back(
            self._s3,
            bucket,
            self.releases.manifest(wanted.manifest_key),
            self.releases.manifest(now.manifest_key),
        )
        self._finish_site(bucket, wanted, synced)
        self.releases.make_current(wanted)
        return wanted

    def renew_secret(self) -> None:
        """Let CloudFront name a new secret to the API; all else stays. Raises DeployError."""
        self._change_stack(self._current(), is_secret_renewed=True)

    def check(self) -> list[str]:
        """Return what does not answer as it must."""
        current = self._current()
        bucket = self.outputs["SiteBucket"]
        answer = self._s3.get_object(Bucket=bucket, Key=f"{RELEASE_PREFIX}facts.json")
        facts = json.loads(answer["Body"].read())
        return smoke.problems(
            smoke.Expected(
                self.settings.public_url,
                current.parameters["PagePolicy"],
                min(facts["units"]),
                self.upload_url,
            )
        )

    def _current(self) -> Deployment:
        current = self.releases.current()
        if current is None:
            raise DeployError("nothing is deployed")
        return current

    def _require_pages_of_staff(self, facts: Mapping[str, Any]) -> None:
        """Refuse to put pages of the software alone where staff have published."""
        if self.releases.published() is not None and not facts.get("content"):
            raise DeployError(
                "staff publish their pages here, and this build has none of them: deploy from the"
                " machine of the editor, with its BINHYEN_DATA_DIR"
            )

    def _policy(self, facts: dict[str, Any], before: Deployment | None) -> str:
        """Allow what the pages of now and of before run: for a moment both are public."""
        earlier = before.hashes if before else {}
        if facts["upload_url"] != self.upload_url:
            raise DeployError(
                f"the site was built for BINHYEN_UPLOAD_URL={facts['upload_url']}"
                f" and photos go to {self.upload_url}"
            )
        return content_security_policy(
            sorted({*facts["script_hashes"], *earlier.get("script_hashes", [])}),
            sorted({*facts["style_hashes"], *earlier.get("style_hashes", [])}),
            facts["upload_url"],
        )

    def _change_stack(self, deployment: Deployment, is_secret_renewed: bool = False) -> None:
        name, url = self.settings.name, self.releases.url(deployment.template_key)
        self._say(f"the stack {name} ...")
        own = [
            {"ParameterKey": key, "ParameterValue": value}
            for key, value in deployment.parameters.items()
        ]
        known = stack.parameters(self._cloudformation, name)
        secret = origin_secret.parameters(known, is_secret_renewed)
        changed = stack.apply(self._cloudformation, name, url, [*own, *secret])
        self._say("changed" if changed else "nothing to change")
        self.__dict__.pop("outputs", None)
        make_keys(self.environment)
        listed = list_older_tips(self.environment)
        if listed:
            self._say(f"{listed} tips of the version before are on the officers' lists")

    def _bring_site(self, deployment: Deployment, before: Deployment | None, release: Path) -> None:
        bucket = self.outputs["SiteBucket"]
        known = self.releases.manifest(before.manifest_key) if before else {}
        files = site_files(release, self.settings.public_url)
        self._finish_site(bucket, deployment, s3_site_sync.bring_up(self._s3, bucket, files, known))

    def _finish_site(
        self, bucket: str, deployment: Deployment, synced: s3_site_sync.Synced
    ) -> None:
        """Note the list of files, let CloudFront forget old pages, delete last."""
        self.releases.put_manifest(deployment.manifest_key, synced.manifest)
        if synced.written or synced.stale:
            cloudfront = self._client("cloudfront")
            s3_site_sync.forget_copies(cloudfront, self.outputs["DistributionId"])
        s3_site_sync.clear_away(self._s3, bucket, synced.stale)
        self._say(
            f"the site: {len(synced.manifest)} files, {synced.written} written,"
            f" {len(synced.stale)} deleted"
        )

    def _client(self, service: str) -> Any:
        return self._session.create_client(
            service,
            region_name=self.settings.region,
            endpoint_url=self.settings.endpoint_url or None,
            config=Config(s3={"addressing_style": "path"}, max_pool_connections=20),
        )
