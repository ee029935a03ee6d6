"""A firm is known by its name, and nobody is taken for one."""

import pytest

from salesapp.domain.import_organisations import names_organisation

FIRMS = """
卢沟桥医院|上海华康医疗器械有限公司|中信集团|一汽铸造厂|社区服务中心|复旦大学|招商银行|市税务局|第三小学
北京醫院|台灣積體電路製造股份有限公司|国家电网上海分公司|ABC有限公司|妇幼保健院|株式会社日立
Acme Corporation|Bluth Company|Gekko & Co|Smith Ltd.|Smith, Inc.|Globex LLC|Muster GmbH|Siemens AG|Danone SA
University of Kent|General Hospital|Massive Holdings|Stadt Klinik|Umbrella corp
ООО «Ромашка»|АО Газ|ЗАО Свет|Казанский завод|Городская больница № 7|Ромашка, ООО|Детский сад № 3|оао связь
"""
PEOPLE = """
王建国|李大学|王中心|王局|张厂|欧阳娜娜|协和医院李主任|华为公司 王经理|王总|赵公|林小店|个体户王医院
Ann Lee|Maria Sá|Inca Roads|Bob Corpus|Anna Schooler|JOHN AS|Ltda Moon|Banks|Tim O'Group
ИП Завод Иван|ИП Иванов|Анна Заводова|Наоми Центрова|Союзов Пётр|Иванов И. И.
"""


def names(text: str) -> list[str]:
    return [name for line in text.strip().splitlines() for name in line.split("|")]


@pytest.mark.parametrize("name", names(FIRMS))
def test_an_organisation_is_known_by_its_words(name: str) -> None:
    assert names_organisation(name)


@pytest.mark.parametrize("name", [*names(PEOPLE), ""])
def test_nobody_is_taken_for_one(name: str) -> None:
    assert not names_organisation(name)
