"""The same pages as plain Markdown, for generators that do not know our front matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bench.site.corpus import Article, Unit


def article_text(article: Article) -> str:
    """Return a page of facts as Markdown without its title, about as long as our page."""
    return "\n".join(_lines(article.meta)) + "\n" + article.body


def contact_text(unit: Unit) -> str:
    """Return what stands on each page of a unit."""
    return (
        f"## Nộp ở Công an {unit.name}\n\n- Địa chỉ: {unit.address}\n"
        f"- Điện thoại trực ban: [{unit.phone}](tel:{unit.phone.replace(' ', '')})\n"
        "- Giờ làm việc: chưa cập nhật\n- Khẩn cấp gọi [113](tel:113)\n\n"
    )


def _lines(meta: Mapping[str, Any]) -> Iterator[str]:
    yield f"{meta.get('description') or ''}\n"
    answer = meta.get("short_answer") or {}
    if answer:
        yield "## Trả lời nhanh\n"
        yield from (f"- {value}" for value in answer.values())
    for key in ("summary", "authority", "who_can_apply", "result"):
        value = meta.get(key)
        if value:
            yield f"\n## Mục {key}\n"
            yield from (f"- {item}" for item in (value if isinstance(value, list) else [value]))
    for key in ("conditions", "documents", "forms", "channels", "time_limit", "fees"):
        if meta.get(key):
            yield f"\n## Mục {key}\n"
            yield from (f"- {_row(item)}" for item in meta[key])
    for key in ("common_mistakes", "do", "do_not", "legal_basis"):
        if meta.get(key):
            yield f"\n## Mục {key}\n"
            yield from (f"- {item}" for item in meta[key])
    yield ""


def _row(item: Any) -> str:
    if not isinstance(item, Mapping):
        return str(item)
    return ". ".join(str(value) for value in item.values() if value not in (None, True, False))
