"""Headers, delimiters, the order of dates and the decimal sign, told by the cells."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.import_shape import (
    guess_date_order,
    guess_decimal,
    guess_delimiter,
    guess_header,
    guess_titles,
)


@pytest.mark.parametrize(
    ("lines", "sign"),
    [
        (["a,b,c", "1,2,3"], ","),
        (["a;b;c", "1,5;2,5;3,5"], ";"),
        (["Name;Amount, EUR", "x;1,5", "y;2,5"], ";"),
        (["a\tb", "1,5\t2", "x, y\t3"], "\t"),
        (["a|b|c", "1|2|3"], "|"),
        (['"a;b","c;d"', '"1;2","3;4"'], ","),
        (["x;y,z", '"p;q",r', '"s;t",u'], ","),
        (["only", "one", "column"], ","),
        (["name,note", 'x,"a; b; c"', "y,z;w"], ","),
        (["a,b\n", '1,"x\n', 'y"\n', "2,3\n"], ","),
        (["a,b,c", "1,2,3,", "4,5,6,"], ","),
        ([], ","),
    ],
)
def test_the_sign_that_cuts_rows_alike(lines: list[str], sign: str) -> None:
    assert guess_delimiter([line if line.endswith("\n") else line + "\n" for line in lines]) == sign


@pytest.mark.parametrize(
    ("rows", "has"),
    [
        ([("name", "phone"), ("Ann", "+49 30 123456")], True),
        ([("Ann", "+49 30 123456"), ("Bob", "+49 30 123457")], False),
        ([("1", "", "3"), ("4", "5", "6")], False),
        ([("a", "b", "c")], True),
        ([("姓名", "城市"), ("张三", "上海")], True),
        ([("张三", "上海"), ("李四", "北京"), ("王五", "上海")], False),
        ([("name", "2023", "2024"), ("Ann", "5", "6"), ("Bob", "7", "8")], False),
        ([("a@b.example",), ("c@d.example",)], False),
        ([("email",), ("c@d.example",)], True),
        ([], False),
        ([("", "")], False),
        ([("a", "a"), ("x", "y")], False),
    ],
)
def test_a_header_is_words_above_data(rows: list[tuple[str, ...]], has: bool) -> None:
    assert guess_header(rows) is has


@pytest.mark.parametrize(
    ("rows", "titles"),
    [
        ([("客户名单",), ("姓名", "电话", "城市"), ("张三", "13800000001", "上海")], 1),
        ([("Customers", "", ""), ("2024-01-01", "", ""), ("name", "phone", "city"), ("Ann", "1", "x")], 2),
        ([("List",), ("name", "phone"), ("Ann", "+49 30 123456")], 1),
        ([("name", "phone"), ("Ann", "1")], 0),
        ([("name",), ("Ann",), ("Bob",)], 0),
        ([("name", ""), ("Ann", "+49 30 123456"), ("Bob", "+49 30 123457")], 0),  # what follows is no header
        ([("a", "b", "c"), ("x", "", ""), ("d", "e", "f")], 0),
        ([("title",)], 0),
        ([], 0),
    ],
)
def test_what_stands_above_a_table_is_no_row_of_it(rows: list[tuple[str, ...]], titles: int) -> None:
    assert guess_titles(rows) == titles


@pytest.mark.parametrize(
    ("cells", "language", "order"),
    [
        (["25/12/2016", "01/02/2016"], "en", "dmy"),
        (["12/25/2016", "01/02/2016"], "ru", "mdy"),
        (["01-03-2017", "20-10-2016"], "en", "dmy"),
        (["2016-12-25"], "ru", "ymd"),
        (["2016/1/2"], "en", "ymd"),
        (["01/02/2016"], "en", "mdy"),
        (["01/02/2016"], "ru", "dmy"),
        (["01.02.2016"], "en", "dmy"),
        (["01.02.16 10:20"], "zh_Hans", "dmy"),
        (["99-12-25"], "en", "ymd"),
        ([], "en", "ymd"),
        ([], "ru", "dmy"),
        (["192.168.1.20", "1.2.3", "13/2016"], "zh_Hans", "ymd"),
        (["25/12/2016", "25/12/2016", "12/25/2016"], "en", "dmy"),
        (["2016-12-25", "25.12.2016"], "en", "dmy"),
    ],
)
def test_the_order_of_dates(cells: Sequence[str], language: str, order: str) -> None:
    assert guess_date_order([(cell,) for cell in cells], language) == order


@given(st.lists(st.dates(), min_size=1, max_size=30), st.sampled_from(["en", "ru", "zh_Hans"]), st.sampled_from("./-"))
def test_one_day_above_the_twelfth_proves_the_order(days: list, language: str, sign: str) -> None:  # type: ignore[type-arg]
    if all(day.day <= 12 for day in days):
        return
    cells = [(f"{day.day:02d}{sign}{day.month:02d}{sign}{day.year:04d}",) for day in days]
    assert guess_date_order(cells, language) == "dmy"
    cells = [(f"{day.month:02d}{sign}{day.day:02d}{sign}{day.year:04d}",) for day in days]
    assert guess_date_order(cells, language) == "mdy"


@pytest.mark.parametrize(
    ("cells", "language", "sign"),
    [
        (["1.234,56", "5"], "en", ","),
        (["1,234.56"], "ru", "."),
        (["1 234,5 ₽"], "en", ","),
        (["12.5"], "ru", "."),
        (["12,5"], "zh_Hans", ","),
        (["1,234"], "en", "."),  # proves nothing
        (["1,234"], "ru", ","),
        (["1,234,567"], "ru", "."),
        (["1.234.567"], "en", ","),
        (["05.03.2024", "10.11.2024"], "ru", ","),  # dates are no numbers
        (["¥1,234.50", "RMB 3.20"], "ru", "."),
        ([], "en", "."),
    ],
)
def test_the_decimal_sign(cells: Sequence[str], language: str, sign: str) -> None:
    assert guess_decimal([(cell,) for cell in cells], language) == sign


@given(st.lists(st.decimals(0, 10**9, places=2), min_size=1), st.sampled_from(["en", "ru"]))
def test_amounts_with_cents_prove_the_sign(amounts: list, language: str) -> None:  # type: ignore[type-arg]
    assert guess_decimal([(f"{each:,.2f}",) for each in amounts], language) == "."
    german = [(f"{each:,.2f}".translate(str.maketrans(",.", ".,")),) for each in amounts]
    assert guess_decimal(german, language) == ","


@pytest.mark.parametrize("slip", ["13.02.2024", "02/13/2024", "03/04/2024"])
def test_one_day_written_otherwise_does_not_turn_a_file_of_days(slip: str) -> None:
    days = [("2024-02-01",)] * 40
    assert guess_date_order([*days, (slip,)], "zh_Hans") == "ymd"
    assert guess_date_order([*days, *[("13.02.2024",)] * 10], "zh_Hans") == "dmy"
