"""What gunicorn serves: `gunicorn crm.web.wsgi:app`."""

from __future__ import annotations

from crm.assembly import assemble
from crm.foundation.log import write_json_lines
from crm.foundation.settings import read_settings
from crm.web.app import create_app

write_json_lines()
app = create_app(assemble(read_settings()))
