"""The form of what parent and child tell each other: a JSON header and raw bytes, each behind its length. No pickle."""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

LENGTHS = struct.Struct(">II")  # bytes of the header, bytes of the body
MAX_HEADER = 256 * 1024
# The record of the longest policy seen is 1.5 MB; a record is about ten times as long as its text.
MAX_REPLY = 48 * 1024 * 1024
MAX_REQUEST = 64 * 1024 * 1024


class BrokenFrameError(Exception):
    """The other side ended in the middle of a frame, or sent what is no frame."""


def write_frame(stream: BinaryIO, header: dict[str, Any], body: bytes = b"") -> None:
    """Write one frame and flush it. Raises OSError where the other side is gone."""
    head = json.dumps(header, ensure_ascii=False).encode()
    stream.write(LENGTHS.pack(len(head), len(body)))
    stream.write(head)
    stream.write(body)
    stream.flush()


def read_frame(stream: BinaryIO, largest: int) -> tuple[dict[str, Any], bytes] | None:
    """Return the next frame's header and body, None at the end. Raises BrokenFrameError; `largest` limits the body."""
    lengths = stream.read(LENGTHS.size)
    if not lengths:
        return None
    if len(lengths) < LENGTHS.size:
        raise BrokenFrameError("the frame ends in its lengths")
    head_length, body_length = LENGTHS.unpack(lengths)
    if head_length > MAX_HEADER or body_length > largest:
        raise BrokenFrameError(f"a frame of {head_length} + {body_length} bytes is over the limit")
    head, body = stream.read(head_length), stream.read(body_length)
    if len(head) < head_length or len(body) < body_length:
        raise BrokenFrameError("the frame ends early")
    try:
        header = json.loads(head)
    except ValueError as error:
        raise BrokenFrameError("the header is not JSON") from error
    if not isinstance(header, dict):
        raise BrokenFrameError("the header is not an object")
    return header, body
