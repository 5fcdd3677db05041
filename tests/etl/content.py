"""Bytes as a YAML file can tell them, also those that no text file holds.

A text is its UTF-8 bytes, a list is its parts joined, and a mapping is one of
`{latin-1: text}` (or any other encoding), `{base64: text}`, `{times: 3, of: part}`,
`{gzip: part}`, `{zstd: part}` and `{cut: 5, of: part}`, which lacks the last five bytes.
"""

from __future__ import annotations

import base64
import gzip

from warehouse import zstd


def content(node: object) -> bytes:
    """The bytes of one such node. Raises ValueError where it is none."""
    match node:
        case str():
            return node.encode("utf-8")
        case list():
            return b"".join(map(content, node))
        case {"times": int(count), "of": part}:
            return content(part) * count
        case {"cut": int(count), "of": part}:
            return content(part)[:-count]
        case {"gzip": part}:
            return gzip.compress(content(part), mtime=0)
        case {"zstd": part}:
            return zstd.compress(content(part))
        case {"base64": str(text)}:
            return base64.b64decode(text)
        case dict() if len(node) == 1:
            ((encoding, text),) = node.items()
            return str(text).encode(str(encoding))
    raise ValueError(f"not the form of a file's content: {node!r}")
