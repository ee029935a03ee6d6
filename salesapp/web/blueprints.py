"""Every page of the core, in one list, and what surrounds them."""

from flask import Flask

from salesapp.web import (
    account,
    activities,
    activity_finish,
    add,
    addresses,
    contacts,
    customer_forms,
    customers,
    deal_forms,
    deal_moves,
    deals,
    decisions,
    errors,
    first_run,
    functions,
    guard,
    health,
    i18n,
    jobs,
    kept,
    links,
    more,
    people,
    pool,
    reach,
    render,
    reports,
    search,
    settings,
    sign_in,
    teams,
    timeline,
    today,
)

PAGES = (
    *(health, first_run, sign_in, links, account, settings, people, teams, functions, jobs, today),
    *(deals, deal_forms, deal_moves, decisions, activities, activity_finish, reports, more),
    *(customers, customer_forms, contacts, reach, timeline, pool, search, add),
)


def register(app: Flask) -> None:
    """Attach the guard, the error pages and every page."""
    guard.register(app)
    addresses.register(app)
    errors.register(app)
    i18n.register(app)
    render.register(app)
    kept.register(app)
    for module in PAGES:
        app.register_blueprint(module.bp)
