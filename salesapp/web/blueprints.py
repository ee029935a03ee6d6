"""Every page of the core, in one list, and what surrounds them."""

from flask import Flask

from salesapp.web import (
    account,
    activities,
    activity_after,
    activity_beside,
    activity_finish,
    activity_list,
    add,
    addresses,
    audit,
    audit_export,
    bulk,
    calendar,
    calendar_moves,
    calendar_settings,
    check,
    contacts,
    customer_forms,
    customer_list,
    customers,
    deal_forms,
    deal_list,
    deal_moves,
    deals,
    decisions,
    errors,
    field_settings,
    files,
    first_run,
    follow_up_adding,
    follow_up_editing,
    follow_ups,
    functions,
    guard,
    hand_over,
    health,
    i18n,
    imports,
    imports_ask,
    imports_maps,
    interval_settings,
    jobs,
    kept,
    links,
    list_export,
    list_pages,
    mail_settings,
    mailing_drafts,
    mailing_presses,
    mailings,
    merge,
    more,
    no_more,
    notice_settings,
    notices,
    own_words,
    people,
    people_export,
    plugin_pages,
    plugin_reports,
    plugins,
    pool,
    pool_export,
    pool_managing,
    pool_settings,
    privacy,
    process_gates,
    process_settings,
    reach,
    record_fields,
    render,
    report_follow_ups,
    reports,
    result_forms,
    result_settings,
    saved_views,
    scripts,
    search,
    settings,
    sharing,
    shell,
    sign_in,
    slots,
    source_settings,
    tag_settings,
    teams,
    timeline,
    today,
    told,
)

PAGES = (
    *(health, shell, scripts, first_run, sign_in, links, account, settings, people, teams, functions, jobs, today),
    *(deals, deal_forms, deal_moves, decisions, activities, activity_finish, reports, report_follow_ups, more),
    *(
        activity_list,
        activity_after,
        activity_beside,
        result_settings,
        interval_settings,
        process_settings,
        process_gates,
        follow_ups,
        follow_up_adding,
        follow_up_editing,
        source_settings,
        tag_settings,
    ),
    *(calendar, calendar_moves, calendar_settings),
    *(customer_list, deal_list, list_pages, list_export, pool_export, people_export, saved_views),
    *(customers, customer_forms, contacts, reach, timeline, pool, search, add),
    files,
    *(notices, notice_settings, mail_settings),
    *(merge, check, privacy, audit, audit_export),
    *(bulk, hand_over),
    *(mailings, mailing_drafts, mailing_presses, no_more),
    *(imports, imports_ask, imports_maps),
    field_settings,
    *(pool_managing, pool_settings, sharing),
    *(plugin_pages, plugin_reports, plugins),
)


def register(app: Flask) -> None:
    """Attach the guard, the error pages and every page."""
    guard.register(app)
    addresses.register(app)
    errors.register(app)
    i18n.register(app)
    render.register(app)
    kept.register(app)
    told.register(app)
    result_forms.register(app)
    record_fields.register(app)
    for module in (own_words, slots, plugin_reports):
        module.register(app)
    for module in PAGES:
        app.register_blueprint(module.bp)
    plugin_pages.register(app)
