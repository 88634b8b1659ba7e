"""What can go wrong with origins."""

from __future__ import annotations

from crm.values.errors import Missing


class NobodyWaits(Missing):
    """Everybody of that origin was told, or there never was one."""

    def __init__(self) -> None:
        super().__init__("nobody of that origin waits")
