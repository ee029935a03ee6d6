"""Days, moments and numbers of cells: every way people write them, and a sentence for what is none."""

from datetime import UTC, date, datetime
from decimal import Decimal
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.errors import Msg
from salesapp.domain.import_cells import parse_day, parse_moment, parse_number

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
ORDERS = st.sampled_from(["ymd", "dmy", "mdy"])
FIFTH = date(2024, 3, 5)


@pytest.mark.parametrize(
    ("cell", "order"),
    [
        ("2024-03-05", "ymd"),
        ("2024-03-05", "dmy"),  # a year of four digits in front is never anything else
        ("2024年3月5日", "ymd"),
        ("2024 年 3 月 5 日", "ymd"),
        ("２０２４年３月５日", "dmy"),
        ("2024年3月5號", "ymd"),
        ("2024年3月5日 星期二", "ymd"),
        ("2024-03-05 星期二 10:20", "ymd"),
        ("2024/3/5", "mdy"),
        ("2024.3.5", "dmy"),
        ("20240305", "dmy"),
        ("20240305T102030Z", "ymd"),
        ("20240305102030", "ymd"),
        ("24-03-05", "ymd"),
        ("05.03.2024", "dmy"),
        ("05.03.2024 г.", "dmy"),
        ("5.3.24", "dmy"),
        ("05-03-2024", "dmy"),
        ("5 марта 2024 г.", "dmy"),
        ("5 March 2024", "mdy"),
        ("5th Mar 2024", "dmy"),
        ("05-Mar-2024", "ymd"),
        ("March 5, 2024", "dmy"),
        ("Tue, 5 Mar 2024", "dmy"),
        ("3/5/2024 2:30 PM", "mdy"),
        ("113/03/05", "ymd"),  # the Republic's year, as Taiwan writes it
        ("民國113年3月5日", "ymd"),
        ("  2024-03-05T23:59:59.123+08:00 ", "ymd"),
    ],
)
def test_a_day_is_read_however_it_is_written(cell: str, order: str) -> None:
    assert parse_day(cell, order) == FIFTH


@pytest.mark.parametrize(
    ("cell", "order", "words"),
    [
        ("25/12/2016", "mdy", "not a date written month, day, year"),
        ("12/25/2016", "dmy", "not a date written day, month, year"),
        ("05.03.2024", "ymd", "not a date written year, month, day"),
        ("31.02.2024", "dmy", "There is no such day as “31.02.2024”"),
        ("2023-02-29", "ymd", "There is no such day"),
        ("45000", "ymd", "“45000” is not a date."),
        ("2024", "ymd", "is not a date"),
        ("next week", "ymd", "is not a date"),
        ("5/3-2024", "dmy", "is not a date"),
        ("2024-03-05 lunch", "ymd", "is not a date"),
        ("192.168.10.20", "dmy", "is not a date"),
        ("1.2.3", "dmy", "is not a date"),
        ("", "ymd", "is not a date"),
        ("2024-03-05" * 1000, "ymd", "is not a date"),
    ],
)
def test_what_is_no_day_is_said_so(cell: str, order: str, words: str) -> None:
    answer = parse_day(cell, order)
    assert isinstance(answer, Msg)
    assert words in str(answer)
    assert len(str(answer)) < 120


@given(DAYS, st.sampled_from("./-"))
def test_every_day_comes_back_in_every_order(day: date, sign: str) -> None:
    d, m, y = f"{day.day:02d}", f"{day.month:02d}", str(day.year)
    assert parse_day(sign.join((y, m, d)), "mdy") == day
    assert parse_day(sign.join((d, m, y)), "dmy") == day
    assert parse_day(sign.join((m, d, y)), "mdy") == day
    assert parse_day(f"{y}年{day.month}月{day.day}日", "dmy") == day
    assert parse_day(day.strftime("%Y%m%d"), "dmy") == day


@given(st.text(max_size=80), ORDERS)
def test_no_cell_breaks_the_reader_of_days(cell: str, order: str) -> None:
    assert isinstance(parse_day(cell, order), date | Msg)
    assert isinstance(parse_moment(cell, order, SHANGHAI), datetime | Msg)


