"""The extensions, made once and bound to an application by `create_app`."""

from flask_login import LoginManager
from htmx_flask import Htmx

login = LoginManager()
htmx = Htmx()
