"""The codes people see: the resident's receipt code and the officers' card code.

They have nothing to do with each other: who knows the one cannot find the other.
"""

from __future__ import annotations

import re
import secrets

from functions.core.ports import MacKeys

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CARD_LENGTH = 6
_RECEIPT_DIGITS = 20
_NOT_A_DIGIT = re.compile(r"[\s.\-–—]+")


def new_card_code() -> str:
    """Return `TB-` and six random Crockford base-32 signs; the store refuses a taken one."""
    return "TB-" + "".join(secrets.choice(_CROCKFORD) for _ in range(_CARD_LENGTH))


def derived_receipt_code(mac: MacKeys, unit_id: str, submission_key: str) -> str:
    """Return the receipt code of a submission: the same each time it is submitted (D9)."""
    number = int.from_bytes(mac.digest("receipt-code", f"{unit_id}\0{submission_key}".encode()))
    return _with_check_digit(f"{number % 10 ** (_RECEIPT_DIGITS - 1):0{_RECEIPT_DIGITS - 1}d}")


def random_receipt_code() -> str:
    """Return a fresh receipt code for a submission that brought no key."""
    return _with_check_digit(f"{secrets.randbelow(10 ** (_RECEIPT_DIGITS - 1)):019d}")


def read_receipt_code(typed: str) -> str | None:
    """Return the 20 digits of a typed code, None when it cannot be one."""
    digits = _NOT_A_DIGIT.sub("", typed)
    if len(digits) != _RECEIPT_DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    return digits if _with_check_digit(digits[:-1]) == digits else None


def in_groups(receipt_code: str) -> str:
    """Return the code in five groups of four digits, as it is shown and read aloud."""
    return " ".join(receipt_code[start : start + 4] for start in range(0, len(receipt_code), 4))


def receipt_hash(mac: MacKeys, receipt_code: str) -> bytes:
    """Return the keyed hash under which a receipt is stored and found."""
    return mac.digest("receipt-hash", receipt_code.encode())


def _with_check_digit(digits: str) -> str:
    """Append the check digit of ISO/IEC 7064, MOD 11,10: finds every single wrong digit
    and nearly every swap of neighbours."""
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return digits + str((11 - product) % 10)
