"""What is in doubt is shown at once; what is certain is not in anybody's way."""

import pytest

from salesapp.domain.import_doubts import in_doubt
from salesapp.domain.import_shape import has_dates
from salesapp.domain.importing import FileShape

HEADER = ("客户名称", "联系电话", "备注说明")


@pytest.mark.parametrize(
    ("shape", "header", "rows", "doubtful"),
    [
        (FileShape(), ("Name", "Phone"), [("Ann", "1")], False),
        (FileShape(), ("Name;Phone",), [("Ann;1",)], True),  # all of it in one column
        (FileShape(encoding="gb18030"), HEADER, [("王建国", "1", "")], False),
        (FileShape(encoding="gb18030"), ("name", "phone"), [("王建国", "1")], True),  # three letters prove nothing
        (FileShape(encoding="cp1252"), HEADER, [("a\ufffdb", "1", "")], True),
        (FileShape(), ("Name", "Since"), [("Ann", "03/04/2026")], True),  # March or April
        (FileShape(), ("Name", "Since"), [("Ann", "03/04/2026"), ("Bo", "23/04/2026")], False),
        (FileShape(), ("Name", "Since"), [("Ann", "2026-03-04")], False),
        (FileShape(format="xlsx"), ("Name",), [("Ann",)], False),
        (FileShape(format="vcard"), ("Name",), [("03/04/2026",)], False),
    ],
)
def test_what_the_first_rows_leave_open(
    shape: FileShape, header: tuple[str, ...], rows: list[tuple[str, ...]], doubtful: bool
) -> None:
    assert in_doubt(shape, header, rows) is doubtful


def test_where_there_are_dates() -> None:
    assert has_dates([("Ann", "2026-03-04")])
    assert not has_dates([("Ann", "2026"), ("1.5", "13800138000")])
