"""People, for an operator at the console: let somebody in, hand out a link for a new password, see who there is."""

import click
from flask import Flask
from sqlalchemy import or_, select

from salesapp.cli.opening import opened, say, working
from salesapp.cli.stopping import stop
from salesapp.domain.contact_points import ContactPoint, parse_contact_point
from salesapp.domain.permissions import ROLES
from salesapp.domain.text import LANGUAGES
from salesapp.services.links import make_link
from salesapp.services.people import NewPerson, add_person
from salesapp.store import people, settings
from salesapp.store.engine import reading
from salesapp.store.tables import person, team


@click.group("user")
def user_command() -> None:
    """The people who sign in."""


@user_command.command("add")
@click.argument("name")
@click.option("--email", default="", help="What they sign in with.")
@click.option("--phone", default="", help="The same, or beside it.")
@click.option("--role", type=click.Choice(list(ROLES)), default="salesperson", show_default=True)
@click.option("--team", "team_name", help="The name of their team.")
@click.option("--language", type=click.Choice(LANGUAGES), default=None, help="Else as their browser says.")
def add_command(name: str, email: str, phone: str, role: str, team_name: str | None, language: str | None) -> None:
    """Let NAME in; prints the link with which they set their password."""
    with opened() as app:
        with reading() as x:
            if role != "admin" and not people.anybody(x):
                stop("The first person is the owner: `salesapp run` prints how, or say --role admin.")
        team_id = "" if team_name is None else str(_team(team_name))
        new = NewPerson(name=name, email=email, phone=phone, role=role, team_id=team_id, language=language or "")
        with working(app) as w:
            token = make_link(w, add_person(w, new))
        _say_link(app, token, f"{name} sets a password here, within seven days:")


@user_command.command("reset-link")
@click.argument("who")
def reset_link_command(who: str) -> None:
    """A link with which WHO (mail address or phone) sets a new password; earlier links end."""
    with opened() as app:
        person_id = _person(who)
        with working(app) as w:
            token = make_link(w, person_id)
        _say_link(app, token, f"{who} sets a password here, soon and once:")


@user_command.command("list")
def list_command() -> None:
    """Everybody: how they sign in, their role and team, and whether they may still sign in."""
    query = (
        select(person, team.c.name.label("team_name"))
        .select_from(person.outerjoin(team, team.c.id == person.c.team_id))
        .order_by(person.c.id)
    )
    with opened(), reading() as x:
        rows = x.execute(query).all()
    for row in rows:
        ways = ", ".join(way for way in (row.email, row.phone) if way)
        state = "deactivated" if row.deactivated_at else "" if row.password_hash else "no password yet"
        say("  ".join(part for part in (row.name, ways, row.role, row.team_name or "", state) if part))
    if not rows:
        say("Nobody yet. `salesapp run` prints how to become the owner.")


def _team(name: str) -> int:
    with reading() as x:
        ids = x.scalars(select(team.c.id).where(team.c.name == name, team.c.archived_at.is_(None))).all()
        names = x.scalars(select(team.c.name).where(team.c.archived_at.is_(None)).order_by(team.c.path)).all()
    if len(ids) != 1:
        many = "There is no team" if not ids else "There is more than one team"
        stop(f"{many} called {name}. Teams: {', '.join(names) or 'none yet'}.")
    return int(ids[0])


def _person(who: str) -> int:
    with reading() as x:
        country = settings.company(x).country
        points = [parse_contact_point(kind, who, country) for kind in ("email", "phone")]
        ways = {point.normalised for point in points if isinstance(point, ContactPoint)}
        query = select(person.c.id).where(or_(person.c.email.in_(ways), person.c.phone.in_(ways)))
        found = x.execute(query).scalar()
    if found is None:
        stop(f"Nobody signs in with {who}. `salesapp user list` names everybody.")
    return int(found)


def _say_link(app: Flask, token: str, sentence: str) -> None:
    base = app.extensions["salesapp_settings"].base_url.rstrip("/") or "http://127.0.0.1:8000"
    say(sentence)
    say(f"  {base}/link/{token}")
    if not app.extensions["salesapp_settings"].base_url:
        say("SALESAPP_BASE_URL is not set: put the address people reach this installation at in front.", "yellow")
