"""Files as pieces of text: decompressed and decoded by what the bytes say, not by the file's suffix."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import zstandard

_PIECE = 1 << 17
_GZIP = b"\x1f\x8b"
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"{\0", "utf-16-le"),
    (b"[\0", "utf-16-le"),
    (b"\0{", "utf-16-be"),
    (b"\0[", "utf-16-be"),
)
_UNDECODABLE = "\udc80"


class DamagedFileError(Exception):
    """A file cannot be read to its end; what came before is good."""


def pieces(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes, decompressed if they are gzip or Zstandard.

    Raises:
        DamagedFileError: The file ends in the middle, or is damaged.
    """
    try:
        with path.open("rb") as file:
            yield from _decompressed(file)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise DamagedFileError(
            f"the file is damaged or cut off here ({error}); rows before this are kept: fetch or write the file again"
        ) from error


def text(raw: Iterable[bytes]) -> Iterator[str]:
    """Decode UTF-8, or UTF-16 if the first bytes say so.

    Yields:
        Text in which a lone surrogate stands for each byte that could not be decoded, so that the damage
        stays in its own row.
    """
    stream = iter(raw)
    head = b""
    for piece in stream:
        head += piece
        if len(head) >= max(len(mark) for mark, _ in _ENCODINGS):
            break
    encoding = next((name for mark, name in _ENCODINGS if head.startswith(mark)), "utf-8")
    errors = "surrogatepass" if encoding.startswith("utf-16") else "surrogateescape"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    yield decoder.decode(head)
    for piece in stream:
        yield decoder.decode(piece)
    try:
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        # UTF-16 cut off within a character.
        yield _UNDECODABLE


def _decompressed(file: BinaryIO) -> Iterator[bytes]:
    magic = file.read(len(_ZSTANDARD))
    file.seek(0)
    if magic.startswith(_GZIP):
        with gzip.open(file) as stream:
            while piece := stream.read(_PIECE):
                yield piece
    elif magic == _ZSTANDARD:
        yield from _zstandard(file)
    else:
        while piece := file.read(_PIECE):
            yield piece


def _zstandard(file: BinaryIO) -> Iterator[bytes]:
    """Yield what frame after frame holds; unlike the library's reader it notices that the last one is cut off."""
    frame = zstandard.ZstdDecompressor().decompressobj()
    fresh = True
    while piece := file.read(_PIECE):
        while piece:
            if frame.eof:
                frame = zstandard.ZstdDecompressor().decompressobj()
            yield frame.decompress(piece)
            piece = frame.unused_data if frame.eof else b""
        fresh = frame.eof
    if not fresh:
        raise EOFError("the last compressed frame is not complete")
