"""Every page of the core, in one list, and what surrounds them."""

from flask import Flask

from salesapp.web import (
    account,
    activities,
    activity_after,
    activity_finish,
    activity_list,
    add,
    addresses,
    calendar,
    calendar_moves,
    contacts,
    customer_forms,
    customers,
    deal_forms,
    deal_moves,
    deals,
    decisions,
    errors,
    files,
    first_run,
    functions,
    guard,
    health,
    i18n,
    interval_settings,
    jobs,
    kept,
    links,
    mail_settings,
    more,
    notice_settings,
    notices,
    people,
    pool,
    reach,
    render,
    reports,
    result_forms,
    result_settings,
    search,
    settings,
    shell,
    sign_in,
    teams,
    timeline,
    today,
)

PAGES = (
    *(health, shell, first_run, sign_in, links, account, settings, people, teams, functions, jobs, today),
    *(deals, deal_forms, deal_moves, decisions, activities, activity_finish, reports, more),
    *(activity_list, activity_after, result_settings, interval_settings),
    *(calendar, calendar_moves),
    *(customers, customer_forms, contacts, reach, timeline, pool, search, add),
    files,
    *(notices, notice_settings, mail_settings),
)


def register(app: Flask) -> None:
    """Attach the guard, the error pages and every page."""
    guard.register(app)
    addresses.register(app)
    errors.register(app)
    i18n.register(app)
    render.register(app)
    kept.register(app)
    result_forms.register(app)
    for module in PAGES:
        app.register_blueprint(module.bp)
