"""The main job on real input: import hospitals, find one, open a deal, note a call, win it stage by stage."""

import re
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect

from plugins.general.six import SIX
from salesapp.app import create_app
from salesapp.cli import main
from salesapp.testing import PASSWORD, Cast, Clock
from tests.browser.conftest import NewPage

HOSPITALS = Path(__file__).parents[3] / "shared/data/hospitals/hospitals_beijing_gbk.csv"
HOSPITAL = "卢沟桥医院"
CALL = "打到设备科，下周二去看现场。"
Say = Callable[..., str]

pytestmark = pytest.mark.skipif(not HOSPITALS.is_file(), reason="the hospitals' data is not here")


@pytest.fixture
def hospitals(cast: Cast, clock: Clock, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The 126 hospitals, brought in by the command."""
    monkeypatch.setenv("SALESAPP_INSTANCE", str(tmp_path))
    monkeypatch.setenv("SALESAPP_DATABASE_URL", database_url)
    monkeypatch.setattr("salesapp.app.create_app", partial(create_app, clock=clock))
    columns = ("NAME=name", "tel=phone", "ADD=address", "ID=key")
    words = ["import", str(HOSPITALS), "--kind", "customer", "--encoding", "gbk", "--set", "kind=organisation"]
    words += ["--owner", "owner@example.com", *(word for each in columns for word in ("--map", each))]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "126 added" in done.output
    assert "0 rejected" in done.output


@pytest.mark.usefixtures("hospitals")
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_from_a_list_of_hospitals_to_a_won_deal(new_page: NewPage, zh: Say, clock: Clock, script: bool) -> None:
    page = new_page(script=script)
    sign_in(page, zh)
    find(page, zh, script)
    deal = open_deal(page, zh)
    clock.advance(minutes=10)
    note_call(page, zh)
    for stage in SIX.stages[1:]:
        clock.advance(days=1)
        move(page, zh, stage.label.zh_Hans)
        expect(page).to_have_url(deal)
        expect(page.locator(".stages [aria-current=step]")).to_contain_text(stage.label.zh_Hans)
    clock.advance(days=1)
    move(page, zh, zh("Won"))
    expect(page).to_have_url(deal)
    page.locator(".facts").get_by_role("link", name=HOSPITAL).click()
    check_timeline(page, zh)


def sign_in(page: Page, zh: Say) -> None:
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.get_by_label(zh("E-mail or phone")).fill("owner@example.com")
    page.get_by_label(zh("Password")).fill(PASSWORD)
    page.get_by_role("button", name=zh("Sign in"), exact=True).click()
    expect(page).to_have_url(re.compile("/today$"))


def find(page: Page, zh: Say, script: bool) -> None:
    """By two characters in the search box: while typing, or by sending the form."""
    page.get_by_role("navigation").get_by_role("link", name=zh("Customers"), exact=True).click()
    box = page.get_by_role("searchbox", name=zh("Search customers"))
    box.fill("卢沟")
    if not script:
        box.press("Enter")
    expect(page.locator("#list .row")).to_have_count(2)  # and 卢沟桥国医院
    page.get_by_role("link", name=HOSPITAL, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSPITAL)


def open_deal(page: Page, zh: Say) -> str:
    page.get_by_role("link", name=zh("New deal")).click()
    page.get_by_role("radio", name=SIX.label.zh_Hans).check()
    page.get_by_label(zh("Amount")).fill("380000")
    page.get_by_role("button", name=zh("Add deal")).click()
    expect(page).to_have_url(re.compile(r"/deals/\d+$"))
    expect(page.locator(".stages .stage")).to_have_count(6)
    return page.url


def note_call(page: Page, zh: Say) -> None:
    here = page.url
    page.get_by_role("link", name=zh("Follow-up")).click()
    expect(page.locator("input[name=kind][value=call]")).to_be_checked()
    page.get_by_label(zh("Note"), exact=False).fill(CALL)
    page.get_by_role("button", name=zh("Save"), exact=True).click()
    expect(page).to_have_url(here)


def move(page: Page, zh: Say, to: str) -> None:
    """In the sheet with script, on a page of its own without."""
    page.locator(".thumb").get_by_role("link", name=zh("Move"), exact=True).click()
    form = page.locator("form.move-form")
    target = form.get_by_role("radio", name=to)
    if not target.is_checked():
        target.check()
        page.wait_for_load_state("networkidle")  # with script the sheet asks again for what this target needs
    for label in form.locator("label", has_text=zh("Needed to go on")).all():
        label.get_by_role("checkbox").check()
    form.get_by_role("button", name=zh("Move"), exact=True).click()
    expect(form).to_be_hidden()


def check_timeline(page: Page, zh: Say) -> None:
    """Newest first: won, five moves from where to where, the call with its note, the deal, the import."""
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSPITAL)
    told = page.locator("#entries > li").all_inner_texts()
    stages = [stage.label.zh_Hans for stage in SIX.stages]
    moves = [f"{old}.*{new}" for old, new in pairwise(stages)]
    expected = [
        zh("%(who)s won the deal %(deal)s", who="Owner", deal=HOSPITAL),
        *reversed(moves),
        CALL,
        zh("%(who)s opened the deal %(deal)s", who="Owner", deal=HOSPITAL),
    ]
    at = [next((n for n, text in enumerate(told) if re.search(each, text)), None) for each in expected]
    assert None not in at, list(zip(expected, at, strict=True)) + told
    assert at == sorted(at, key=int), told  # type: ignore[arg-type]
    assert len(told) > len(expected), told  # the customer itself came in, too
