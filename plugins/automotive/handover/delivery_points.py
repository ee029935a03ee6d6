"""What is looked at before a car is handed over, and what is explained when it is: two lists, ticked on a phone.

Two people tick the same list at once: what one of them did not touch stays as the other left it.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import update

from salesapp.plugin_api import N_, Refused, Text, Work, problem

from ..evidence import EXPLAINED as SHOWN
from ..evidence import INSPECTED
from ..tables import DELIVERY
from .delivery_rows import DELIVERED_ALREADY, begin

CHECKS: Final[Mapping[str, Text]] = {
    "clean": Text("Washed, clean outside", "车身清洗干净", "車身清洗乾淨", "Кузов вымыт и чист"),
    "paint": Text("Paint without scratches or dents", "漆面无划痕、凹陷", "漆面無刮痕、凹陷", "Без царапин и вмятин"),
    "glass": Text("Glass, mirrors, wipers", "玻璃、后视镜、雨刮", "玻璃、後視鏡、雨刷", "Стёкла, зеркала, дворники"),
    "cabin": Text("Clean inside, nothing damaged", "内饰清洁无损", "內裝清潔無損", "Салон чист и цел"),
    "electrics": Text(
        "Air, windows, screen; no warning light",
        "空调、车窗、中控屏正常，无故障灯",
        "空調、車窗、中控螢幕正常，無故障燈",
        "Климат, окна, экран; ошибок нет",
    ),
    "lights": Text("All lights", "全车灯光", "全車燈光", "Все фары и огни"),
    "tyres": Text("Tyres and pressure", "轮胎与胎压", "輪胎與胎壓", "Шины и давление"),
    "fluids": Text(
        "Oil, coolant, brake fluid, washer", "油液、冷却液、玻璃水", "油液、冷卻液、雨刷水", "Масло и жидкости"
    ),
    "accessories": Text(
        "Accessories as agreed", "精品加装与约定一致", "配件加裝與約定一致", "Допоборудование по договору"
    ),
    "tools": Text(
        "Tools, spare wheel, triangle", "随车工具、备胎、警示牌", "隨車工具、備胎、警示牌", "Инструмент, запаска, знак"
    ),
    "papers": Text("Documents complete", "随车证件资料齐全", "隨車證件資料齊全", "Документы в полном комплекте"),
    "keys": Text("All keys", "钥匙齐全", "鑰匙齊全", "Все ключи"),
    "fuel": Text("Fuel or charge", "油量或电量", "油量或電量", "Топливо или заряд"),
    "plates": Text("Plates", "车牌或临时牌照", "車牌或臨時牌照", "Номерные знаки"),
}
GROUPS: Final[tuple[tuple[Text, tuple[str, ...]], ...]] = (
    (Text("Outside", "外观", "外觀", "Снаружи"), ("clean", "paint", "glass")),
    (Text("Inside", "内部", "內部", "Внутри"), ("cabin", "electrics")),
    (Text("Safe to drive", "行车安全", "行車安全", "Готов к дороге"), ("lights", "tyres", "fluids")),
    (Text("In the car", "随车物品", "隨車物品", "В машине"), ("accessories", "tools", "papers", "keys")),
    (Text("Ready to leave", "上路准备", "上路準備", "К выезду"), ("fuel", "plates")),
)
"""In the order in which one walks around the car."""
EXPLAINED: Final[Mapping[str, Text]] = {
    "controls": Text("Controls and screen", "操作与中控屏", "操作與中控螢幕", "Управление и экран"),
    "safety": Text("Safety and driving aids", "安全与驾驶辅助", "安全與駕駛輔助", "Безопасность и помощники"),
    "phone": Text(
        "Phone paired, app set up", "手机已连接，App 已绑定", "手機已連接，App 已綁定", "Телефон и приложение"
    ),
    "energy": Text("Filling up or charging", "加油或充电", "加油或充電", "Заправка или зарядка"),
    "maintenance": Text(
        "Maintenance book, first service", "保养手册与首保", "保養手冊與首保", "Сервисная книжка, первое ТО"
    ),
    "warranty": Text("Warranty", "质保政策", "保固政策", "Гарантия"),
    "service": Text("Met the service department", "已介绍售后服务顾问", "已介紹售後服務顧問", "Знакомство с сервисом"),
    "emergency": Text("Emergency number", "救援电话", "救援電話", "Телефон экстренной помощи"),
}
OK: Final = "ok"
BAD: Final = "bad"
LONGEST: Final = 200


def shown(check: Mapping[str, Any] | None) -> tuple[str, str]:
    """A point as a form has it: "ok", "bad" or "", and its note."""
    return ("", "") if check is None else (OK if check["ok"] else BAD, str(check.get("note") or ""))


def counts(checks: Mapping[str, Any]) -> tuple[int, int]:
    """How many points are in order, and how many are not."""
    found = [checks[key]["ok"] for key in CHECKS if key in checks]
    return found.count(True), found.count(False)


def note_checks(
    w: Work, deal_id: int, said: Mapping[str, tuple[str, str]], seen: Mapping[str, tuple[str, str]]
) -> None:
    """Keep what was said of each point (`shown`) and was different when its form was opened (`seen`). All in order is
    what the key step waits for; one that is not takes that back."""
    row = begin(w, deal_id)
    if row.delivered_at is not None:
        raise Refused([problem("", DELIVERED_ALREADY)])
    checks, wrong = dict(row.checks), []
    for key in CHECKS:
        now_is, mine = shown(checks.get(key)), said.get(key, ("", ""))
        if mine == seen.get(key, ("", "")):
            continue
        if now_is not in (mine, seen.get(key, ("", ""))):
            wrong.append(problem(key, N_("Somebody else has just noted this point. Look at it, and save again.")))
        elif mine[0] == "" and mine[1]:
            wrong.append(problem(key, N_("Choose whether it is in order.")))
        elif mine[0] == BAD and not mine[1]:
            wrong.append(problem(f"note-{key}", N_("Say what is wrong.")))
        elif len(mine[1]) > LONGEST:
            wrong.append(problem(f"note-{key}", N_("At most %(n)s characters."), n=LONGEST))
        elif mine[0] in (OK, BAD):
            checks[key] = {"ok": mine[0] == OK, "note": mine[1]}
    if wrong:
        raise Refused(wrong)
    passed = counts(checks)[0] == len(CHECKS)
    values: dict[str, Any] = {"checks": checks}
    if passed != (row.checked_at is not None):
        values |= {"checked_at": w.now if passed else None, "checked_by": w.actor.id if passed else None}
    w.session.execute(update(DELIVERY).where(DELIVERY.c.id == row.id).values(values))
    if passed and row.checked_at is None:
        w.push_evidence(deal_id, INSPECTED, row.id, lasting=True)
    elif row.checked_at is not None and not passed:
        w.take_back_evidence(deal_id, INSPECTED, row.id)


def note_explained(w: Work, deal_id: int, said: Collection[str], seen: Collection[str]) -> None:
    """Keep what was ticked or unticked since the form was opened; all of it is what the key step waits for."""
    row = begin(w, deal_id)
    before = set(row.explained)
    touched = {key for key in EXPLAINED if (key in said) != (key in seen)}
    after = [key for key in EXPLAINED if (key in said if key in touched else key in before)]
    w.session.execute(update(DELIVERY).where(DELIVERY.c.id == row.id).values(explained=after))
    if len(after) == len(EXPLAINED):
        w.push_evidence(deal_id, SHOWN, row.id, lasting=True)
    elif len(before & EXPLAINED.keys()) == len(EXPLAINED):
        w.take_back_evidence(deal_id, SHOWN, row.id)
