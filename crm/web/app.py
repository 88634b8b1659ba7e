"""The Flask application: its parts, listed one by one, around one assembly."""

from __future__ import annotations

from importlib import import_module

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from crm.assembly import Assembly
from crm.foundation.templating import TEMPLATES
from crm.web import assets, errors, security_headers
from crm.web.api import cross_origin

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
    "purposes",
    "imports",
    "import_preparing",
    "day_zero",
    "house",
    "team",
    "trail",
    "supporter_page",
    "supporter_new",
    "supporter_identity",
    "supporter_contacts",
    "supporter_actions",
    "supporter_segments",
    "supporter_addresses",
    "supporter_households",
    "supporter_ties",
    "supporter_marks",
    "person_search",
    "supporter_differences",
    "care_desk",
    "care_contacts",
    "care_resend",
    "care_notes",
    "national_number",
    "supporter_fiscal",
    "supporter_attestation",
    "tasks",
    "supporter_consent",
    "supporter_interests",
    "supporter_proof",
    "privacy_desk",
    "privacy_register",
    "restrictions",
    "retention",
    "file_limits",
    "origins",
    "rounds",
    "supporter_undo",
    "duplicates",
    "duplicate_merging",
    "bank",
    "bank_collected",
    "bank_deposits",
    "bank_payers",
    "bank_refunds",
    "actions",
    "signature_delivery",
    "gifts",
    "gift_batches",
    "gift_books",
    "gift_centres",
    "gift_corrections",
    "gift_export",
    "gift_in_kind",
    "gift_funds",
    "gift_deductions",
    "gift_control",
    "plans",
    "plan_acts",
    "mandate_papers",
    "plan_desk",
    "plan_signing",
    "members",
    "member_acts",
    "member_letters",
    "member_rules",
    "legacies",
    "legacy_acts",
    "assemblies",
    "segments",
    "segment_builder",
    "segment_versions",
    "segment_picks",
    "segment_pickers",
    "segment_export",
    "segment_tasks",
    "segment_figures",
    "appeals",
    "appeal_cells",
    "appeal_files",
    "appeal_letters",
    "appeal_codes",
    "appeal_seeds",
    "appeal_calls",
    "do_not_call",
    "gift_thanks",
    "gift_series",
    "online_payments",
    "sepa",
    "sepa_by_hand",
    "sepa_creditor",
    "sepa_notices",
    "attestations",
    "magazine",
    "magazine_rule",
    "magazine_runs",
    "magazine_people",
    "magazine_camera",
    "magazine_files",
    "magazine_neighbours",
    "magazine_proofing",
    "magazine_returns",
    "magazine_figures",
    "attestation_asking",
    "attestation_answers",
    "attestation_files",
    "attestation_handing",
    "attestation_signing",
    "api_tokens",
    "site_form",
    "clock",
    "account",
    "palette",
    "addresses",
    "style_guide",
)
PUBLIC = (
    "theme",
    "home",
    "sign_up",
    "embed",
    "confirm",
    "unsubscribe",
    "paid",
    "preferences",
    "interests",
    "still",
    "space_door",
    "space",
    "attestations",
    "magazine",
    "asking",
    "signatures",
    "attestation_number",
    "own_number",
    "editions",
    "addresses",
)
HOOKS = ("one_click", "payments")
API = ("people", "acts", "gifts", "requests", "segments", "docs")

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
    cross_origin.add_to(app)
    security_headers.add_to(app, assembly.settings)
    errors.add_to(app)
    assets.add_to(app)
    for folder, names in (("office", OFFICE), ("public", PUBLIC), ("hooks", HOOKS), ("api", API)):
        for name in names:
            app.register_blueprint(import_module(f"crm.web.{folder}.{name}").blueprint)
    return app
