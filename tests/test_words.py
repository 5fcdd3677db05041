"""Numbers, days and changes as people say them."""

from __future__ import annotations

import datetime as dt

import pytest

from pages.parts import shares, words
from tests.visits import plain
from warehouse import durations


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (20.0, "+20 %"),
        (-3.44, "−3.4 %"),
        (9.96, "+10 %"),
        (-21.06, "−21.1 %"),
        (0.0, "±0 %"),
        (-0.04, "±0 %"),
        (1234.5, "+1,234.5 %"),
    ],
)
def test_a_change_has_its_sign_and_few_digits(value: float, said: str) -> None:
    assert plain(words.percent(value)) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(20.0, "20 % more than"), (-5.5, "5.5 % fewer than"), (0.01, "as many as")],
)
def test_a_change_in_a_sentence(value: float, said: str) -> None:
    assert plain(words.compared(value)) == said


@pytest.mark.parametrize(
    ("part", "said"), [(1, 0.1), (0, 0), (50_000, 50), (99_999, 99.9), (100_000, 100)]
)
def test_a_share_in_a_column_is_whole_only_where_it_is(part: int, said: float) -> None:
    assert shares.rounded_of(part, 100_000) == said


def test_a_share_too_small_to_show_is_not_zero() -> None:
    assert plain(shares.of(1, 100_000)) == "< 0.1 %"
    assert plain(shares.of(0, 100_000)) == "0 %"
    assert plain(shares.of(1, 0)) == "–"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-1, "less than a minute ago"),
        (59.9, "less than a minute ago"),
        (60, "1 min ago"),
        (7_300, "2 h ago"),
        (86_400, "1 day ago"),
    ],
)
def test_how_long_ago(seconds: float, said: str) -> None:
    assert words.ago(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.44, "0.4 s"),
        (59.7, "1 min"),
        (200, "3 min 20 s"),
        (3_599.7, "1 h"),
        (24_050, "6 h 41 min"),
        (36 * 3_600, "36 h"),
        (48 * 3_600, "2 days"),
        (76.4 * 3_600, "3 days 4 h"),
    ],
)
def test_a_duration_has_two_units(seconds: float, said: str) -> None:
    assert durations.rounded(seconds) == said


@pytest.mark.parametrize(
    ("hours", "said"),
    [(168, "168 h"), (1_234.5, "1,234 h 30 min"), (0.2, "12 min"), (0.005, "18 s"), (0, "0 h")],
)
def test_hours_stay_hours(hours: float, said: str) -> None:
    assert words.hours(hours) == said


def test_a_difference_has_its_sign() -> None:
    assert [words.difference(number) for number in (1_200, -3, 0)] == ["+1,200", "−3", "±0"]


def test_days_and_instants() -> None:
    assert words.day(dt.date(2017, 5, 9)) == "Tue 9 May 2017"
    assert words.instant(dt.datetime(2017, 5, 9, 7, 5)) == "Tue 9 May 2017, 07:05 UTC"


def test_one_is_no_plural() -> None:
    assert words.counted(1, "row") == "1 row"
    assert words.counted(4812, "row") == "4,812 rows"
    assert words.counted(2, "repeated delivery") == "2 repeated deliveries"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("4fa8b7ab", "`4fa8b7ab`"),
        ("![x](http://evil.example/x.png)", "`![x](http://evil.example/x.png)`"),
        ("a`b``c", "```a`b``c```"),
        ("`edge", "`` `edge ``"),
    ],
)
def test_an_id_is_shown_letter_by_letter(text: str, said: str) -> None:
    assert words.code(text) == said


@pytest.mark.parametrize("text", ["sensor", "smart meter", "type-2_b", "Gerät"])
def test_a_name_that_reads_as_a_word_stays_one(text: str) -> None:
    assert words.name(text) == text


@pytest.mark.parametrize("text", ["s", "*md*", "a  b", "_x_", "www.example.org", ":red[x]", "-1"])
def test_any_other_name_is_shown_letter_by_letter(text: str) -> None:
    assert words.name(text) == words.code(text)
