"""Words that Python says: marked where they are written, translated where they are shown."""

from __future__ import annotations

from crm.foundation.translation import N_, say, say_count

__all__ = ["N_", "say", "say_count"]
