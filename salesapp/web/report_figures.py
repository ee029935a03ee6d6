"""The figures at the head of the reports."""

from salesapp.web.i18n import gettext, ngettext, show_number
from salesapp.web.report_asking import Lists, between
from salesapp.web.report_tables import Figure
from salesapp.web.report_totals import Money, Totals, velocity
from salesapp.web.report_words import about, both, days_exactly, percent, stay_in_days


def figures(found: Totals, lists: Lists, done: int) -> list[Figure]:
    """The head of figures."""
    main = found.money[0] if found.money else None
    won = lists.closed("won")
    shown = [
        Figure(
            gettext("Won"),
            show_number(found.won),
            gettext("Deals that were won in this time."),
            href=won,
        ),
        Figure(
            gettext("Lost"),
            show_number(found.lost),
            gettext("Deals that were lost in this time."),
            href=lists.closed("lost"),
        ),
        Figure(
            gettext("Win rate"),
            percent(found.won, found.closed),
            _rate_explained(found),
        ),
        Figure(
            gettext("Opportunities"),
            show_number(found.every),
            gettext("Deals that were closed in this time, won or lost, and those that are open now."),
            href=in_play(lists),
        ),
    ]
    activities = Figure(
        gettext("Activities done"),
        show_number(done),
        gettext("What was done in this time, of whatever kind and for whichever process."),
        href=lists.activities(),
    )
    return [*shown, *_money_figures(found, main, won), activities]


def _rate_explained(found: Totals) -> str:
    """Both definitions, to two decimals."""
    words = {
        "rate": percent(found.won, found.closed, 2),
        "won": show_number(found.won),
        "closed": show_number(found.closed),
        "all_rate": percent(found.won, found.every, 2),
        "every": show_number(found.every),
    }
    text = gettext(
        "Won of closed: %(rate)s (%(won)s of %(closed)s; open deals do not count). Won of all: %(all_rate)s "
        "(%(won)s of %(every)s, those that are open now among them)."
    )
    return text % words


def in_play(lists: Lists) -> str:
    """The list of all opportunities."""
    days = between("closed", lists.asked.days)
    if not days:
        return lists.deals()
    closed = [{"field": fact, "op": op, "value": {"date": values[0]}} for fact, op, values in days]
    return lists.deals(beyond={"any": [{"field": "state", "op": "is", "value": "open"}, {"all": closed}]})


def _money_figures(found: Totals, main: Money | None, won: str) -> list[Figure]:
    if main is None:
        return []
    cycle, median = found.mean_cycle or 0, found.cycle
    value, full = both(main.minor, main.currency)
    mean, mean_full = both(main.mean, main.currency)
    middle_full = both(main.median.value if main.median else None, main.currency)[1]
    rest = ngettext("and %(num)s other currency, below", "and %(num)s other currencies, below", len(found.money) - 1)
    others = rest % {"num": len(found.money) - 1} if len(found.money) > 1 else ""
    pace = velocity(found, main)
    pace_short, pace_full = both(pace, main.currency)
    return [
        Figure(
            gettext("Revenue won"),
            value,
            gettext(
                "The amounts of the deals that were won in this time, in this currency. Amounts of different "
                "currencies are never added up."
            ),
            full,
            won,
            others,
        ),
        Figure(
            gettext("Average value"),
            mean,
            gettext(
                "The mean amount of won deals, of those that have one. The median is the one in the middle: half "
                "are smaller, half larger."
            ),
            mean_full,
            under=gettext("median %(what)s") % {"what": about(middle_full, main.median)},
        ),
        Figure(
            gettext("Cycle"),
            stay_in_days(round(cycle)),
            gettext(
                "From opening to close, of the deals won in this time. On average: %(mean)s; in the middle: %(median)s."
            )
            % {"mean": days_exactly(cycle), "median": about(days_exactly(median.value), median) if median else "–"},
            days_exactly(cycle),
            under=gettext("median %(what)s")
            % {"what": about(stay_in_days(round(median.value)), median) if median else "–"},
        ),
        Figure(
            gettext("Velocity a day"),
            pace_short,
            gettext(
                "Open deals × win rate × average value ÷ average cycle: what comes in on a day if it goes on like "
                "this. Open deals in this currency: %(n)s."
            )
            % {"n": show_number(main.open_deals)},
            pace_full,
        ),
    ]
