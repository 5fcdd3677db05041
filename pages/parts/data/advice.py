"""What to write instead of what was rejected, by the reason that the reader gave."""

from __future__ import annotations

import re

GENERAL = "Write what the reason asks for, or leave the row out."
_INSTANT = (
    "Write the instant as `2026-02-15T10:00:00Z`: year-month-day, then the time, then the zone."
)
_QUOTES = (
    "Close the quote. A cell that holds the delimiter or a line end stands in quotes, and a quote "
    "inside it is written twice."
)
_ADVICE = (
    (r"is an id that a spreadsheet turned into", "The digits are lost: take the id from where it "
     "came from, with its column set to text before a spreadsheet opens it."),
    (r"hours after this load", "Set the clock of what wrote it, and send the file again."),
    (r"is not a date and time that exists", "Write a day of the calendar and a time from 00:00 to "
     "24:00, as in `2026-02-15T10:00:00Z`."),
    (r"is not an ISO 8601 timestamp", _INSTANT),
    (r"is not a date such as", "Write the date as `2026-02-15`: year-month-day."),
    (r"; write \S+$", "Write {written}, as the reason says."),
    (r"is not a weekday", "Write the weekday as a number: 0 is Monday, 6 is Sunday."),
    (r"is not a local time", "Write the local time as `9:30`, `21:00:00` or `9:30 PM`; a day ends "
     "at `24:00`. A closed day has both times empty."),
    (r"; perhaps \S+$", "Write {perhaps}, if that is meant."),
    (r"is not a time zone", "Write the zone's name as IANA lists it, such as `America/Chicago`."),
    (r"is neither true", "Write `true` or `false`."),
    (r"is neither .+ nor ", "Write {words}."),
    (r"is not a whole number", "Write a whole number, without a point and in the range that the "
     "reason names."),
    (r"is not a number such as|digits before the point", "Write a number with a point, such as "
     "`1234.5`, and with no more digits than the reason names."),
    (r"^\S+ is empty$", "Write the value that is missing, or leave the row out: without it nobody "
     "can tell what the row is about."),
    (r"cells? where \d+ are expected", "Give the row as many cells as the header has. A cell that "
     "holds the delimiter stands in quotes."),
    (r"^the header stands here again", "Nothing is lost: leave the line out next time."),
    (r"quote", _QUOTES),
    (r"not valid|control character", "Save the file as UTF-8, and write the letters anew that look "
     "broken."),
    (r"longer than|bytes long", "Most likely a line end or a closing quote is missing. Look at the "
     "line's beginning and end it where the row ends."),
)  # fmt: skip


def instead(reason: str) -> str:
    """What to write, in Markdown, for a reason of a row."""
    for pattern, said in _ADVICE:
        if re.search(pattern, reason):
            return said.format(
                written=_last(r"; write (\S+)$", reason),
                perhaps=_last(r"; perhaps (\S+)$", reason),
                words=_words(reason),
            )
    return GENERAL


def of_file(reason: str) -> str:
    """What to do about a file that was rejected whole."""
    if "the table of customer" in reason:
        return (
            "Give the file the columns that the customer's first file had, or send it for another "
            "customer."
        )
    if "header" in reason:
        return (
            "Write the header of the dataset that is meant into the first line, and save the file."
        )
    if "compressed data" in reason:
        return "Send the file again: it arrived incomplete."
    return "Mend the rows that *Rejected rows* lists, and save the file."


def _last(pattern: str, reason: str) -> str:
    found = re.search(pattern, reason)
    return f"`{found[1]}`" if found else ""


def _words(reason: str) -> str:
    """`active` or `inactive`, from `'on' is neither active nor inactive`."""
    _, _, listed = reason.partition("is neither ")
    return " or ".join(f"`{word}`" for word in re.split(r", | nor ", listed) if word)
