"""From the bytes somebody sent to a clean picture made of pixels; runs inside the child process.

Nothing of the original file but its picture survives: a new image is painted, so there is no
place where EXIF, GPS, a comment, a colour profile, a name or trailing bytes could ride along.
The same original gives the same bytes each time.

What a broken file makes Pillow raise is left to fly: the child dies of it, and the parent takes
every death of a child that had started for "this photo cannot be opened".
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable
from contextlib import closing

import pi_heif

# Pillow loads these only when a file calls for them; the child can open no file by then.
from PIL import (
    ExifTags,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageFile,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from functions.photos.errors import UnreadablePhotoError
from functions.photos.limits import MAX_FRAMES, MAX_PIXELS, TIP_PHOTO, PictureForm
from functions.photos.sniff import HEAD_LENGTH, sniff_format

_QUALITIES = (85, 75, 65)

_PILLOW_FORMATS = {
    "jpeg": JpegImagePlugin.JpegImageFile.format,
    "png": PngImagePlugin.PngImageFile.format,
    "webp": WebPImagePlugin.WebPImageFile.format,
    "gif": GifImagePlugin.GifImageFile.format,
    "heic": "HEIF",
}
_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LAZY_PLUGINS = (MpoImagePlugin, TiffImagePlugin)

Image.preinit()
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
ImageFile.LOAD_TRUNCATED_IMAGES = False
pi_heif.register_heif_opener(
    thumbnails=False, depth_images=False, aux_images=False, decode_threads=1
)


def clean_image(original: bytes, form: PictureForm = TIP_PHOTO) -> bytes:
    """Paint the picture of `original` anew and return it in a form, small enough for it.

    Raises UnreadablePhotoError for what is refused by its header; a damaged file may raise
    whatever Pillow and its decoders raise.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with closing(_open(original)) as image:
            picture = _paint(image, form.max_edge)
    return _encode(picture, form)


def _open(original: bytes) -> Image.Image:
    """Read the header with the one decoder its magic bytes name, and refuse what is too big."""
    name = sniff_format(original[:HEAD_LENGTH])
    if name is None:
        raise UnreadablePhotoError("unknown-format")
    try:
        image = Image.open(io.BytesIO(original), formats=(_PILLOW_FORMATS[name],))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as exc:
        raise UnreadablePhotoError("too-large") from exc
    # Pillow counts the frames of a GIF by decoding them all. Only the first is ever read, so
    # there the number does not matter; the other formats tell it in their header.
    if name != "gif" and getattr(image, "n_frames", 1) > MAX_FRAMES:
        raise UnreadablePhotoError("too-many-frames")
    return image


def _paint(image: Image.Image, edge: int) -> Image.Image:
    """Decode the first frame, shrink it, turn it upright, and copy its pixels to a new image."""
    orientation = _orientation(image)
    profile = image.info.get("icc_profile")
    image.draft(None, _fit(image.size, edge))
    image.load()
    picture = _eight_bit(image)
    # Not thumbnail(), which works on the opened file: one with several frames would load again.
    picture = picture.resize(_fit(picture.size, edge), Image.Resampling.LANCZOS, reducing_gap=2)
    if orientation in _TRANSPOSITIONS:
        picture = picture.transpose(_TRANSPOSITIONS[orientation])
    picture = _in_srgb(_on_white(picture), profile)
    fresh = Image.new("RGB", picture.size)
    fresh.paste(picture)
    return fresh


def _orientation(image: Image.Image) -> int:
    """Read how the camera was held; a broken EXIF block costs only that."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except (SyntaxError, ValueError, TypeError, LookupError, OSError, struct.error):
        return 1


def _fit(size: tuple[int, int], edge: int) -> tuple[int, int]:
    """Scale a size down so that its longer side is `edge`."""
    scale = min(1.0, edge / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _eight_bit(image: Image.Image) -> Image.Image:
    """Bring palettes, bitmaps and deep greys to a mode that can be scaled without loss of look."""
    if image.mode.startswith("I"):
        # A plain conversion would cut everything above 255 to white.
        return image.point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _on_white(picture: Image.Image) -> Image.Image:
    """Lay what can be seen through on white paper."""
    if picture.mode != "RGBA":
        return picture
    paper = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(paper, picture).convert("RGB")


def _in_srgb(picture: Image.Image, profile: object) -> Image.Image:
    """Convert to the colours every screen assumes; a profile that does not work is dropped."""
    if isinstance(profile, bytes):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            return picture.convert("RGB")
        if converted is not None:
            return converted
    return picture.convert("RGB")


def _encode(picture: Image.Image, form: PictureForm) -> bytes:
    """Step the quality, then the size down until the file is small enough."""
    edge = form.max_edge
    while True:
        for encoded in _PNG_STEPS if form.file_format == "PNG" else _QUALITY_STEPS:
            content = encoded(picture, form.file_format)
            if len(content) <= form.max_bytes:
                return content
        edge = edge * 3 // 4
        picture = picture.resize(_fit(picture.size, edge), Image.Resampling.LANCZOS)


def _in_quality(quality: int) -> Callable[[Image.Image, str], bytes]:
    return lambda picture, file_format: _saved(picture, file_format, quality=quality, optimize=True)


def _in_full_colour(picture: Image.Image, file_format: str) -> bytes:
    return _saved(picture, file_format, optimize=True)


def _in_few_colours(picture: Image.Image, file_format: str) -> bytes:
    return _saved(picture.quantize(256), file_format, optimize=True)


def _saved(picture: Image.Image, file_format: str, **options: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, format=file_format, **options)
    return out.getvalue()


_QUALITY_STEPS = tuple(_in_quality(quality) for quality in _QUALITIES)
_PNG_STEPS = (_in_full_colour, _in_few_colours)
