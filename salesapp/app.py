"""The application factory: a readable list of steps. No query, no write and no network happens here."""

import os
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from salesapp import extensions, places
from salesapp.config import Settings, read_settings
from salesapp.plugging.hooks import Hooks
from salesapp.plugging.house import House
from salesapp.plugging.loader import Plugins, load_plugins
from salesapp.store import engine
from salesapp.web import blueprints, render, sessions


def _clock() -> datetime:
    return datetime.now(UTC)


def create_app(
    config: Settings | None = None,
    *,
    plugins: Sequence[Path] | None = None,
    clock: Callable[[], datetime] = _clock,
    testing: bool = False,
) -> Flask:
    """An application for one installation.

    `plugins` are the folders to look for plugins in; None means the bundled ones and the installation's own.
    `clock` says what time it is (tests freeze it).
    """
    settings = config or read_settings()
    app = Flask(
        "salesapp",
        instance_path=str(settings.instance.absolute()),
        template_folder=str(places.TEMPLATES),
        static_folder=str(places.STATIC),
        static_url_path="/static",
    )
    app.jinja_environment = render.Templates
    app.session_interface = sessions.Sessions()
    _configure(app, settings, testing=testing)
    app.extensions["salesapp_settings"] = settings
    app.extensions["salesapp_clock"] = clock
    app.extensions["salesapp_plugins"] = loaded = _plugins(settings, plugins)
    app.extensions["salesapp_hooks"] = _hooks(settings, loaded, testing=testing)
    app.extensions["salesapp_house"] = House(loaded)
    engine.bind(app, settings.database)
    extensions.htmx.init_app(app)
    extensions.login.init_app(app)
    blueprints.register(app)
    return app


def _hooks(settings: Settings, loaded: Plugins, *, testing: bool) -> Hooks:
    return Hooks(loaded, raise_errors=testing or settings.debug, trace=settings.trace_plugins)


def _configure(app: Flask, settings: Settings, *, testing: bool) -> None:
    app.config.update(
        SECRET_KEY=secret_key(settings.instance),
        TESTING=testing,
        DEBUG=settings.debug,
        MAX_CONTENT_LENGTH=settings.max_form_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_form_bytes,
        MAX_FORM_PARTS=500,
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        SESSION_COOKIE_NAME="salesapp_demo" if settings.demo else "salesapp",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        TRUSTED_HOSTS=[host.strip() for host in settings.trusted_hosts.split(",") if host.strip()] or None,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def secret_key(instance: Path) -> str:
    """The installation's own key, made once, readable by its owner only."""
    path = instance / "secret_key"
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was faster
            pass
        else:
            with open(descriptor, "w", encoding="ascii") as file:  # noqa: PTH123 (it is open already)
                file.write(secrets.token_hex(32))
    return path.read_text(encoding="ascii").strip()


def _plugins(settings: Settings, folders: Sequence[Path] | None) -> Plugins:
    if folders is None:
        folders = [places.PLUGINS, settings.plugins]
    return load_plugins(folders, only=None, safe_mode=settings.safe_mode)
