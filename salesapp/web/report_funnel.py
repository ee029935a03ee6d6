"""Stage by stage: who came in, went on, stayed and was lost, and how long that takes."""

from collections.abc import Iterable, Mapping, Sequence

from salesapp.domain.errors import N_
from salesapp.domain.pack import Process
from salesapp.store.stage_cohorts import Standing
from salesapp.web.i18n import gettext, say
from salesapp.web.report_asking import Lists, Row, between
from salesapp.web.report_tables import Bar, Cell, Part, number, share_of
from salesapp.web.report_words import percent, stay_in_days


def funnel(process: Process, cohorts: Iterable[Standing], stays: Mapping[str, int], lists: Lists) -> Part:
    """Stage by stage: who came into it in the time, and where they are now."""
    keys = [stage.key for stage in process.stages]
    found = {key: _of_stage(key, keys, cohorts) for key in keys}
    most = max((sum(each.values()) for each in found.values()), default=0)
    rows, bars = [], []
    for place, stage in enumerate(process.stages):
        came, later = found[stage.key], keys[place + 1 :]
        entered = sum(came.values())
        of = between(f"entered.{stage.key}", lists.asked.days, filled=True)
        here = [("stage", "not_one_of", later)] if later else []
        rate, stay = percent(came["on"], entered), stay_in_days(stays.get(stage.key))
        label = say(stage.label)
        rows.append(
            (
                Cell(label),
                number(entered, lists.deals("all", *of)),
                number(came["on"], _went_on(lists, of, later)),
                Cell(rate),
                number(came["stayed"], lists.deals("open", *of, *here)),
                number(came["lost"], lists.deals("lost", *of, *here)),
                Cell(stay, plain=str(round(stays[stage.key] / 86400, 2)) if stage.key in stays else ""),
            )
        )
        said = gettext("went on: %(rate)s · stay: %(stay)s") % {"rate": rate, "stay": stay}
        bars.append(Bar(label, share_of(entered, most), said, rows[-1][1], share_of(came["on"], most)))
    head = (
        N_("Stage"),
        N_("Entered"),
        N_("Went on"),
        N_("Went on, %"),
        N_("Stayed"),
        N_("Lost"),
        N_("Median stay"),
    )
    return Part(
        "funnel",
        gettext("Funnel"),
        gettext(
            "Entered: deals that came into the stage in this time for the first time. Of these, as they stand now: "
            "went on are won or in a later stage; lost were lost in this stage or before it; stayed are open here or "
            "before it. The stay is of deals that left the stage in this time: half were shorter, give or take a tenth."
            " Stays in times of more than three months are taken in whole ones."
        ),
        tuple(gettext(each) for each in head),
        tuple(rows) if most else (),
        "funnel",
        tuple(bars),
    )


def stays(process: Process, found: Mapping[str, int]) -> Part:
    """How long deals stay in each stage."""
    most = max((found.get(stage.key, 0) for stage in process.stages), default=0)
    rows, bars = [], []
    for stage in process.stages:
        label, secs = say(stage.label), found.get(stage.key)
        said = stay_in_days(secs)
        rows.append((Cell(label), Cell(said, plain="" if secs is None else str(round(secs / 86400, 2)))))
        bars.append(Bar(label, share_of(secs or 0, most), said))
    return Part(
        "stays",
        gettext("Time in each stage"),
        gettext(
            "Half of the deals that left the stage in this time had been there shorter, half longer, give or take a "
            "tenth; of the people whose deals they were then. Times of more than three months are taken in whole ones."
        ),
        (gettext("Stage"), gettext("Median stay")),
        tuple(rows) if most else (),
        "bars",
        tuple(bars),
    )


def _of_stage(key: str, keys: Sequence[str], cohorts: Iterable[Standing]) -> dict[str, int]:
    later = set(keys[keys.index(key) + 1 :])
    came = {"on": 0, "stayed": 0, "lost": 0}
    for each in cohorts:
        if each.stage == key:
            gone = each.state == "won" or each.stands in later
            came["on" if gone else "lost" if each.state == "lost" else "stayed"] += each.n
    return came


def _went_on(lists: Lists, of: list[Row], later: list[str]) -> str:
    if not later:
        return lists.deals("won", *of)
    won = {"field": "state", "op": "is", "value": "won"}
    return lists.deals("all", *of, beyond={"any": [won, {"field": "stage", "op": "one_of", "value": later}]})
