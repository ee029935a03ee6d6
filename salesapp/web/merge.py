"""Two records of one customer become one: find the other, choose field by field, see what moves, press once; undo."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.errors import N_, AlreadyDone, Refused, Stale
from salesapp.domain.views import CustomerView
from salesapp.services import merge as service
from salesapp.services import merge_checks, merge_undo
from salesapp.services.duplicates import same_as
from salesapp.services.merge_checks import Plan, Wanted
from salesapp.services.merge_fields import Difference, differences, pair, same_people
from salesapp.services.merge_undo import UNDO_WITHIN
from salesapp.services.work import work
from salesapp.store import customer_files, customers, merges
from salesapp.store.engine import Executor, reading
from salesapp.web import customer_words as words
from salesapp.web import render
from salesapp.web.field_inputs import in_words
from salesapp.web.i18n import gettext, say
from salesapp.web.record_fields import as_stored
from salesapp.web.request import catalog, current_actor, current_now, int_arg, int_field, is_whole, request_key

bp = Blueprint("merge", __name__)
TABLES: Final = {
    "contact": N_("Contacts"),
    "contact_point": N_("Numbers and addresses"),
    "deal": N_("Deals"),
    "activity": N_("Activities"),
    "file": N_("Files"),
    "touch": N_("Enquiries"),
    "important_date": N_("Important dates"),
    "customer_tag": N_("Tags"),
    "mailing_item": N_("Messages to a group"),
    "decision": N_("Decisions"),
    "notice": N_("Notices"),
    "consent": N_("Consents"),
    "customer": N_("Records merged before"),
    "field_link": N_("Fields of other records that name it"),
}
"""What moves, in words; a plugin's table is called as the plugin calls it. What nobody looks at is left out."""
UNSAID: Final = frozenset({"opened"})
REASONS: Final = {
    "phone": N_("the same phone number"),
    "email": N_("the same e-mail address"),
    "wechat": N_("the same WeChat"),
    "link": N_("the same website"),
    "name": N_("the same name"),
}


@bp.get("/customers/<int:customer_id>/merge")
def page(customer_id: int) -> str:
    """The other one, or a choice of who that could be."""
    other = int_arg("with")
    return _choose(customer_id) if other is None else _sides(customer_id, other)


def _choose(customer_id: int) -> str:
    actor, now = current_actor(), current_now()
    q = request.args.get("q", "").strip()[:100]
    with reading() as x:
        merge_checks.require(x, actor, customer_id, now)  # first: it knows best why not
        view = customer_files.open_for(x, actor, customer_id, now, "customer.merge")
        likely = same_as(x, actor, customer_id, now)
        found = customers.options_for(x, actor, q, now) if q else []
        done = [
            (row, row.lost_name or row.company, merge_undo.may_undo(x, actor, row, now))
            for row in merges.lately(x, customer_id, now - UNDO_WITHIN)
        ]
    return render.page(
        "customers/merge.html",
        customer=view,
        name=words.name_of(view),
        likely=[(each.customer_id, each.name, gettext(REASONS[each.by])) for each in likely],
        found=[row for row in found if row[0] != customer_id],
        q=q,
        done=done,
    )


def _sides(customer_id: int, other: int, typed: Mapping[str, str] | None = None, **context: Any) -> str:
    actor, now = current_actor(), current_now()
    with reading() as x:
        plan = merge_checks.plan(x, actor, customer_id, other, now)
        views = [customers.read(x, each) for each in (customer_id, other)]
        two = pair(x, "customer", plan.kept.row, plan.lost.row, catalog().fields_of("customer"))
        territories = {row.id: row.name for row in customer_files.territories(x)}
        name, other_name = _told_apart(x, views)
    context.setdefault("errors", render.by_place(plan.problems))
    return render.page(
        "customers/merge_sides.html",
        customer=views[0],
        other=views[1],
        name=name,
        other_name=other_name,
        possible=not plan.problems,
        fields=[_field(each, typed, territories) for each in differences(two, actor)],
        people=_people(plan, typed),
        numbers=_counts(plan.counts),
        seen=f"{plan.kept.row.version}.{plan.lost.row.version}",
        **context,
    )


