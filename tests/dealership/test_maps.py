"""Lists of leads as dealers and portals send them: each is recognised, and comes in as its words mean it."""

from typing import Any

import pytest

from salesapp.testing import Cast, Kit
from tests.web.imports_kit import form_of, uploaded

CHINESE = (
    "线索编号,客户姓名,手机号,来源渠道,意向车型,意向级别,到店时间,销售顾问,备注\n"
    "1,沈月,13800001234,懂车帝,朗逸,H,2026-03-01 15:00,Colleague,要白色\n"
    "2,周明,13800005678,老客户介绍,途观,B,,,\n"
)
TRADITIONAL = "姓名,手機,來源,意向車款,備註\n沈月,0912345678,8891,Corolla,想看白色\n"
RUSSIAN = "ФИО;Телефон;Источник;Интересующая модель;Дата обращения\nАнна Белова;+79161234567;Дром;Vesta;01.03.2026\n"
ENGLISH = "Name,Phone,Source,Model of interest,Level\nAnn Lee,+447700900123,Motor show,Golf,A\n"


@pytest.mark.parametrize(
    ("text", "key", "who"),
    [
        (CHINESE, "portal_leads", ("沈月", "platform", "朗逸\nH\n2026-03-01 15:00\n要白色", "Colleague")),
        (TRADITIONAL, "leads_hant", ("沈月", "platform", "Corolla\n想看白色", None)),
        (RUSSIAN, "leads_ru", ("Анна Белова", "platform", "Vesta", None)),
        (ENGLISH, "leads_en", ("Ann Lee", "trade_show", "Golf\nA", None)),
    ],
)
def test_a_list_of_leads_comes_in(
    kit: Kit, client_of: Any, cast: Cast, text: str, key: str, who: tuple[str | None, ...]
) -> None:
    browser = client_of(cast.manager)
    run = f"/import/{uploaded(browser, text)}"
    assert browser.send(f"{run}/like/automotive.{key}").status_code == 303
    browser.send(run, form_of(browser.get(run).text) | {"do": "check"})
    kit.run_jobs()
    browser.send(f"{run}/start")
    kit.run_jobs()
    one = kit.customer(1)
    assert (one.name, one.source, one.note, one.owner_name) == who
    if key == "portal_leads":
        assert (kit.customer(2).name, kit.customer(2).source) == ("周明", "referral")
