"""The data keys, made once by who deploys: no function may write them or use the master key to
wrap anything. So a function that goes wrong cannot replace a key and lose what it sealed."""

from __future__ import annotations

from collections.abc import Mapping

from functions.config import Settings
from functions.core.signin import Door
from functions.stores.aws_clients import AwsClients
from functions.stores.dynamodb.data_keys import DataKeys
from functions.stores.dynamodb.mac_keys import DynamoMacKeys
from functions.stores.dynamodb.table import Tables
from functions.stores.kms import KmsKeyWrapper

PURPOSES = (
    "chat", "content", "conversation", "event", "media-link", "message", "receipt-code",
    "receipt-hash", "recipient", "refresh-token", "repeat", "submission",
    *(f"{door}{use}" for door in Door for use in ("session", "session-mark", "signin-link")),
)  # fmt: skip
"""What keyed hashes are for; a test looks for all of them in the code."""


def make_keys(environment: Mapping[str, str]) -> None:
    """Make the data keys that are missing; those there are stay as they are."""
    names = Settings.from_env(environment).aws
    clients = AwsClients(names.endpoint_url)
    tables = Tables.named(clients.dynamodb, names.tables)
    keys = DataKeys(tables.system, KmsKeyWrapper(clients, names.kms_key), (tables.tips,))
    keys.sealer()
    mac = DynamoMacKeys(keys)
    for purpose in PURPOSES:
        mac.digest(purpose, b"")
