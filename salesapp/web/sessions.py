"""Sessions as Flask keeps them, in a signed cookie, with the signer made once and not twice for each request."""

from functools import lru_cache
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer


class Sessions(SecureCookieSessionInterface):
    """The cookie's reader and writer."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The signer of the application's keys."""
        return self._signer(app, app.secret_key, tuple(app.config["SECRET_KEY_FALLBACKS"] or ()))

    @lru_cache(maxsize=8)  # noqa: B019 (one for as long as the application lives)
    def _signer(self, app: Flask, *_keys: Any) -> URLSafeTimedSerializer | None:
        return super().get_signing_serializer(app)