@given(st.from_regex(r"\A\d{1,4}[./年-]\d{1,2}[./月-]\d{1,4}日? ?[T ]?\d{0,2}:?\d{0,2}[ap+-]?\d{0,4}Z?\Z"), ORDERS)
def test_no_date_like_cell_breaks_it_either(cell: str, order: str) -> None:
    assert isinstance(parse_day(cell, order), date | Msg)
    assert isinstance(parse_moment(cell, order, SHANGHAI), datetime | Msg)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-03-05 10:20:30", (2024, 3, 5, 2, 20, 30)),
        ("2024-03-05T10:20:30Z", (2024, 3, 5, 10, 20, 30)),
        ("20240305T102030Z", (2024, 3, 5, 10, 20, 30)),
        ("2024-03-05T10:20:30.123+08:00", (2024, 3, 5, 2, 20, 30)),
        ("2024-03-05 10:20 +0300", (2024, 3, 5, 7, 20, 0)),
        ("2024-03-05 10:20 GMT+3", (2024, 3, 5, 7, 20, 0)),
        ("2024-03-05 10:20:00 -05:30", (2024, 3, 5, 15, 50, 0)),
        ("2024/3/5 下午3点20分", (2024, 3, 5, 7, 20, 0)),
        ("2024年3月5日 上午9时", (2024, 3, 5, 1, 0, 0)),
        ("2024-03-05 2:30 PM", (2024, 3, 5, 6, 30, 0)),
        ("2024-03-05 12:10 am", (2024, 3, 4, 16, 10, 0)),
        ("2024-03-05", (2024, 3, 5, 4, 0, 0)),  # noon of the day in Shanghai
        ("5 марта 2024 г. 10:20", (2024, 3, 5, 2, 20, 0)),
    ],
)
def test_a_moment_is_told_in_utc(cell: str, expected: tuple[int, ...]) -> None:
    assert parse_moment(cell, "dmy", SHANGHAI) == datetime(*expected, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_a_time_that_is_none_is_said_so() -> None:
    assert "holds no time of day" in str(parse_moment("2024-03-05 25:00", "ymd", SHANGHAI))
    assert "holds no time of day" in str(parse_moment("2024-03-05 soon", "ymd", SHANGHAI))
    assert "no such day" in str(parse_moment("2024-02-30 10:00", "ymd", SHANGHAI))
    assert "no such day" in str(parse_moment("0001-01-01 00:00", "ymd", SHANGHAI))


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))
def test_every_moment_comes_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    assert parse_moment(moment.isoformat(), "mdy", SHANGHAI) == moment
    assert parse_moment(moment.astimezone(SHANGHAI).strftime("%d.%m.%Y %H:%M:%S"), "dmy", SHANGHAI) == moment


@pytest.mark.parametrize(
    ("cell", "decimal", "expected"),
    [
        ("1234", ".", "1234"),
        ("¥1,234.50", ".", "1234.5"),
        ("￥1，234.50", ".", "1234.5"),
        ("1 234,50 ₽", ",", "1234.5"),
        ("1\u00a0234\u202f567,5 руб.", ",", "1234567.5"),
        ("1.234,56 €", ",", "1234.56"),
        ("1'234.5", ".", "1234.5"),
        ("12万", ".", "120000"),
        ("1.5亿元", ".", "150000000"),
        ("12 тыс. руб.", ",", "12000"),
        ("2,5 млн", ",", "2500000"),
        ("3.5K", ".", "3500"),
        ("(1,234)", ".", "-1234"),
        ("($5.00)", ".", "-5"),
        ("-$5", ".", "-5"),
        ("$-5", ".", "-5"),
        ("−5", ".", "-5"),
        ("5-", ".", "-5"),
        ("１２３４．５", ".", "1234.5"),
        ("CNY 500", ".", "500"),
        ("500 usd", ".", "500"),
        ("50%", ".", "50"),
        ("1.2E+05", ".", "120000"),
        ("1,234", ",", "1.234"),
        ("1.234", ",", "1234"),
        ("1,23,456.7", ".", "123456.7"),
        (".5", ".", "0.5"),
    ],
)
def test_a_number_is_read_by_the_files_sign(cell: str, decimal: str, expected: str) -> None:
    assert parse_number(cell, decimal) == Decimal(expected)


@pytest.mark.parametrize(
    ("cell", "decimal"),
    [
        ("", "."),
        ("abc", "."),
        ("1.234,56", "."),
        ("12,34", "."),
        ("1.2.3", "."),
        ("12.34", ","),
        ("5 apples", "."),
        ("NaN", "."),
        ("Infinity", "."),
        ("1e999", "."),
        ("--5", "."),
        ("(-5)", "."),
        ("2024-03-05", "."),
        ("1" * 70, "."),
        ("1 2", "."),
    ],
)
def test_what_is_no_number_is_said_so(cell: str, decimal: str) -> None:
    answer = parse_number(cell, decimal)
    assert isinstance(answer, Msg)
    assert "is not a number" in str(answer)


def test_the_sentence_names_the_sign_the_file_was_said_to_have() -> None:
    assert "with “.” before the decimals" in str(parse_number("1.234,56", "."))


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_every_number_comes_back_grouped_or_plain(number: Decimal) -> None:
    assert parse_number(f"{number:,.2f}", ".") == number
    assert parse_number(f"{number:.2f}", ".") == number
    swapped = f"{number:,.2f}".translate(str.maketrans(",.", ".,"))
    assert parse_number(swapped, ",") == number
    assert parse_number(f"{number:,.2f}".replace(",", "\u202f").replace(".", ","), ",") == number


@pytest.mark.parametrize("cell", [f"a{' ' * 58}a", f"1{' ' * 58}1", "\ufdfa" * 60, "a " * 30, "1," * 30, "(" * 60])
def test_no_cell_keeps_the_reader_busy(cell: str) -> None:
    began = process_time()
    for order, decimal in (("dmy", "."), ("ymd", ",")):
        parse_number(cell, decimal)
        parse_moment(cell, order, SHANGHAI)
    assert process_time() - began < 0.5


@given(st.text(max_size=80), st.sampled_from(".,"))
def test_no_cell_breaks_the_reader_of_numbers(cell: str, decimal: str) -> None:
    assert isinstance(parse_number(cell, decimal), Decimal | Msg)
