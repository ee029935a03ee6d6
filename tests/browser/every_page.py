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
/customers?f0=grade&o0=is&v0=A&f1=last_contact&o1=ago&v1=0
/customers?c=name&c=company&c=grade&c=owner&c=next&sort=created
/lists/customer/filter?f0=owner&f1=created&o1=within&v1=soon&f2=grade&o2=one_of&v2=A
/lists/customer/columns?c=name&c=grade&c=owner
/lists/customer/export?grade=A
/lists/customer/views/new?f0=grade&o0=is&v0=A
/customers?select=1
/customers/new
/customers/{person}
/customers/{organisation}
/customers/{archived}
/customers/{person}/edit
/settings/fields
/settings/fields?kind=deal
/settings/fields/new
/customers/{organisation}/contacts/new
/customers/{person}/points/new
/customers/{person}/dates/new
/customers/{person}/assign
/customers/{person}/merge
/customers/{person}/merge?with={organisation}
/customers/{person}/privacy
/customers/{person}/erase
/contacts/{contact}/edit
/deals
/deals?view=list
/deals?state=won&period=month
/deals?who=seen&close=week&entered=over30
/deals?close=dates&close_from=2026-03-05&close_to=2026-03-01&entered=dates
/deals?state=lost&view=list
/deals/list
/deals/list?c=title&c=customer&c=stage&c=amount&state=all
/lists/deal/filter?f0=amount&f1=stage
/lists/deal/export
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
/activities?f0=kind&o0=is&v0=call&c=kind&c=customer&c=planned
/lists/activity/columns
/activities?select=1&who=team
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
/deals/list?select=1
/bulk
/mailings
/mailings/new
/mailings/{draft}
/mailings/{draft}/edit
/mailings/{mailing}
/mailings/{mailing}?show=left
/decisions
/decisions/{decision}
/pool
/pool?grade=A&there=week
/pool/export?grade=A
/pool/{pooled}/hand
/customers/{person}/share
/customers/{person}/release
/customers/{person}/owners
/customers/{person}/timeline?show=helpers
/customers/shared
/search
/search?q=王建
/search?q=zzzz
/reports
/reports?period=all
/reports?period=dates&from=2026-03-40&to=2026-03-01
/reports/follow-ups
/reports/follow-ups?period=all
/deals/list?state=all&f0=entered.contact&o0=filled&f1=teams&o1=contains&v1=1
/settings
/settings/company
/settings/plugins
/settings/plugins/general
/settings/people
/settings/people/export
/settings/people/new
/settings/people/{colleague}
/settings/people/{invited}
/settings/people/{colleague}/hand-over
/settings/people/{colleague}/hand-over?preview=1&to={invited}
/settings/teams
/settings/teams/{team}
/settings/territories
/settings/territories/{territory}
/settings/functions
/settings/results
/settings/results?kind=demo
/settings/intervals
/settings/follow-ups
/settings/follow-ups/new
/settings/follow-ups/general.first_call
/settings/follow-ups/general.first_call/when
/settings/follow-ups/general.first_call/do
/settings/follow-ups/general.first_call/deadline
/settings/follow-ups/general.first_call/unless
/settings/follow-ups/general.first_call/escalate
/settings/follow-ups/general.birthday
/settings/pools
/settings/pools/new
/settings/pools/1
/settings/sources
/settings/tags
/settings/working-time
/settings/working-time/{team}
/settings/processes
/settings/processes/general.six
/settings/processes/general.six/contact
/settings/processes/general.six/contact/gates/new
/settings/jobs
/settings/mail
/account
/account/password
/account/notices
/notices
/check
/import
/import/{asked}
/import/{checked}
/import/{checked}?ask=1
/import/{imported}
/import/{imported}/records
/audit
/audit/export
/audit?group=customers
/more
/add
""".split()
PUBLIC: Final = (
    *("/sign-in", "/sign-in?next=/deals", "/link/{invitation}", "/link/nothing-like-a-link"),
    "/no-more/nothing",
)
REFUSED: Final = (("/settings/people", 403), ("/customers/987654321", 404), ("/nowhere", 404))
STATUS: Final = {"/link/nothing-like-a-link": 404, "/no-more/nothing": 404}


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
            ("outsider", "/customers/shared", 200),
            ("outsider", "/pool", 200),
        ]

    def go(self, who: str, path: str) -> tuple[Page, Response]:
        """Open an address; the page as it then stands."""
        page = self.pages[who]
        answer = page.goto(path.format(**self.values))
        assert answer is not None
        return page, answer
