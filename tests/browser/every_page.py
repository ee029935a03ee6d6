"""Every address somebody can open, and who opens it."""

from dataclasses import asdict
from typing import Final

from playwright.sync_api import Page, Response

from salesapp.testing import Cast
from tests.browser.conftest import NewPage
from tests.browser.furnished import Places

PAGES: Final = """
/today
/today?who=team
/customers
/customers?q=王建
/customers?archived=1
/customers?sort=name&grade=A
/customers/new
/customers/{person}
/customers/{organisation}
/customers/{archived}
/customers/{person}/edit
/customers/{organisation}/contacts/new
/customers/{person}/points/new
/customers/{person}/dates/new
/customers/{person}/assign
/contacts/{contact}/edit
/deals
/deals?view=list
/deals?state=won&period=month
/deals?who=seen&close=week&entered=over30
/deals?close=dates&close_from=2026-03-05&close_to=2026-03-01&entered=dates
/deals?state=lost&view=list
/deals/new
/deals/new?customer={person}
/deals/{deal}
/deals/{won}
/deals/{lost}
/deals/{deal}/edit
/deals/{deal}/move
/deals/{deal}/move?to=closing
/deals/{alone}
/deals/{alone}/move?to=:won
/deals/{alone}/customer
/deals/{alone}/customer?customer={person}
/deals/{won}/move
/activities
/activities?who=team
/activities?state=done&who=team
/activities/new
/activities/new?customer={person}&mode=plan
/activities/{planned}/finish
/activities/{planned}/files
/files/{file}
/customers/{organisation}/files
/deals/{deal}/files
/activities/new?customer={person}&kind=demo
/activities/after?customer={organisation}&kind=message
/activities/{planned}/move
/calendar
/calendar?who=team&on=2026-03-04
/calendar?view=day&who=team
/decisions
/decisions/{decision}
/pool
/search
/search?q=王建
/search?q=zzzz
/reports
/settings
/settings/company
/settings/plugins
/settings/people
/settings/people/new
/settings/people/{colleague}
/settings/people/{invited}
/settings/teams
/settings/teams/{team}
/settings/territories
/settings/territories/{territory}
/settings/functions
/settings/results
/settings/results?kind=demo
/settings/intervals
/settings/jobs
/settings/mail
/account
/account/password
/account/notices
/notices
/more
/add
""".split()
PUBLIC: Final = ("/sign-in", "/sign-in?next=/deals", "/link/{invitation}", "/link/nothing-like-a-link")
REFUSED: Final = (("/settings/people", 403), ("/customers/987654321", 404), ("/nowhere", 404))
STATUS: Final = {"/link/nothing-like-a-link": 404}


class Tour:
    """Walks through all pages with one phone each for who needs one."""

    def __init__(self, new_page: NewPage, cast: Cast, places: Places, **options: object) -> None:
        self.values = asdict(places)
        who = {"all": cast.admin, "outsider": cast.outsider, "nobody": None}
        self.pages: dict[str, Page] = {name: new_page(actor, **options) for name, actor in who.items()}  # type: ignore[arg-type]

    def stops(self) -> list[tuple[str, str, int]]:
        """Whose phone, which address, which answer."""
        return [
            *(("all", path, 200) for path in PAGES),
            *(("nobody", path, STATUS.get(path, 200)) for path in PUBLIC),
            *(("outsider", path, status) for path, status in REFUSED),
            ("outsider", "/today", 200),  # nothing there yet
            ("outsider", "/deals", 200),
            ("outsider", "/activities", 200),
            ("outsider", "/customers", 200),
        ]

    def go(self, who: str, path: str) -> tuple[Page, Response]:
        """Open an address; the page as it then stands."""
        page = self.pages[who]
        answer = page.goto(path.format(**self.values))
        assert answer is not None
        return page, answer
