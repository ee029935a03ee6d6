"""A plugin with something in every place of the house, written to disk as an author would."""

from pathlib import Path

from tests.plugging.plugin_files import HEAD, card

BODY = """
import sqlalchemy
from flask import Blueprint, request

pages = Blueprint("bays", __name__)


@pages.get("/bays")
def bays():
    return page("wash/bays.html", asked=asking(), who=request.args.get("who", ""))


@pages.get("/bays/<int:deal_id>")
def bay(deal_id):
    with reading() as reads:
        deal = reads.deal(deal_id)
    return deal.title if deal else "nobody's"


@pages.post("/bays/<int:deal_id>/book")
def book(deal_id):
    who = asking()
    with work(who.actor, who.now, plugin="wash") as w:
        w.change_deal(deal_id, {"title": request.form["title"]})
    flash(gettext("Booked."))
    return go_to("/p/wash/bays")


@pages.get("/hours")
def hours():
    with reading(SYSTEM) as reads:
        cars = len(reads.execute(sqlalchemy.select(reads.visible_deals().c.id)))
    return f"open, {cars} cars" if asking().actor is None else "open for you"


def bays_of(reads, deal_id):
    deal = reads.deal(deal_id)
    return [Line(words("Bay"), 2, "/p/wash/bays"), Line("Owner", deal.owner_name), Line("Paid", Money(12_50, "CNY"))]


def visits(reads, customer_id):
    return {"name": reads.customer(customer_id).name, "visits": 3}


def today(reads):
    return [Line(words("Cars today"), 7)]


def by_bay(reads, query):
    two = Linked("Two", "/p/wash/bays", words("The big one"))
    return [("One", 3, Money(1000, "CNY")), (two, 12, Money(2500, "CNY"))]


@hookimpl
def salesapp_records():
    names = {"Customers": words("Drivers"), "New customer": words("New driver")}
    names |= {"Search customers": words("Find drivers")}
    return [
        Routes("pages", lambda: pages, verb="deal.see", verbs={"book": "deal.edit"}, public=("hours",)),
        Panel("bay", "deal", words("Bays"), bays_of),
        Panel("visits", "customer", words("Visits"), visits, template="wash/visits.html"),
        Panel("person", "contact", words("Their car"), lambda reads, contact_id: [Line("Car", "red")]),
        DashboardCard("cars", words("Wash"), today),
        MenuItem("bays", words("All bays"), "/p/wash/bays", icon="calendar", letter="w"),
        PluginReport("by_bay", words("By bay"), words("Cars by bay"), (words("Bay"), words("Cars"), words("Money")),
                     by_bay, bar=1),
        Terms("names", names),
    ]
"""

BAYS = """{% extends "base.html" %}
{% block links %}<link rel="stylesheet" href="{{ plugin_file("wash", "bays.css") }}">{% endblock %}
{% block title %}{{ _("Bays of the wash") }}{% endblock %}
{% block head %}{{ ui.page_head(_("Bays of the wash")) }}{% endblock %}
{% block main %}<p>{{ asked.actor.name }} {{ asked.now.isoformat() }} {{ asked.language }} {{ who }}</p>
<p>{{ ngettext("%(num)s bay", "%(num)s bays", 5) }}</p>
{% call ui.form("/p/wash/bays/1/book") %}{{ ui.button(_("Save")) }}{% endcall %}{% endblock %}
"""
VISITS = "<p>{{ name }}: {{ visits }} {{ _('Bays of the wash') }}</p>{{ ui.icon('check') }}"
PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plural};\\n"

msgid "Bays of the wash"
msgstr "{bays}"

msgid "Booked."
msgstr "{booked}"

msgid "%(num)s bay"
msgid_plural "%(num)s bays"
{forms}
"""
ONE = 'msgstr[0] "%(num)s 个洗车位"'
MANY = 'msgstr[0] "%(num)s бокс"\nmsgstr[1] "%(num)s бокса"\nmsgstr[2] "%(num)s боксов"'
RUSSIAN = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)"
CATALOGUES = {
    "zh_Hans": PO.format(plural="nplurals=1; plural=0", bays="洗车位", booked="已预约。", forms=ONE),
    "zh_Hant": PO.format(plural="nplurals=1; plural=0", bays="洗車位", booked="已預約。", forms=ONE),
    "ru": PO.format(plural=RUSSIAN, bays="Боксы мойки", booked="Записано.", forms=MANY),
}


def write_wash(directory: Path, body: str = BODY, name: str = "wash", more: str = "") -> Path:
    """The plugin as a folder, with its templates, files and translations."""
    folder = directory / name
    files = {"templates/bays.html": BAYS, "templates/visits.html": VISITS, "static/bays.css": ".bay { margin: 0 }"}
    files |= {f"translations/{key}/LC_MESSAGES/messages.po": text for key, text in CATALOGUES.items()}
    for path, text in {"__init__.py": HEAD + card(name, more) + body, **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder
