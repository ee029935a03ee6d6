"""For a WSGI server of your own: `gunicorn wsgi:app`. `salesapp run` needs no such file."""

from salesapp.fit_to_serve import checked_app

app = checked_app()
