"""Originals as residents send them: with hidden words in every corner, or in uncommon modes."""

from __future__ import annotations

import io
import zipfile

from PIL import Image, ImageCms, PngImagePlugin

from tests.photos.pictures import MARKER, encoded, gps_exif, png_chunk, scene

XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + MARKER + b"</x:xmpmeta>"


def marked_profile() -> bytes:
    """Build an sRGB profile with the marker planted in its name."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    name = "sRGB built-in".encode("utf-16-be")
    assert name in profile
    return profile.replace(name, MARKER[: len(name)].ljust(len(name)))


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(MARKER.decode() + ".html", MARKER)
    return out.getvalue()


def marked_png() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", MARKER.decode())
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    texts.add_text("Author", MARKER.decode(), zip=True)
    png = encoded(scene(), "PNG", pnginfo=texts, exif=gps_exif(), icc_profile=marked_profile())
    return png[:-12] + png_chunk(b"prVt", MARKER) + png[-12:] + MARKER


MARKED = {
    "JPEG with GPS, XMP, comment and profile": encoded(
        scene(), "JPEG", exif=gps_exif(), xmp=XMP, comment=MARKER, icc_profile=marked_profile()
    ),
    "JPEG with words behind its end": encoded(scene(), "JPEG") + MARKER * 9,
    "JPEG that is a zip archive too": encoded(scene(), "JPEG") + zipped(),
    "JPEG with a thumbnail and a second picture": encoded(
        scene(), "MPO", exif=gps_exif(), save_all=True, append_images=[Image.new("RGB", (32, 32))]
    ),
    "PNG with texts, EXIF, profile, private chunk and trailing words": marked_png(),
    "GIF with a comment": encoded(scene(), "GIF", comment=MARKER),
    "WebP with XMP, GPS and profile": encoded(
        scene(), "WEBP", quality=90, xmp=XMP, exif=gps_exif(), icc_profile=marked_profile()
    ),
}


def half_clear() -> Image.Image:
    picture = scene()
    picture.putalpha(Image.new("L", picture.size, 128))
    return picture


def half_clear_grey() -> Image.Image:
    picture = scene().convert("LA")
    picture.putalpha(128)
    return picture


def deep_grey() -> Image.Image:
    return scene().convert("I").point(lambda value: value * 257).convert("I;16")


def pale() -> Image.Image:
    return Image.blend(scene(), Image.new("RGB", (320, 200), "white"), 127 / 255)


def without_red() -> Image.Image:
    picture = scene()
    picture.paste("white", (0, 0, 160, 100))
    return picture


GREY = scene().convert("L")
BITMAP = GREY.convert("1")
FEW_COLOURS = scene().quantize(16)
RED = FEW_COLOURS.getpixel((10, 10))

UNCOMMON = {
    "CMYK": (encoded(scene().convert("CMYK"), "JPEG", quality=95), scene()),
    "progressive": (encoded(scene(), "JPEG", quality=95, progressive=True), scene()),
    "grey": (encoded(GREY, "JPEG", quality=95), GREY),
    "bitmap": (encoded(BITMAP, "PNG"), BITMAP),
    "16-bit grey": (encoded(deep_grey(), "PNG"), GREY),
    "grey with alpha": (encoded(half_clear_grey(), "PNG"), pale().convert("L")),
    "alpha": (encoded(half_clear(), "PNG"), pale()),
    "WebP alpha": (encoded(half_clear(), "WEBP", lossless=True), pale()),
    "palette": (encoded(scene().quantize(64), "PNG"), scene()),
    "palette with a clear colour": (encoded(FEW_COLOURS, "PNG", transparency=RED), without_red()),
    "GIF with a clear colour": (encoded(FEW_COLOURS, "GIF", transparency=RED), without_red()),
    "colour key": (encoded(scene(), "PNG", transparency=(255, 0, 0)), without_red()),
}
