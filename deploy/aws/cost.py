"""What an installation costs a month, from how much is used and what AWS lists.

    python -m deploy.aws.cost

The prices are list prices in US dollars from memory, November 2026, for one region of Asia,
without free tiers, taxes and support. Check them before a budget hangs on them; what follows
from them is a matter of the numbers here.
"""

from __future__ import annotations

from dataclasses import dataclass

MILLION = 1_000_000
HOURS = 730
GIB = 1024**3

PRICES = {
    "API requests, a million": 1.20,
    "Lambda requests, a million": 0.20,
    "Lambda GB-second (arm64)": 0.0000133334,
    "DynamoDB write units, a million": 0.7125,
    "DynamoDB read units, a million": 0.1425,
    "DynamoDB GB-month": 0.285,
    "DynamoDB PITR GB-month": 0.228,
    "SQS requests, a million": 0.50,
    "S3 GB-month": 0.025,
    "S3 PUT, a thousand": 0.005,
    "S3 GET, a thousand": 0.0004,
    "KMS key-month": 1.00,
    "KMS requests, ten thousand": 0.03,
    "CloudFront GB": 0.120,
    "CloudFront requests, ten thousand": 0.012,
    "CloudFront Functions, a million": 0.10,
    "CloudWatch logs GB": 0.70,
    "CloudWatch alarm-month": 0.10,
    "CloudWatch metric-month": 0.30,
}

WRITES_OF_A_TIP = 44
WRITES_OF_A_PHOTO = 45
READS_OF_A_TIP = 18
READS_OF_A_PHOTO = 17
"""Units of DynamoDB until a tip is posted, from the measured table of deploy/README.md; a test
holds them together. Further photos are taken to cost what the first costs."""

READ_BACK_SECONDS = 30
"""For so long the sweep asks Zalo each minute what webhooks did not bring, half of the units."""

ALARMS = 15
METRICS = 4
"""As in the template; a test counts them there."""


@dataclass(frozen=True)
class Load:
    """How much is used in a month."""

    tips: int
    units: int = 102
    photos_of_a_tip: float = 1.5
    photo_mb: float = 0.7
    """Cleaned; the original is wiped."""
    kept_months: int = 12
    pages_of_a_tip: int = 60
    """Pages read for each tip that comes: most people only read."""
    page_kb: float = 30.0
    """With what a browser has kept already left out."""
    asks_of_a_tip: int = 10
    """Receipts looked up and officers' pages."""


def monthly(load: Load) -> dict[str, float]:
    """Return what each service costs a month, in dollars, once photos have piled up."""
    tips, photos = load.tips, load.tips * load.photos_of_a_tip
    api_calls = tips * (2 + load.asks_of_a_tip)
    jobs = tips + photos
    schedules = HOURS * 60 + HOURS * 12
    stored_photos = photos * load.kept_months
    return {
        "API Gateway": api_calls / MILLION * PRICES["API requests, a million"],
        "Lambda": _lambda(api_calls, jobs, schedules),
        "DynamoDB": _dynamodb(load, schedules),
        "SQS": (3 * jobs + HOURS * 3600 / 20 * 5) / MILLION * PRICES["SQS requests, a million"],
        "S3": (
            stored_photos * load.photo_mb / 1024 * PRICES["S3 GB-month"]
            + (photos * 3 + 14_000) / 1000 * PRICES["S3 PUT, a thousand"]
            + (photos * 4 + HOURS * 60) / 1000 * PRICES["S3 GET, a thousand"]
            # Each night all photos are listed, a thousand at a time.
            + 30 * stored_photos / 1000 / 1000 * PRICES["S3 PUT, a thousand"]
        ),
        # One call by a function that has just started: the refresher each time, others each
        # twentieth.
        "KMS": PRICES["KMS key-month"]
        + (HOURS * 12 + (api_calls + jobs + HOURS * 60) / 20)
        / 10_000
        * PRICES["KMS requests, ten thousand"],
        "CloudFront": _cloudfront(load, api_calls),
        "CloudWatch": (
            (api_calls + jobs + schedules) * 700 / GIB * PRICES["CloudWatch logs GB"]
            + ALARMS * PRICES["CloudWatch alarm-month"]
            + METRICS * PRICES["CloudWatch metric-month"]
        ),
    }


def _lambda(api_calls: float, jobs: float, schedules: float) -> float:
    # GB × seconds: 1 GB for pages, 2 GB for jobs (a photo 2 s, a card 1 s), 0.5 GB for schedules.
    used = api_calls * 1.0 * 0.15 + jobs * 2.0 * 1.6 + schedules * 0.5 * 0.3
    used += HOURS * 60 * 0.5 * READ_BACK_SECONDS
    calls = api_calls + jobs + schedules
    return (
        used * PRICES["Lambda GB-second (arm64)"]
        + calls / MILLION * PRICES["Lambda requests, a million"]
    )


def _dynamodb(load: Load, schedules: float) -> float:
    photos = load.tips * load.photos_of_a_tip
    writes = load.tips * WRITES_OF_A_TIP + photos * WRITES_OF_A_PHOTO
    reads = load.tips * (READS_OF_A_TIP + load.asks_of_a_tip * 8) + photos * READS_OF_A_PHOTO
    reads += schedules * 4 + HOURS * 60 * load.units / 2
    stored = load.tips * load.kept_months * 12 * 1024 / GIB
    per_gb = PRICES["DynamoDB GB-month"] + PRICES["DynamoDB PITR GB-month"]
    return (
        writes / MILLION * PRICES["DynamoDB write units, a million"]
        + reads / MILLION * PRICES["DynamoDB read units, a million"]
        + stored * per_gb
    )


def _cloudfront(load: Load, api_calls: float) -> float:
    pages = load.tips * load.pages_of_a_tip
    requests = pages * 3 + api_calls
    out_gb = (pages * load.page_kb + api_calls * 8) / 1024 / 1024
    return (
        out_gb * PRICES["CloudFront GB"]
        + requests / 10_000 * PRICES["CloudFront requests, ten thousand"]
        + requests / MILLION * PRICES["CloudFront Functions, a million"]
    )


def table(loads: list[Load]) -> str:
    """Return the months side by side as a table of Markdown."""
    months = [monthly(load) for load in loads]
    head = "| a month | " + " | ".join(f"{load.tips:,} tips" for load in loads) + " |"
    rows = [head, "| --- |" + " ---: |" * len(loads)]
    for service in months[0]:
        rows.append(
            f"| {service} | " + " | ".join(f"{month[service]:,.2f}" for month in months) + " |"
        )
    sums = [sum(month.values()) for month in months]
    rows.append("| **together** | " + " | ".join(f"**{one:,.2f}**" for one in sums) + " |")
    each = [one / load.units for one, load in zip(sums, loads, strict=True)]
    rows.append("| a ward | " + " | ".join(f"{one:,.2f}" for one in each) + " |")
    return "\n".join(rows)


LOADS = [Load(2_000), Load(20_000), Load(200_000)]

if __name__ == "__main__":
    print(table(LOADS))  # noqa: T201 - what it is for
