"""The faults a trainer can order by name at `/loi`; the page has the sentences."""

from __future__ import annotations

from functions.local.sandbox.faults import Rule

_SEND = "/openapi/v3.0/oa/group/message"
_API = "/openapi/*"

# Longer than the ten seconds a client is advised to wait for an answer.
_TOO_LONG_SECONDS = 15

PRESETS = {
    "qua-tai": Rule("error", _API, code=-32, message="Your OA reached limit call api"),
    "sai-tham-so": Rule("error", _SEND, code=-201, message="text is invalid!"),
    "vuot-gioi-han": Rule("error", _SEND, code=-210, message="text exceeds the limit"),
    "the-sai": Rule("error", _API, code=-216, message="Access token is invalid"),
    "the-het-han": Rule("error", _API, code=-220, message="Access token is expired"),
    "nhom-khoa": Rule("error", _SEND, code=-237, message="group is disabled or expired"),
    "ngoai-nhom": Rule("error", _SEND, code=-403, message="OA is not in this group"),
    "may-chu-500": Rule("http", _API, status=500),
    "may-chu-502": Rule("http", _API, status=502),
    "may-chu-503": Rule("http", _API, status=503),
    "trang-html": Rule("html", _API),
    "tra-loi-dut": Rule("truncated", _SEND),
    "mat-tra-loi": Rule("lost_answer", _SEND),
    "tra-loi-cham": Rule("delay", _SEND, seconds=_TOO_LONG_SECONDS),
    "ngung-het": Rule("outage", times=None),
    "ngung-het-503": Rule("outage", times=None, mode="503"),
}


def preset_of(rule: Rule) -> str | None:
    """The name a rule goes by at `/loi`; None for one ordered otherwise."""
    return next((name for name, preset in PRESETS.items() if _alike(preset, rule)), None)


def _alike(preset: Rule, rule: Rule) -> bool:
    mine = (preset.kind, preset.route, preset.code, preset.status, preset.seconds, preset.mode)
    other = (rule.kind, rule.route, rule.code, rule.status, rule.seconds, rule.mode)
    return mine == other
