"""Where customers come from: the sources every installation starts with; owners add their own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from salesapp.domain.text import Text, own_text, text_with

Group = Literal["online", "offline", "partner"]


@dataclass(frozen=True, slots=True)
class Source:
    """One source. `key` is stored with the customer for ever, so it never changes; `off`: no longer offered; `own`: the
    owner's."""

    key: str
    group: Group
    label: Text
    off: bool = False
    own: bool = False


GROUPS: Final[dict[Group, Text]] = {
    "online": Text(en="Online", zh_Hans="线上", zh_Hant="線上", ru="Онлайн"),
    "offline": Text(en="Offline", zh_Hans="线下", zh_Hant="線下", ru="Офлайн"),
    "partner": Text(en="Partners", zh_Hans="合作伙伴", zh_Hant="合作夥伴", ru="Партнёры"),
}

SOURCES: Final[tuple[Source, ...]] = (
    Source("web_form", "online", Text(en="Website form", zh_Hans="网站表单", zh_Hant="網站表單", ru="Форма на сайте")),
    Source(
        "social_ads",
        "online",
        Text(
            en="Social media advertising",
            zh_Hans="社交媒体广告",
            zh_Hant="社群媒體廣告",
            ru="Реклама в социальных сетях",
        ),
    ),
    Source(
        "search_ads",
        "online",
        Text(en="Search advertising", zh_Hans="搜索广告", zh_Hant="搜尋廣告", ru="Контекстная реклама"),
    ),
    Source(
        "platform",
        "online",
        Text(en="Third-party platform", zh_Hans="第三方平台", zh_Hant="第三方平台", ru="Сторонняя площадка"),
    ),
    Source("trade_show", "offline", Text(en="Trade show", zh_Hans="展会", zh_Hant="展覽會", ru="Выставка")),
    Source("event", "offline", Text(en="Event", zh_Hans="活动", zh_Hant="活動", ru="Мероприятие")),
    Source(
        "referral",
        "offline",
        Text(en="Customer referral", zh_Hans="客户推荐", zh_Hant="客戶推薦", ru="Рекомендация клиента"),
    ),
    Source(
        "business_card",
        "offline",
        Text(
            en="Business card from the field",
            zh_Hans="外勤收集的名片",
            zh_Hant="外勤蒐集的名片",
            ru="Визитка с выезда",
        ),
    ),
    Source(
        "own_research",
        "offline",
        Text(en="Own research", zh_Hans="自主调研", zh_Hant="自行調研", ru="Собственный поиск"),
    ),
    Source(
        "social_search",
        "offline",
        Text(
            en="Social media search",
            zh_Hans="社交媒体搜索",
            zh_Hant="社群媒體搜尋",
            ru="Поиск в социальных сетях",
        ),
    ),
    Source("supplier", "partner", Text(en="Supplier", zh_Hans="供应商", zh_Hant="供應商", ru="Поставщик")),
    Source("buyer", "partner", Text(en="Buyer", zh_Hans="采购商", zh_Hant="採購商", ru="Покупатель-партнёр")),
    Source("association", "partner", Text(en="Association", zh_Hans="行业协会", zh_Hant="產業協會", ru="Ассоциация")),
)
"""In the order they are offered."""

SOURCES_BY_KEY: Final[dict[str, Source]] = {source.key: source for source in SOURCES}


def sources_with(changes: Mapping[str, Any]) -> dict[str, Source]:
    """Every source by its key, those no longer offered too, with what the owner changed: {"own": [{"key", "group",
    "label"}], "labels": {key: {language: text}}, "off": [keys]}."""
    own = (Source(each["key"], each["group"], own_text(each["label"]), own=True) for each in changes.get("own", ()))
    labels, off = changes.get("labels", {}), frozenset(changes.get("off", ()))
    every = sorted((*SOURCES, *own), key=lambda each: list(GROUPS).index(each.group))
    return {
        each.key: replace(each, label=text_with(each.label, labels.get(each.key, {})), off=each.key in off)
        for each in every
    }
