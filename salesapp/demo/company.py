"""The demo's own company: its name, teams and people, by language."""

from typing import Final

COMPANY_NAMES: Final = {
    "en": "Sample Trading",
    "zh_Hans": "示例商贸有限公司",
    "zh_Hant": "範例貿易有限公司",
    "ru": "ООО «Пример»",
}

TEAMS: Final[dict[str, dict[str, str]]] = {
    "en": {"north": "North team", "south": "South team"},
    "zh_Hans": {"north": "华北团队", "south": "华南团队"},
    "zh_Hant": {"north": "北區團隊", "south": "南區團隊"},
    "ru": {"north": "Северная команда", "south": "Южная команда"},
}

COLLEAGUE_NAMES: Final[dict[str, dict[str, str]]] = {
    "en": {
        "owner": "Anna Smith",
        "lead.north": "Peter Brown",
        "sales1": "Mary Jones",
        "sales2": "John Miller",
        "lead.south": "Susan Clark",
        "sales3": "David Green",
        "sales4": "Laura Hill",
        "office": "Tom Baker",
    },
    "zh_Hans": {
        "owner": "王芳",
        "lead.north": "李强",
        "sales1": "张敏",
        "sales2": "刘洋",
        "lead.south": "陈静",
        "sales3": "杨磊",
        "sales4": "赵丽",
        "office": "周军",
    },
    "zh_Hant": {
        "owner": "林淑芬",
        "lead.north": "陳志明",
        "sales1": "張雅婷",
        "sales2": "王俊傑",
        "lead.south": "李美玲",
        "sales3": "黃建宏",
        "sales4": "吳怡君",
        "office": "劉家豪",
    },
    "ru": {
        "owner": "Анна Иванова",
        "lead.north": "Сергей Смирнов",
        "sales1": "Мария Кузнецова",
        "sales2": "Алексей Попов",
        "lead.south": "Елена Соколова",
        "sales3": "Дмитрий Волков",
        "sales4": "Ольга Морозова",
        "office": "Иван Петров",
    },
}
