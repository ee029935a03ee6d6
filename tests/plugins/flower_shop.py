"""Flowers for weddings: a whole industry in one file."""

from salesapp import plugin_api as api
from salesapp.plugin_api import Text, When

NAME = Text("Flower shop", "花店", "花店", "Цветочный магазин")
WORDS = Text("Flowers for weddings", "婚礼鲜花", "婚禮鮮花", "Цветы на свадьбу")
MANIFEST = api.Manifest(name="flower_shop", version="1.0", label=NAME, description=WORDS)

GUESTS = api.Field("guests", Text("Guests", "宾客人数", "賓客人數", "Число гостей"), "integer")
SEEN = api.KeyStep("seen", Text("See the hall", "看场地", "看場地", "Осмотреть зал"), ("activity.visit",))
KNOWN = api.Gate("known", api.AllOf((When("field.guests", "at_least", 1), When("step.seen", "is", True))))
SIGNED = api.Gate("signed", api.AllOf((When("amount", "filled"), When("expected_close", "filled"))))

ASKED, OFFERED = Text("Asked", "咨询", "詢問", "Запрос"), Text("Offered", "已报价", "已報價", "Предложение")
THE_DAY, A_YES = Text("Know the day", "确定日期", "確定日期", "Узнать день"), Text("A yes", "点头", "點頭", "Согласие")
STAGES = (
    api.Stage("asked", ASKED, THE_DAY, (SEEN,), probability=20, longest_stay_days=7, to_leave=(KNOWN,)),
    api.Stage("offered", OFFERED, A_YES, (), probability=60, longest_stay_days=14, to_leave=(SIGNED,)),
)
LOST = (api.LostReason("price", Text("Too dear", "太贵", "太貴", "Дорого")),)
WEDDING = api.Process("wedding", Text("Wedding", "婚礼", "婚禮", "Свадьба"), STAGES, LOST, (GUESTS,))

LIKED = api.Field("liked", Text("Favourite flower", "最喜欢的花", "最喜歡的花", "Любимый цветок"), "text")
VISIT = api.ResultForm("visit", SEEN.label, "visit", (LIKED,), ("liked",), "flower_shop.wedding")
ALLERGY = api.Field("allergy", Text("Allergies", "过敏", "過敏", "Аллергия"), "text")


@api.hookimpl
def salesapp_records():
    return [api.IndustryPack("flower_shop", NAME, (WEDDING,)), VISIT, api.Fields("customer", (ALLERGY,))]
