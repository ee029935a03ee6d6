"""What an author does in a test, in one line each: a customer, a deal, an activity; fill in, move, win; let time pass.

Everything goes through the house's own services as the salesperson `cast.owner` unless another `actor` is named, so
gates, checks and rights hold as they do for people. What is given back is a frozen view of the record as it is then.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask

from salesapp.domain.errors import Refused
from salesapp.domain.follow_up import FollowUp
from salesapp.domain.money import minor_digits
from salesapp.domain.permissions import Actor
from salesapp.domain.views import ActivityView, CustomerView, DealView
from salesapp.plugging.own_demo import DemoData
from salesapp.services import deal_moves, deal_steps, deals
from salesapp.services.activities import NewActivity, note_activity, plan_activity
from salesapp.services.activity_finish import finish_activity
from salesapp.services.customers import NewCustomer, add_customer
from salesapp.services.deals import NewDeal
from salesapp.services.plugin_work import demo_work
from salesapp.services.work import work
from salesapp.store import activities as activity_rows
from salesapp.store import customers as customer_rows
from salesapp.store import deals as deal_rows
from salesapp.store.engine import reading
from salesapp.testing_imports import BroughtIn, bring_in


@contextmanager
def refused(*places: str) -> Iterator[None]:
    """What happens inside is refused, and what is missing belongs to these places: `refused("field.wish", "step")`."""
    try:
        yield
    except Refused as error:
        found = {each.place: str(each.message) for each in error.problems}
        assert set(found) == set(places), f"refused, but because of {found}"
    else:
        raise AssertionError(f"nothing was refused; expected {', '.join(places)}")


@dataclass(slots=True)
class Kit:
    """The application under test with its clock, in the words of an author."""

    app: Flask
    clock: Any
    cast: Any

    # --- records ---

    def a_customer(self, name: str = "Lugou Clinic", *, actor: Actor | None = None, **values: Any) -> CustomerView:
        """A customer of the actor; `values` as in NewCustomer: `kind="organisation"`, `phones=["138 0000 1234"]` …"""
        actor = actor or self.cast.owner
        with work(actor, self.clock.now) as w:
            customer_id = add_customer(w, NewCustomer(name=name, **values))
        with reading() as x:
            return customer_rows.load(x, actor, customer_id, self.clock.now)

    def a_deal(
        self, process: str, *, customer: CustomerView | None = None, actor: Actor | None = None, **values: Any
    ) -> DealView:
        """An open deal in the first stage of `process`, a full key such as "car_wash.order"; `values` as in NewDeal."""
        actor = actor or self.cast.owner
        of = {"title": "A deal", "process": process, "customer_id": customer.id if customer else None}
        with work(actor, self.clock.now) as w:
            deal_id = deals.open_deal(w, NewDeal(**(of | values)))
        return self.deal(deal_id)

    def an_activity(
        self,
        about: CustomerView | DealView,
        *,
        kind: str = "call",
        outcome: str | None = "reached",
        answers: Mapping[str, Any] | None = None,
        planned_at: datetime | None = None,
        actor: Actor | None = None,
        **values: Any,
    ) -> ActivityView:
        """An activity with this customer or deal: done now, or planned for `planned_at`. `answers` to the result form
        of the plugin under test, by key."""
        actor = actor or self.cast.owner
        of = {"deal_id": about.id} if isinstance(about, DealView) else {"customer_id": about.id}
        new = NewActivity(**({"kind": kind, "note": "a note"} | of | values))
        with work(actor, self.clock.now) as w:
            if planned_at is not None:
                activity_id = plan_activity(w, replace(new, planned_at=planned_at))
            else:
                said = {name: dict(answers or {}) for name in self.under_test[:1]}
                activity_id = note_activity(w, replace(new, outcome=outcome, answers=said))
        return self.activity(activity_id)

    # --- what people do with them ---

    def fill(
        self, deal: DealView, facts: Mapping[str, Any] | None = None, *, actor: Actor | None = None, **more: Any
    ) -> DealView:
        """Save facts of a deal: `kit.fill(deal, amount=880, expected_close=day, wish="…")`. `amount` is in whole units;
        what no deal has by itself is a field of its process; one of every deal goes by its full key in `facts`."""
        wanted = dict(facts or {})
        for name, value in more.items():
            if name == "amount":
                digits = minor_digits(deal.currency)
                wanted["amount_minor"] = None if value is None else int(Decimal(value).scaleb(digits))
            else:
                wanted[name if name in deals.COLUMNS else f"field.{name}"] = value
        with work(actor or self.cast.owner, self.clock.now) as w:
            deals.change_deal(w, deal.id, wanted, {})
        return self.deal(deal.id)

    def tick(self, deal: DealView, *steps: str, actor: Actor | None = None) -> DealView:
        """Tick key steps by hand."""
        with work(actor or self.cast.owner, self.clock.now) as w:
            for step in steps:
                deal_steps.tick_step(w, deal.id, step, True)
        return self.deal(deal.id)

    def move(self, deal: DealView, to: str, *, actor: Actor | None = None) -> DealView:
        """Move a deal to a stage."""
        with work(actor or self.cast.owner, self.clock.now) as w:
            deal_moves.move_deal(w, deal.id, to, deal_rows.version(w.session, deal.id))
        return self.deal(deal.id)

    def win(self, deal: DealView, *, actor: Actor | None = None) -> DealView:
        """Win a deal."""
        with work(actor or self.cast.owner, self.clock.now) as w:
            deal_moves.win_deal(w, deal.id, deal_rows.version(w.session, deal.id))
        return self.deal(deal.id)

    def lose(self, deal: DealView, reason: str, note: str = "", *, actor: Actor | None = None) -> DealView:
        """Lose a deal for one of its process's reasons."""
        with work(actor or self.cast.owner, self.clock.now) as w:
            deal_moves.lose_deal(w, deal.id, reason, note, deal_rows.version(w.session, deal.id))
        return self.deal(deal.id)

    def finish(
        self,
        activity: ActivityView,
        outcome: str | None = "reached",
        note: str = "",
        *,
        answers: Mapping[str, Any] | None = None,
        actor: Actor | None = None,
    ) -> ActivityView:
        """A planned activity is done, with `answers` to the result forms of the plugin under test."""
        said = None if answers is None else {name: dict(answers) for name in self.under_test[:1]}
        with work(actor or self.cast.owner, self.clock.now) as w:
            finish_activity(w, activity.id, outcome, note, answers=said)
        return self.activity(activity.id)

    # --- as they are now ---

    def customer(self, customer_id: int) -> CustomerView:
        """A customer as it is now."""
        with reading() as x:
            return customer_rows.load(x, self.cast.admin, customer_id, self.clock.now)

    def deal(self, deal_id: int) -> DealView:
        """A deal as it is now."""
        with reading() as x:
            return deal_rows.load(x, self.cast.admin, deal_id, self.clock.now)

    def activity(self, activity_id: int) -> ActivityView:
        """An activity as it is now."""
        with reading() as x:
            return activity_rows.view_of(activity_rows.load(x, self.cast.admin, activity_id, self.clock.now))

    def planned(self, about: CustomerView | DealView, rule: str | None = None) -> list[ActivityView]:
        """What is planned with this customer or deal, the earliest first; with `rule`, a full key as "car_wash.thanks",
        only what that follow-up rule planned."""
        of = {"deal_id": about.id} if isinstance(about, DealView) else {"customer_id": about.id}
        with reading() as x:
            rows = activity_rows.planned_for(x, **of)
        return [activity_rows.view_of(row) for row in rows if rule in (None, (row.because or {}).get("rule"))]

    # --- the plugin ---

    @property
    def under_test(self) -> list[str]:
        """The names of the plugins this test is about."""
        paths: list[Path] = self.app.extensions.get("salesapp_under_test", [])
        return [path.name if path.is_dir() else path.stem for path in paths]

    def why_set_aside(self, plugin: str) -> str:
        """Why a plugin does not run; "" when it does."""
        plugins = self.app.extensions["salesapp_plugins"]
        if any(each.name == plugin for each in plugins.loaded):
            return ""
        return next((str(each.reason) for each in plugins.set_aside if each.name == plugin), "it was not found")

    def run_jobs(self, until: datetime | None = None) -> int:
        """Do what is due, then what falls due until then, the clock going along; how many jobs were run. The house's
        own regular jobs (clearing away, sealing) stay out, but follow-up rules look where the plugin brings some."""
        from salesapp.testing_jobs import run_until

        looks = any(isinstance(each, FollowUp) for name in self.under_test for each in self._records(name))
        return run_until(self.clock, until or self.clock.now, looks=looks)

    def bring_in(self, table: str, kind: str, *, actor: Actor | None = None) -> BroughtIn:
        """Bring in a file of this kind, as on the import page: what became of its rows. By a manager unless said.
        `kit.bring_in("Code,Front\\nA1,Oak\\n", "kitchen.fronts").added`"""
        return bring_in(self, table, actor or self.cast.manager, kind)

    def fill_demo(self, language: str = "en", seed: int = 0) -> None:
        """Add what the plugins under test add to a demo, in this language, with a past that ends now."""
        for plugin in self.under_test:
            for each in self._records(plugin):
                if isinstance(each, DemoData):
                    with demo_work(self.clock.now, plugin=plugin, language=language) as w:
                        each.fill(w, Random(seed), self.clock.now)  # noqa: S311 (repeatable on purpose)

    def _records(self, plugin: str) -> tuple[Any, ...]:
        loaded = self.app.extensions["salesapp_plugins"].plugin(plugin)
        return loaded.records if loaded else ()
