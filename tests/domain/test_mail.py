"""Mail settings as typed, and the message a letter becomes."""

from dataclasses import replace

import pytest

from salesapp.domain.letters import Letter, Line, Section, message
from salesapp.domain.mail_settings import MailSettings, read_settings
from salesapp.testing import NOW

GOOD = {
    "host": "smtp.example.com",
    "port": "587",
    "security": "starttls",
    "user": "crm",
    "sender": "crm@example.com",
    "base_url": "https://crm.example.com/",
}
LETTER = Letter(
    key="notice-7.1",
    to="zhao@example.com",
    to_name="赵磊",
    language="zh_Hans",
    subject="李娜 把客户交给了你：卢沟桥医院",
    sections=[Section("", [Line("卢沟桥 <医院>", "/customers/7", "3月2日")])],
    open_words="打开",
    footer=Line("设置", "/account/notices"),
)
SETTINGS = MailSettings(host="h", sender="crm@example.com")


def test_good_settings_are_read_and_the_password_is_nowhere_to_be_seen() -> None:
    found, problems = read_settings(GOOD, "geheim")
    assert problems == []
    assert (found.usable, found.port, found.base_url) == (True, 587, "https://crm.example.com")
    assert "geheim" not in repr(found)
    assert "password" not in found.shown()


def test_without_a_host_mail_is_off() -> None:
    found, problems = read_settings(GOOD | {"host": " "}, "x")
    assert (found.usable, found.password, problems) == (False, "", [])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host", "smtp example"),
        ("host", "smtp.example.com:25"),
        ("host", "-x"),
        ("host", "user@host"),
        ("host", "http://h"),
        ("port", "0"),
        ("port", "65536"),
        ("port", "５８７"),
        ("port", ""),
        ("security", "ssl"),
        ("user", "x" * 201),
        ("user", "用户"),
        ("sender", "nobody"),
        ("sender", "a@b.com, c@d.com"),
        ("sender", "用户@例子.cn"),
        ("base_url", "javascript:alert(1)"),
        ("base_url", "https://a@b.example"),
        ("base_url", "https://b.example/?x=1"),
        ("base_url", "https://[oops"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(field: str, value: str) -> None:
    assert [each.place for each in read_settings(GOOD | {field: value}, "x")[1]] == [field]


def test_a_line_break_ends_up_in_no_setting() -> None:
    found, _ = read_settings(GOOD | {"user": "a\r\nRCPT TO:<x@y>", "host": "h\r\n"}, "x")
    assert "\n" not in found.user + found.host
    assert [each.place for each in read_settings(GOOD, "a\r\nQUIT")[1]] == ["password"]


def test_the_message_says_who_it_is_for_where_to_go_and_that_a_machine_wrote_it() -> None:
    mail = message(LETTER, SETTINGS, "https://crm.example.com", "东方医疗", NOW)
    assert mail["Subject"] == LETTER.subject
    assert mail["From"].addresses[0].display_name == "东方医疗"
    assert mail["Message-ID"] == "<notice-7.1@crm.example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "zh-Hans"
    text, markup = (part.get_content() for part in mail.iter_parts())
    assert "https://crm.example.com/customers/7" in text
    assert "https://crm.example.com/account/notices" in text
    assert "卢沟桥 &lt;医院&gt;" in markup
    assert '<a href="https://crm.example.com/customers/7">打开</a>' in markup


def test_it_is_the_same_message_when_it_is_written_again() -> None:
    first, second = (message(LETTER, SETTINGS, "https://x.example", "", NOW) for _ in range(2))
    assert first["Message-ID"] == second["Message-ID"]
    assert first["From"].addresses[0].display_name == "SalesApp"


@pytest.mark.parametrize("field", ["subject", "to_name"])
def test_no_text_becomes_a_header(field: str) -> None:
    letter = replace(LETTER, **{field: "x\r\nBcc: all@example.com\r\n\r\nhello"})  # type: ignore[arg-type]
    mail = message(letter, SETTINGS, "https://x.example", "A\r\nBcc: b@example.com", NOW)
    assert mail["Bcc"] is None
    head = mail.as_bytes().partition(b"\r\n\r\n")[0]
    assert not any(line.lower().startswith(b"bcc") for line in head.split(b"\r\n"))
