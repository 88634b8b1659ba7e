"""The Flask application: its parts, listed one by one, around one assembly."""

from __future__ import annotations

from importlib import import_module

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from crm.assembly import Assembly
from crm.foundation.templating import TEMPLATES
from crm.web import assets, errors, security_headers

OFFICE = (
    "sign_in",
    "threshold",
    "invited",
    "proof",
    "dashboard",
    "content",
    "feeds",
    "newsletters",
    "editions",
    "edition_edits",
    "edition_approval",
    "deliveries",
    "mails",
    "sending_switch",
    "supporters",
    "policies",
    "imports",
    "import_preparing",
    "day_zero",
    "house",
    "team",
    "trail",
    "clock",
    "account",
    "palette",
    "addresses",
    "style_guide",
)
PUBLIC = ("theme", "home", "sign_up", "confirm", "unsubscribe", "preferences", "editions", "addresses")
HOOKS = ("one_click",)

LARGEST_BODY = 1024 * 1024


def create_app(assembly: Assembly) -> Flask:
    """A WSGI application on that assembly. Nothing is read from the surroundings."""
    app = Flask("crm.web", static_folder=TEMPLATES / "static", static_url_path="/static", template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 300
    app.url_map.merge_slashes = False
    if assembly.settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=assembly.settings.proxies, x_proto=0)  # type: ignore[method-assign]
    app.extensions["portevoix"] = assembly
    security_headers.add_to(app, assembly.settings)
    errors.add_to(app)
    assets.add_to(app)
    for folder, names in (("office", OFFICE), ("public", PUBLIC), ("hooks", HOOKS)):
        for name in names:
            app.register_blueprint(import_module(f"crm.web.{folder}.{name}").blueprint)
    return app
