"""What may stand in a note or a task, and when a task is late."""

from __future__ import annotations

import unicodedata
from datetime import date

from crm.care.model import LONGEST_TEXT, LONGEST_TITLE, Task
from crm.values.errors import Invalid


def tidy_text(text: str, *, field: str) -> str:
    """Several lines of words: composed, no control characters, no empty ends. Raises `Invalid` for too many."""
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", text).splitlines())
    tidy = "\n".join("".join(c for c in line if unicodedata.category(c) not in {"Cc", "Cs", "Co"}) for line in lines)
    tidy = tidy.strip()
    if len(tidy) > LONGEST_TEXT:
        raise Invalid("at most 5000 characters", field=field)
    return tidy


def tidy_title(text: str, *, field: str = "title") -> str:
    """One line that says what is to be done. Raises `Invalid` where there is none, or too long a one."""
    tidy = " ".join(tidy_text(text[: LONGEST_TEXT + 1], field=field).split())
    if not tidy or len(tidy) > LONGEST_TITLE:
        raise Invalid("one line of 1 to 200 characters", field=field)
    return tidy


def is_late(task: Task, today: date) -> bool:
    """True where its day is over and it is not done."""
    return not task.is_done and task.due_on is not None and task.due_on < today
