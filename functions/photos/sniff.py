"""Which kind of photo some bytes begin, by magic bytes alone: no name, no MIME type counts.

This runs on the accept path, so it imports the standard library only.
"""

from __future__ import annotations

HEAD_LENGTH = 64
"""As many leading bytes as `sniff_format` can make use of."""

_PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})


def sniff_format(head: bytes) -> str | None:
    """Name the photo format that `head` begins: jpeg, png, webp, heic, gif; None for all else."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(_PNG_MAGIC):
        return "png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if _is_heic(head):
        return "heic"
    return None


def _is_heic(head: bytes) -> bool:
    """Tell whether an ISO media file type box stands first that promises an HEVC still.

    The generic brands mif1 and msf1 are also borne by AVIF files, which name themselves only
    among the compatible brands; no decoder of ours reads those.
    """
    if head[4:8] != b"ftyp" or head[8:12] not in _HEIC_BRANDS:
        return False
    box_end = min(int.from_bytes(head[:4], "big"), HEAD_LENGTH, len(head))
    compatible = {head[at : at + 4] for at in range(16, box_end, 4)}
    return not compatible & _AVIF_BRANDS
