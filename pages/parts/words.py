"""Numbers, days and changes as people say them."""

from __future__ import annotations

import datetime as dt
import re

from warehouse import durations

MINUS = "\N{MINUS SIGN}"
PERCENT = "\N{NO-BREAK SPACE}%"
NOTHING = "–"
UNCHANGED = f"±0{PERCENT}"


def day(value: dt.date) -> str:
    """`Tue 9 May 2017`."""
    return f"{value:%a} {value.day} {value:%b} {value.year:04}"


def short_day(value: dt.date) -> str:
    """`Tue 9 May`, where the year is plain from the context."""
    return f"{value:%a} {value.day} {value:%b}"


def instant(value: dt.datetime) -> str:
    """`Tue 9 May 2017, 10:05 UTC`; `value` is a UTC instant without an offset."""
    return f"{day(value)}, {value:%H:%M} UTC"


def count(number: int | float) -> str:
    """A whole number with its thousands grouped: `4,812`."""
    return f"{number:,.0f}"


def with_minus(number: int | float) -> str:
    """A whole number that may be negative: `4,812`, `−3`."""
    return count(number).replace("-", MINUS)


def counted(number: int, noun: str) -> str:
    """`1 row`, `4,812 rows`."""
    return f"{count(number)} {noun}" if number == 1 else f"{count(number)} {plural(noun)}"


def plural(noun: str) -> str:
    """The plural of a regular noun: `files`, `days`, `duties`."""
    ends_in_y = noun.endswith("y") and noun[-2] not in "aeiou"
    return f"{noun.removesuffix('y')}ies" if ends_in_y else f"{noun}s"


def difference(number: int) -> str:
    """A difference of two counts: `+1,200`, `−3`, `±0`."""
    if not number:
        return "±0"
    return f"{'+' if number > 0 else MINUS}{count(abs(number))}"


def change_pct(now: float, before: float | None) -> float | None:
    """A change in percent; None where there is nothing to compare to."""
    return 100 * (now - before) / before if before else None


def percent(value: float) -> str:
    """A change in percent with its sign: `+20 %`, `−3.4 %`, `±0 %`."""
    text = f"{abs(value):,.1f}".removesuffix(".0")
    if text == "0":
        return UNCHANGED
    return f"{'+' if value > 0 else MINUS}{text}{PERCENT}"


def compared(value: float) -> str:
    """A change inside a sentence: `20 % more than`, `as many as`."""
    said = percent(value).lstrip(f"+{MINUS}")
    if said == UNCHANGED:
        return "as many as"
    return f"{said} {'more' if value > 0 else 'fewer'} than"


def ago(seconds: float) -> str:
    """How long ago, in the largest unit that fits: `3 min ago`, `12 days ago`."""
    if seconds >= 86_400:
        return f"{counted(int(seconds // 86_400), 'day')} ago"
    for size, unit in ((3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return "less than a minute ago"


def ago_lasts(seconds: float) -> float:
    """For how many seconds more `ago` says the same."""
    unit = next((unit for unit in (86_400, 3_600) if seconds >= unit), 60)
    return unit - seconds % unit


def hours(value: float) -> str:
    """A time that is measured in hours, to the minute: `168 h`, `6 h 40 min`, `30 s`, `0 h`."""
    seconds = round(value * 3600)
    if 0 < seconds < 60:
        return f"{seconds} s"
    whole, minute = divmod(round(seconds / 60), 60)
    if not whole and minute:
        return f"{minute} min"
    return durations.two(f"{count(whole)} h", minute, "min")


def code(text: str) -> str:
    """Text of the data or of a link as Markdown shows it letter by letter, whatever it holds."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    edge = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{fence}{edge}{text}{edge}{fence}"


def name(text: str) -> str:
    """A type or a status inside a Markdown sentence: as it is where it reads as a word."""
    is_word = len(text) > 1 and re.fullmatch(r"[^\W_]+(?:[ _-][^\W_]+)*", text)
    return text if is_word else code(text)


def dataset(name: str) -> str:
    """A dataset's name as people say it: `health_reports` is `Health reports`."""
    return name.replace("_", " ").capitalize()


def plain(text: str) -> str:
    """Text of the data in running Markdown: letter by letter, and broken where a line ends."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-!|~$:&])", r"\\\1", text)


def slug(text: str, most: int = 40) -> str:
    """Text as a part of a file's name: `is-not-a-weekday`."""
    return re.sub(r"\W+", "-", text).strip("-")[:most].strip("-")
