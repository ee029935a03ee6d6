"""Selling in general: four standard processes that fit any trade, to begin with or to learn from."""

from collections.abc import Iterable

from salesapp.plugin_api import FollowUp, IndustryPack, Manifest, ResultForm, Text, hookimpl

from .after_sale import AFTER_SALE, IN_USE
from .classic import CLASSIC
from .follow_ups import FOLLOW_UPS
from .funnel import FUNNEL
from .results import AFTER_DEMO, AFTER_VISIT
from .seven import SEVEN
from .six import SIX

MANIFEST = Manifest(
    name="general",
    version="1.1",
    label=Text(en="General sales", zh_Hans="通用销售", zh_Hant="通用銷售", ru="Продажи в целом"),
    description=Text(
        en="Four standard sales processes for any trade: six stages, seven stages, a funnel, and the classic seven.",
        zh_Hans="适合各行各业的四套标准销售流程：六阶段、七阶段、销售漏斗和经典七步法。",
        zh_Hant="適合各行各業的四套標準銷售流程：六階段、七階段、銷售漏斗與經典七步驟。",
        ru="Четыре готовых процесса для любого бизнеса: шесть этапов, семь этапов, воронка и классические семь шагов.",
    ),
)

PACK = IndustryPack(key="general", label=MANIFEST.label, processes=(SIX, SEVEN, FUNNEL, CLASSIC))


@hookimpl
def salesapp_records() -> Iterable[IndustryPack | ResultForm | FollowUp]:
    """The pack with its four processes, what is asked after a demonstration, a visit and the calls after a sale, and
    what happens by itself."""
    return [PACK, AFTER_DEMO, AFTER_VISIT, AFTER_SALE, IN_USE, *FOLLOW_UPS]
