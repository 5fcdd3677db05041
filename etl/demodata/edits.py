"""What happens to a CSV on its way: pure functions from a file's bytes to a file's bytes."""

from collections.abc import Callable


def insert_lines(lines: list[str]) -> Callable[[bytes], bytes]:
    """Put lines into the middle of a file."""
    inserted = "".join(f"{line}\n" for line in lines).encode()

    def edit(content: bytes) -> bytes:
        middle = content.find(b"\n", len(content) // 2) + 1
        return content[:middle] + inserted + content[middle:]

    return edit


def spreadsheet_dialect(content: bytes) -> bytes:
    """As a spreadsheet of much of Europe saves it: BOM, semicolons, CRLF."""
    return b"\xef\xbb\xbf" + content.replace(b",", b";").replace(b"\n", b"\r\n")


def reverse_columns(content: bytes) -> bytes:
    """The same table with its columns in the opposite order; no cell may hold a comma."""
    lines = (b",".join(reversed(line.split(b","))) for line in content.splitlines())
    return b"\n".join(lines) + b"\n"
