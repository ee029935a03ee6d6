"""The demo's own company: its name, teams and people, by language."""

from typing import Final

COMPANY_NAMES: Final = {
    "en": "Sample Trading",
    "zh_Hans": "示例商贸有限公司",
    "zh_Hant": "範例貿易有限公司",
    "ru": "ООО «Пример»",
}

TEAMS: Final[dict[str, dict[str, str]]] = {
    "en": {"north": "North team", "south": "South team", "east": "East team", "west": "West team"},
    "zh_Hans": {"north": "华北团队", "south": "华南团队", "east": "华东团队", "west": "西部团队"},
    "zh_Hant": {"north": "北區團隊", "south": "南區團隊", "east": "東區團隊", "west": "西區團隊"},
    "ru": {
        "north": "Северная команда",
        "south": "Южная команда",
        "east": "Восточная команда",
        "west": "Западная команда",
    },
}

_KEYS: Final = (
    "owner lead.north sales1 sales2 sales3 lead.south sales4 sales5 sales6 lead.east sales7 sales8 sales9 "
    "lead.west sales10 sales11 sales12 sales13 office"
).split()


def _called(names: str) -> dict[str, str]:
    return dict(zip(_KEYS, names.split("|"), strict=True))


COLLEAGUE_NAMES: Final[dict[str, dict[str, str]]] = {
    "en": _called(
        "Anna Smith|Peter Brown|Mary Jones|John Miller|Lucy Ward|Susan Clark|David Green|Laura Hill|Mark Reed|"
        "Helen Cole|Paul Adams|Kate Bennett|James Fox|Ruth Palmer|Henry Price|Emma Wood|"
        "Jack Foster|Alice Grant|Tom Baker"
    ),
    "zh_Hans": _called(
        "王芳|李强|张敏|刘洋|孙浩|陈静|杨磊|赵丽|吴刚|林燕|徐涛|何婷|郭明|马玲|胡建国|高雪梅|罗文斌|梁晓燕|周军"
    ),
    "zh_Hant": _called(
        "林淑芬|陳志明|張雅婷|王俊傑|蔡佳穎|李美玲|黃建宏|吳怡君|許文雄|鄭惠美|郭家豪|曾詩涵|邱信宏|廖麗華|賴志偉|徐心怡|蘇柏翰|葉佩珊|劉家豪"
    ),
    "ru": _called(
        "Анна Иванова|Сергей Смирнов|Мария Кузнецова|Алексей Попов|Ирина Лебедева|Елена Соколова|Дмитрий Волков|"
        "Ольга Морозова|Павел Козлов|Наталья Новикова|Михаил Зайцев|Юлия Павлова|Николай Орлов|Светлана Белова|"
        "Виктор Тарасов|Марина Киселёва|Андрей Макаров|Вера Михайлова|Иван Петров"
    ),
}
