"""A dance school: courses with a trial lesson first, and wedding dances. Everything a plugin can be, in one."""

from collections.abc import Iterable
from typing import Any

from salesapp.plugin_api import Fields, IndustryPack, Listens, Manifest, OwnTables, Text, hookimpl

from .beside import BESIDE
from .courses import AFTER_TRIAL, COURSES, IN_THE_BOOK
from .follow_ups import FOLLOW_UPS
from .pages import ROUTES
from .people import SETTINGS, STUDENT, STUDENT_LIST
from .rooms import OLD_LIST, ROOMS
from .rules import (  # noqa: F401 (hooks are found here)
    salesapp_check_activity_save,
    salesapp_check_claim,
    salesapp_check_customer_save,
    salesapp_check_deal_move,
    salesapp_check_deal_save,
    salesapp_erase,
    salesapp_event,
    salesapp_health,
    salesapp_match_customer,
    salesapp_narrow,
    salesapp_personal_data,
    salesapp_started,
)
from .shown import SHOWN
from .sms import MODEM
from .tables import metadata
from .weddings import WEDDINGS

MANIFEST = Manifest(
    name="dance_school",
    version="1.0",
    label=Text("Dance school", "舞蹈学校", "舞蹈學校", "Школа танцев"),
    description=Text(
        "Courses with a trial lesson first, wedding dances, and a form to sign up.",
        "先体验再报名的舞蹈课程、婚礼舞蹈，以及在线预约表单。",
        "先體驗再報名的舞蹈課程、婚禮舞蹈，以及線上預約表單。",
        "Курсы с пробным уроком, свадебные танцы и форма записи.",
    ),
)


@hookimpl
def salesapp_records() -> Iterable[Any]:
    """The whole school."""
    return [
        IndustryPack("dance_school", MANIFEST.label, (COURSES, WEDDINGS), accent="#8e3b6f"),
        AFTER_TRIAL,
        IN_THE_BOOK,
        Fields("customer", STUDENT),
        SETTINGS,
        STUDENT_LIST,
        Listens("closed", ("deal.won", "deal.lost")),
        Listens("danced", ("activity.done", "activity.reopened", "activity.cancelled")),
        OwnTables(metadata),
        ROUTES,
        *FOLLOW_UPS,
        *SHOWN,
        *BESIDE,
        MODEM,
        ROOMS,
        OLD_LIST,
    ]
