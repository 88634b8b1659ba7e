"""The zip around a workbook, measured before anything reads it: no bomb, no lie, no lock, no path."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO

from crm.imports.errors import FileRefused, Refused
from crm.imports.layout import FileFormat

MOST_UNFOLDED = 300 * 1024 * 1024
"""Bytes of all parts together; a million rows of ten columns come to about that."""

MOST_PARTS = 2000
_STEP = 64 * 1024
_LOCAL_HEADER = 30
_OPENDOCUMENT_SHEET = b"application/vnd.oasis.opendocument.spreadsheet"


def measured(path: Path) -> FileFormat:
    """What workbook this is, every part unfolded once and counted. Raises `FileRefused` for anything else."""
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
            parts = archive.infolist()
            names = [part.filename for part in parts]
            kind = _kind(archive, names)
            if len(parts) > MOST_PARTS or len(set(names)) != len(names):
                raise FileRefused(Refused.UNFOLDS_TOO_FAR)
            if any(part.flag_bits & 1 for part in parts):
                raise FileRefused(Refused.LOCKED)
            if any(name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") for name in names):
                raise FileRefused(Refused.DAMAGED)
            if sum(part.file_size for part in parts) > MOST_UNFOLDED:
                raise FileRefused(Refused.UNFOLDS_TOO_FAR)
            left = MOST_UNFOLDED
            for part in parts:
                real = _real_size(raw, part, at_most=left)
                if real != part.file_size:
                    raise FileRefused(Refused.DAMAGED)
                left -= real
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, KeyError, RuntimeError) as error:
        raise FileRefused(Refused.DAMAGED) from error
    return kind


def _kind(archive: zipfile.ZipFile, names: list[str]) -> FileFormat:
    if "xl/workbook.xml" in names:
        return FileFormat.XLSX
    if "content.xml" in names and "mimetype" in names:
        with archive.open("mimetype") as file:
            if file.read(100).startswith(_OPENDOCUMENT_SHEET):
                return FileFormat.ODS
    raise FileRefused(Refused.NOT_A_TABLE)


def _real_size(raw: IO[bytes], part: zipfile.ZipInfo, *, at_most: int) -> int:
    """How many bytes a part really unfolds to, whatever it says of itself; never more than a step is held."""
    raw.seek(part.header_offset)
    head = raw.read(_LOCAL_HEADER)
    if len(head) < _LOCAL_HEADER or head[:4] != b"PK\x03\x04":
        raise FileRefused(Refused.DAMAGED)
    name_length, extra_length = struct.unpack("<HH", head[26:30])
    raw.seek(name_length + extra_length, 1)
    if part.compress_type == zipfile.ZIP_STORED:
        return part.compress_size
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise FileRefused(Refused.DAMAGED)
    unfold, left, made = zlib.decompressobj(-zlib.MAX_WBITS), part.compress_size, 0
    while left > 0 and not unfold.eof:
        pending = raw.read(min(_STEP, left))
        if not pending:
            raise FileRefused(Refused.DAMAGED)
        left -= len(pending)
        while pending and not unfold.eof:
            made += len(unfold.decompress(pending, _STEP))
            if made > at_most:
                raise FileRefused(Refused.UNFOLDS_TOO_FAR)
            pending = unfold.unconsumed_tail
    if not unfold.eof:
        raise FileRefused(Refused.DAMAGED)
    return made