def _told_apart(x: Executor, views: Sequence[CustomerView]) -> list[str]:
    """What the two are called; of one name, with what else tells them apart."""
    names = [words.name_of(each) for each in views]
    if len(set(names)) > 1:
        return names
    more = [each.company for each in views]
    if len(set(more)) == 1:
        files = [customer_files.open_file(x, current_actor(), each.id, current_now()) for each in views]
        phones = [each.reached_by("phone") for each in files]
        more = [each.shown if each else "" for each in phones]
    if len(set(more)) == 1:
        more = [f"#{each.id}" for each in views]
    return [" · ".join(filter(None, both)) for both in zip(names, more, strict=True)]


def _field(each: Difference, typed: Mapping[str, str] | None, territories: Mapping[int, str]) -> dict[str, Any]:
    """One field as the page asks for it: its name in the form, its label, what each says, what is ticked."""
    name = f"take-{each.key}"
    texts = {"kept": _value(each, each.kept, territories), "lost": _value(each, each.lost, territories)}
    texts["both"] = gettext("Both, one below the other")
    chosen = (typed or {}).get(name, each.choice)
    return {
        "name": name,
        "label": say(each.field.label) if each.field else words.field_word(each.key),
        "options": [(key, texts[key]) for key in each.choices],
        "value": chosen if chosen in each.choices else each.choice,
    }


def _value(each: Difference, value: Any, territories: Mapping[int, str]) -> str:
    if value in (None, "", [], {}):
        return gettext("nothing")
    if each.field is not None:
        return (in_words(each.field, value) or as_stored(value))[:300]
    if each.key == "territory_id":
        return territories.get(value, str(value))
    return words.code_word(each.key, value)[:300]


def _people(plan: Plan, typed: Mapping[str, str] | None) -> list[dict[str, Any]]:
    """Contacts of the other record who may be one of this record's: ticked where they are called the same."""
    likely = same_people(list(plan.kept.contacts), list(plan.lost.contacts))
    mine = [("", gettext("Somebody else")), *((str(each.id), each.name) for each in plan.kept.contacts)]
    shown = plan.lost.contacts if plan.kept.contacts else ()
    return [
        {
            "name": f"same-{each.id}",
            "label": each.name,
            "options": mine,
            "value": (typed or {}).get(f"same-{each.id}", str(likely.get(each.id, ""))),
        }
        for each in shown
    ]


def _counts(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(gettext(TABLES[name]) if name in TABLES else name, n) for name, n in counts.items() if name not in UNSAID]


@bp.post("/customers/<int:customer_id>/merge")
def merge(customer_id: int) -> Response | tuple[str, int]:
    """Let the other one become a part of this one."""
    actor, now, other = current_actor(), current_now(), int_field("with")
    if other is None:
        return _choose(customer_id), 422
    try:
        with work(actor, now, request_key=request_key()) as w:
            merge_id = service.merge_customers(w, customer_id, other, _wanted())
    except AlreadyDone:
        return redirect(f"/customers/{customer_id}", 303)
    except Stale:
        text = gettext("One of them was changed meanwhile. Have another look, then merge again.")
        return _sides(customer_id, other, request.form, stale=text), 409
    except Refused as refused:
        return _sides(customer_id, other, request.form, errors=render.by_place(refused.problems)), 422
    render.flash(gettext("The two are one now. For a day, this can be undone."), undo=f"/merges/{merge_id}/undo")
    return redirect(f"/customers/{customer_id}", 303)


def _wanted() -> Wanted:
    fields = {key.removeprefix("take-"): value for key, value in request.form.items() if key.startswith("take-")}
    same = {
        int(key.removeprefix("same-")): int(value)
        for key, value in request.form.items()
        if key.startswith("same-") and is_whole(key.removeprefix("same-")) and is_whole(value)
    }
    one, _, other = request.form.get("seen", "").partition(".")
    return Wanted(fields, same, (int(one), int(other)) if is_whole(one) and is_whole(other) else None)


@bp.post("/merges/<int:merge_id>/undo")
def undo(merge_id: int) -> Response:
    """Take them apart again."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            left = merge_undo.undo_merge(w, merge_id)
            kept_id = w.result["customer"]
    except AlreadyDone as done:
        return redirect(f"/customers/{done.result['customer']}", 303)
    render.flash(
        gettext("They are two again. What somebody changed since stays as it is now.")
        if left
        else gettext("They are two again.")
    )
    return redirect(f"/customers/{kept_id}", 303)
