"""What the office says of results of calls: what follows from each, what is wrong with a line, how far a file is."""

from __future__ import annotations

from crm.fundraising.call_model import CallOutcome, Finding, ReportState
from crm.web.words import N_

LEADS_TO: dict[CallOutcome, str] = {
    CallOutcome.REACHED: N_("l’appel est noté dans sa fiche"),
    CallOutcome.UNREACHED: N_("rien ; elle reste sur la liste"),
    CallOutcome.REFUSED: N_("noté dans sa fiche ; plus appelée pour cet appel"),
    CallOutcome.PLEDGED: N_("noté dans sa fiche, avec une tâche à une semaine ; plus appelée pour cet appel"),
    CallOutcome.WRONG_NUMBER: N_("noté dans sa fiche ; ce numéro ne sert plus"),
    CallOutcome.DO_NOT_CALL: N_("noté dans sa fiche ; plus jamais appelée, le fichier en est la preuve"),
}
FINDINGS: dict[Finding, str] = {
    Finding.NEW: N_("à noter"),
    Finding.KNOWN: N_("déjà notées"),
    Finding.UNCALLED: N_("pas encore appelées"),
    Finding.UNKNOWN: N_("référence inconnue dans cet appel"),
    Finding.MISMATCH: N_("le numéro et la communication, le code ou le nom sont de deux personnes"),
    Finding.BARE: N_("un numéro seul ne dit pas qui : il manque la communication, le code ou le nom"),
    Finding.GONE: N_("données effacées depuis à sa demande"),
    Finding.BAD_RESULT: N_("résultat que nous ne comprenons pas"),
    Finding.BAD_DAY: N_("jour illisible, à venir ou d’avant l’appel"),
    Finding.BAD_AMOUNT: N_("montant illisible"),
    Finding.BAD_RHYTHM: N_("rythme que nous ne comprenons pas"),
    Finding.DAMAGED: N_("ligne abîmée"),
}
REPORTS: dict[ReportState, tuple[str, str]] = {
    ReportState.READ: (N_("lu, rien n’est noté"), "wait"),
    ReportState.APPLYING: (N_("en cours"), "live"),
    ReportState.APPLIED: (N_("noté"), "done"),
    ReportState.DROPPED: (N_("jeté"), "stop"),
}
