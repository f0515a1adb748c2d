"""Zalo's error numbers as data: sections 9.1 and 1.4 of the API reference (2026-11-21)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType


class CodeClass(Enum):
    """What kind of trouble a number stands for; the "Class" column of 9.1."""

    RATE = auto()
    TRANSIENT = auto()
    TOKEN = auto()
    PAYLOAD = auto()
    CONFIG = auto()
    QUOTA = auto()
    RECIPIENT = auto()
    SCHEDULE = auto()
    BUG = auto()


def _table(*rows: tuple[CodeClass, tuple[int, ...]]) -> Mapping[int, CodeClass]:
    return MappingProxyType({code: meaning for meaning, codes in rows for code in codes})


# 216, 401 and -401 are not documented; a live client saw them for dead tokens (end of 9.1).
OA_CODES = _table(
    (CodeClass.RATE, (-32,)),
    (CodeClass.TRANSIENT, (-200, -214)),
    (CodeClass.TOKEN, (-216, -220, 216, 401, -401)),
    (CodeClass.PAYLOAD, (-100, -201, -210, -233, -248, -249)),
    (CodeClass.CONFIG, (-202, -204, -205, -207, -208, -209, -212, -215, -219, -221)),
    (CodeClass.CONFIG, (-223, -224, -235, -237, -238, -241, -242, -403)),
    # -320 and -321 (no funded account) meet only messages to people after 48 h (2.2).
    (CodeClass.QUOTA, (-211, -320, -321)),
    (CodeClass.RECIPIENT, (-213, -217, -218, -227, -230, -232, -244, -305, -311)),
    (CodeClass.SCHEDULE, (-234,)),
    (CodeClass.BUG, (-240,)),
)
"""Section 9.1, `openapi.zalo.me`."""

DEAD_REFRESH_TOKEN_CODES = frozenset({-14014, -14020, -118})
"""Section 1.4: the refresh token is invalid, used or expired; only a new consent helps."""

OAUTH_SETTINGS_CODES = frozenset({-14002, -14003, -14004, -14005, -14012, -14018, -14024})
"""Section 1.4: app, secret key, callback, grant type or the OA's ownership is wrong."""
