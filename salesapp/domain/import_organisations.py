"""Whether a name is an organisation's: told by the words only firms, hospitals, schools, offices … have in theirs."""

import re
from typing import Final

_HAN: Final = re.compile(
    "公司|集团|集團|医院|醫院|银行|銀行|卫生院|衛生所|卫生所|诊所|診所|门诊部|研究院|研究所|事务所|事務所|委员会|委員會|"
    "基金会|基金會|合作社|出版社|有限责任|株式会社|有限会社|㈱|주식회사|[\u4e00-\u9fff]{2}(?:中心|学校|學校|大学|"
    "大學|学院|學院|中学|中學|小学|小學|幼儿园|幼兒園|酒店|宾馆|賓館|饭店|飯店|企业|企業|实业|實業|商行|超市|药店|藥局|药房|协会|協會|学会|學會|"
    "商会|商會|政府|法院|办公室|俱乐部|俱樂部|工作室|机构|機構|批发部|经营部|服务部|门市部|店铺)"
    "|[\u4e00-\u9fff]{2}[厂廠]$|[\u4e00-\u9fff]{3}[局店院所社馆館站部厅廳处處会會]$"
)
"""Words of one sign, and those that are also given names, only behind enough of a name: 王局 is Mr Wang."""
_TITLED: Final = re.compile(
    "(?:先生|女士|小姐|太太|老师|老師|医生|醫生|大夫|护士|教授|博士|同学|师傅|師傅|经理|經理|"
    "总监|總監|主任|主管|院长|院長|校长|校長|厂长|廠長|局长|局長|行长|行長|店长|店長|会长|會長|科长|科長|处长|處長|"
    "部长|部長|总|總|董)$"
)
"""Who is named with what they are: a person, wherever they work."""
_LATIN: Final = re.compile(
    r"(?<![\w'’])(?:ltd|limited|inc|incorporated|llc|llp|plc|gmbh|mbh|corp|corporation|company|compagnie|& co|"
    r"co\.,? ltd|group|holdings?|partners|associates|enterprises|industries|solutions|technologies|systems|"
    r"services|pty|pte|bhd|hospital|clinic|university|college|school|academy|institute|laborator(?:y|ies)|"
    r"foundation|association|society|ministry|department of|city of|bank|insurance|hotel|restaurant|museum|"
    r"library|s\.a\.|s\.r\.l\.|s\.p\.a\.|b\.v\.|n\.v\.|a/s|sarl|s\.l\.|klinik|krankenhaus|universität|hochschule|"
    r"schule|verein|stiftung|e\.v\.|ооо|оао|зао|пао|ао|нко|ано|чуп|тоо|гуп|муп|мбоу|гбоу|гбуз|фгуп|фгбу|фгбоу|"
    r"завод|комбинат|фабрика|больница|поликлиника|клиника|школа|гимназия|лицей|колледж|университет|институт|"
    r"академия|банк|компания|корпорация|холдинг|фирма|предприятие|общество|кооператив|агентство|управление|"
    r"министерство|департамент|администрация|учреждение|центр|фонд|ассоциация|союз|аптека|магазин|ресторан|"
    r"гостиница|отель|санаторий|салон|студия|мастерская|детский сад|торговый дом)(?![\w'’])",
    re.IGNORECASE,
)
_AT_THE_END: Final = re.compile(r"\s(?:AG|SA|SE|KG|OHG|BV|NV|AB|AS|OY|SRL|SPA|SL|KK|KFT|Oyj|AŞ)\.?$")
"""Short ones are firms only in capitals behind a name: Sá and As are people's."""
_TRADER: Final = re.compile(r"(?:ип|чп|индивидуальный предприниматель)(?!\w)|个体户|個體戶", re.IGNORECASE)
"""A person who trades under their own name."""
_SHOUTED: Final = re.compile(r"[^a-zа-яё]*")


def names_organisation(name: str) -> bool:
    """Whether this is the name of an organisation rather than a person's; where the name does not tell, it is not."""
    if name.isascii():
        return _is_latin(name)
    if _TRADER.match(name):
        return False
    if _HAN.search(name) is not None:
        return _TITLED.search(name) is None
    return _is_latin(name)


def _is_latin(name: str) -> bool:
    if _LATIN.search(name) is not None:
        return True
    return _AT_THE_END.search(name) is not None and _SHOUTED.fullmatch(name) is None
