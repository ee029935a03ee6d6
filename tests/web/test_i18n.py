"""The person's language: which one it is, and texts, days and numbers in it."""

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from gettext import GNUTranslations
from zoneinfo import ZoneInfo

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, render_template_string, session
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from salesapp.domain.errors import Msg
from salesapp.domain.text import LANGUAGES, Text
from salesapp.testing import Browser, Cast, Clock
from salesapp.web import i18n

RUSSIAN = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"

msgid "%(num)s deal"
msgid_plural "%(num)s deals"
msgstr[0] "%(num)s сделка"
msgstr[1] "%(num)s сделки"
msgstr[2] "%(num)s сделок"

msgid "%(num)s deal of %(who)s"
msgid_plural "%(num)s deals of %(who)s"
msgstr[0] "%(num)s сделка: %(who)s"
msgstr[1] "%(num)s сделки: %(who)s"
msgstr[2] "%(num)s сделок: %(who)s"

msgid "Hello %(name)s"
msgstr "Привет, %(name)s"

msgid "All 100 % of it"
msgstr "Все 100 %"

msgid "Half of 100%% now"
msgstr "Половина от 100%% сейчас"

msgid "today"
msgstr "сегодня"
"""

STAGE = Text(en="Needs", zh_Hans="需求", zh_Hant="需求確認", ru="Потребности")

Speak = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def bare(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """An application of nothing but languages, in which nobody is signed in."""
    made = Flask(__name__)
    made.secret_key = "for this test"
    made.extensions["salesapp_clock"] = clock
    i18n.register(made)
    monkeypatch.setattr(i18n, "signed_in", lambda: None)
    return made


@pytest.fixture
def speak(bare: Flask, monkeypatch: pytest.MonkeyPatch) -> Speak:
    """A request in a language and a time zone: `with speak("ru", zone="Asia/Shanghai"):`."""
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(RUSSIAN.encode()), locale="ru"))
    russian = GNUTranslations(io.BytesIO(compiled.getvalue()))
    real = i18n.catalogue
    monkeypatch.setattr(i18n, "catalogue", lambda language: russian if language == "ru" else real(language))

    @contextmanager
    def opened(language: str, zone: str = "UTC") -> Iterator[None]:
        with bare.test_request_context():
            session["language"] = language
            g.zone = ZoneInfo(zone)
            yield

    return opened


# --- which language ---


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("zh-CN", "zh_Hans"),
        ("zh-SG", "zh_Hans"),
        ("zh", "zh_Hans"),
        ("zh-TW", "zh_Hant"),
        ("zh-HK", "zh_Hant"),
        ("zh-MO", "zh_Hant"),
        ("zh-Hant", "zh_Hant"),
        ("zh-Hant-TW", "zh_Hant"),
        ("zh-Hans-HK", "zh_Hans"),
        ("ZH-HANT", "zh_Hant"),
        ("ru-RU", "ru"),
        ("RU", "ru"),
        ("en-GB", "en"),
        ("de", "en"),
        ("de, ru;q=0.5", "ru"),
        ("ru;q=0, de", "en"),
        ("zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7", "zh_Hant"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh_Hans"),
        ("zh-CN,en;q=0.8", "zh_Hans"),
        ("en;q=0.4, zh-HK;q=0.9", "zh_Hant"),
        ("*", "en"),
        ("", "en"),
        ("x;;q=,,=1;q=z", "en"),
    ],
)
def test_the_browser_says_which_language_it_reads(bare: Flask, header: str, expected: str) -> None:
    with bare.test_request_context(headers={"Accept-Language": header}):
        assert i18n.language() == expected


@given(st.lists(st.text(max_size=12) | st.text("zhruenHantSCTW-_", max_size=10), max_size=6))
def test_any_list_of_languages_leads_to_one_of_ours(accepted: list[str]) -> None:
    assert i18n.negotiate(accepted) in LANGUAGES


def test_the_first_language_of_ours_wins() -> None:
    assert i18n.negotiate(["de", "ru-RU", "zh-CN"]) == "ru"
    assert i18n.negotiate(iter(["zh_TW", "zh"])) == "zh_Hant"


def test_what_was_chosen_before_signing_in_goes_before_the_browser(bare: Flask) -> None:
    with bare.test_request_context(headers={"Accept-Language": "ru"}):
        session["language"] = "zh_Hant"
        assert i18n.language() == "zh_Hant"
    with bare.test_request_context(headers={"Accept-Language": "ru"}):
        session["language"] = "xx"
        assert i18n.language() == "ru"


def test_the_signed_out_page_names_its_language(client: Browser, cast: Cast) -> None:
    assert '<html lang="zh-Hant"' in client.get("/sign-in", headers={"Accept-Language": "zh-TW,zh;q=0.9"}).text


def test_without_a_request_everything_is_english(bare: Flask) -> None:
    with bare.app_context():
        assert i18n.language() == "en"
        assert i18n.gettext("Save") == "Save"


# --- texts ---


def test_say_speaks_each_kind_of_text(speak: Speak) -> None:
    with speak("ru"):
        assert i18n.say(STAGE) == "Потребности"
        assert i18n.say(Msg("Hello %(name)s", {"name": "Ли"})) == "Привет, Ли"
        assert i18n.say("Hello %(name)s") == "Hello %(name)s"
    for language, label in (("en", "Needs"), ("zh_Hans", "需求"), ("zh_Hant", "需求確認")):
        with speak(language):
            assert i18n.say(STAGE) == label


def test_texts_within_a_message_are_translated_too(speak: Speak) -> None:
    with speak("ru"):
        inner = Msg("Hello %(name)s", {"name": STAGE})
        assert i18n.say(Msg("%(a)s: %(b)s", {"a": STAGE, "b": inner})) == "Потребности: Привет, Потребности"


def test_a_message_without_values_is_shown_as_it_is(speak: Speak) -> None:
    with speak("ru"):
        assert i18n.say(Msg("All 100 % of it")) == "Все 100 %"
        assert i18n.say(Msg("%(label)s is needed.")) == "%(label)s is needed."
        assert i18n.say(Msg("")) == ""  # and not the header of the catalogue


def test_values_are_shown_as_the_language_writes_them(speak: Speak) -> None:
    moment = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
    values = {"half": Decimal("1.5"), "third": 0.25, "day": date(2025, 12, 31), "moment": moment, "flag": True}
    source = "%(half)s %(third)s %(day)s %(moment)s %(flag)s"
    with speak("ru", zone="Asia/Shanghai"):
        assert i18n.say(Msg(source, values)) == "1,5 0,25 31 дек. 2025\u202fг. сегодня 14:30 True"


def test_whole_numbers_in_a_message_stay_as_they_are(speak: Speak) -> None:
    with speak("en"):  # a year, a line, a number of a customer; show_number is for quantities
        assert i18n.say(Msg("line %(line)s of %(year)s", {"line": 1234, "year": 2026})) == "line 1234 of 2026"


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (0, "0 сделок"),
        (1, "1 сделка"),
        (2, "2 сделки"),
        (5, "5 сделок"),
        (11, "11 сделок"),
        (21, "21 сделка"),
        (22, "22 сделки"),
        (112, "112 сделок"),
        (-1, "-1 сделка"),
        (1.0, "1 сделка"),
        (1.5, "1,5 сделки"),
        (Decimal("0.5"), "0,5 сделки"),
    ],
)
def test_russian_counts_in_its_three_forms(speak: Speak, n: float, expected: str) -> None:
    with speak("ru"), warnings.catch_warnings():
        warnings.simplefilter("error")
        text = i18n.ngettext("%(num)s deal", "%(num)s deals", n)
        assert text % {"num": i18n.show_number(n)} == expected


def test_english_counts_in_two_forms(speak: Speak) -> None:
    with speak("en"):
        counted = [i18n.ngettext("deal", "deals", n) for n in (0, 1, 1.5, 2)]
    assert counted == ["deals", "deal", "deals", "deals"]


# --- in templates ---


def shown(template: str, **context: object) -> str:
    """The template as a page would show it."""
    return render_template_string(template, **context)


def test_values_in_a_template_are_escaped_and_the_message_is_not(speak: Speak) -> None:
    with speak("ru"):
        assert shown('{{ _("Hello %(name)s", name=x) }}', x="<b>&") == "Привет, &lt;b&gt;&amp;"
        assert shown('{{ _("Hello %(name)s", name=x) }}', x=Markup("<b>Ли</b>")) == "Привет, <b>Ли</b>"
        assert shown("{% trans name=x %}Hello {{ name }}{% endtrans %}", x="<i>") == "Привет, &lt;i&gt;"
        assert shown('{{ ngettext("%(num)s deal of %(who)s", "%(num)s deals of %(who)s", 2, who="<") }}') == (
            "2 сделки: &lt;"
        )


def test_a_value_may_have_any_name_and_a_percent_sign(speak: Speak) -> None:
    with speak("ru"):
        assert shown('{{ _("say %(message)s", message="50 %(x)s") }}') == "say 50 %(x)s"
        assert shown('{{ _("Hello %(name)s", name=stage) }}', stage=STAGE.ru + " 5%") == "Привет, Потребности 5%"


def test_percent_signs_are_doubled_only_where_values_come_in(speak: Speak) -> None:
    with speak("ru"):
        assert shown('{{ _("All 100 % of it") }}') == "Все 100 %"
        assert shown("{% trans %}Half of 100% now{% endtrans %}") == "Половина от 100% сейчас"


def test_a_block_that_counts_takes_its_values_too(speak: Speak) -> None:
    template = """{% trans num=n, who=w %}
        {{ num }} deal of {{ who }}
    {% pluralize num %}
        {{ num }} deals of {{ who }}
    {% endtrans %}"""
    with speak("ru"):
        assert shown(template, n=5, w="50 %") == "5 сделок: 50 %"
        assert shown(template, n=2001, w="<") == "2\u00a0001 сделка: &lt;"


# --- days, moments, numbers ---


def test_near_days_have_words_and_far_ones_a_date(speak: Speak, clock: Clock) -> None:
    clock.now = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday
    days = [date(2026, 3, 2) + timedelta(days=n) for n in (-2, -1, 0, 1, 2, 6, 7)]
    with speak("en"):
        said = [i18n.show_day(day) for day in days]
    assert said == ["Feb 28", "yesterday", "today", "tomorrow", "Wednesday", "Sunday", "Mar 9"]
    with speak("en"):
        assert i18n.show_day(date(2027, 1, 5)) == "Jan 5, 2027"
        assert (
            i18n.show_day(None) == i18n.show_moment(None) == i18n.show_date(None) == i18n.show_full_moment(None) == ""
        )


@pytest.mark.parametrize(
    ("zone", "word"), [("UTC", "today"), ("Asia/Shanghai", "tomorrow"), ("America/Los_Angeles", "today")]
)
def test_the_day_is_that_of_the_persons_zone(speak: Speak, clock: Clock, zone: str, word: str) -> None:
    clock.now = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    with speak("en", zone=zone):
        assert i18n.show_day(datetime(2026, 3, 2, 17, 0, tzinfo=UTC)) == word


def test_midnight_falls_where_the_person_lives(speak: Speak, clock: Clock) -> None:
    moment = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
    with speak("zh_Hans", zone="Asia/Shanghai"):
        clock.now = datetime(2026, 3, 2, 15, 59, tzinfo=UTC)
        assert i18n.today() == date(2026, 3, 2)
        assert i18n.show_moment(moment) == f"{i18n.gettext('today')} 23:30"
    with speak("zh_Hans", zone="Asia/Shanghai"):
        clock.now = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
        assert i18n.today() == date(2026, 3, 3)
        assert i18n.show_moment(moment) == f"{i18n.gettext('yesterday')} 23:30"


def test_days_come_from_the_signed_in_persons_zone(app: Flask, client_of: Callable[..., Browser], cast: Cast) -> None:
    app.add_url_rule("/zone-for-a-test", "zone_for_a_test", lambda: str(i18n.zone()))
    assert client_of(cast.owner).get("/zone-for-a-test").text == cast.owner.zone


@pytest.mark.parametrize(
    ("language", "day", "moment", "weekday", "number"),
    [
        ("en", "May 9, 2025", "May 9, 2025, 2:05:00\u202fPM", "Wednesday", "1,234,567.5"),
        ("zh_Hans", "2025年5月9日", "2025年5月9日 14:05:00", "星期三", "1,234,567.5"),
        ("zh_Hant", "2025年5月9日", "2025年5月9日 下午2:05:00", "星期三", "1,234,567.5"),
        ("ru", "9 мая 2025\u202fг.", "9 мая 2025\u202fг., 14:05:00", "среда", "1\u00a0234\u00a0567,5"),
    ],
)
def test_dates_and_numbers_are_written_as_the_language_does(
    speak: Speak, language: str, day: str, moment: str, weekday: str, number: str
) -> None:
    with speak(language, zone="Asia/Shanghai"):
        assert i18n.show_date(datetime(2025, 5, 8, 20, 0, tzinfo=UTC)) == day
        assert i18n.show_full_moment(datetime(2025, 5, 9, 6, 5, tzinfo=UTC)) == moment
        assert i18n.show_day(date(2026, 3, 4)) == weekday
        assert i18n.show_number(1234567.5) == i18n.show_number(Decimal("1234567.5")) == number


def test_how_long_ago(speak: Speak, clock: Clock) -> None:
    earlier = clock.now - timedelta(hours=3)
    said = {}
    for language in LANGUAGES:
        with speak(language):
            said[language] = i18n.show_ago(earlier)
    assert said == {"en": "3 hours ago", "zh_Hans": "3小时前", "zh_Hant": "3 小時前", "ru": "3 часа назад"}
