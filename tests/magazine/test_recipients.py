"""Who received a file of the magazine is written down, and told to whoever stood in it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.magazine import personal_data, printing
from crm.people import service as people
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from tests.conftest import NOW
from tests.magazine.conftest import Reader
from tests.magazine.test_run import files, frozen


def test_whoever_was_in_a_file_is_told_which_firm_received_it_and_when(house: Assembly, reader: Reader) -> None:
    def told(session: Session, person_id: PersonId) -> list[tuple[object, ...]]:
        subject = house.holdings.find(session, person_id)
        assert subject is not None
        sections = {one.key: one for one in personal_data.show(session, subject, Language.FR)}
        return [(one["number"], one["at"], one["who"]) for one in sections["magazine_files"].rows]

    with house.database.transaction() as session:
        stays, dies = reader(session, last_name="Diallo"), reader(session, last_name="Peeters")
        run = frozen(session)
        for hours, who in ((0, "Imprimerie du Canal"), (2, "")):
            manifest, _ = files(session, run, xlsx=False)
            file_id = printing.note(
                session, run.id, manifest, recipient=who, by=None, at=NOW + timedelta(hours=hours)
            )  # fmt: skip
            people.record_death(session, dies, died_on=None, at=NOW)
            printing.strike(session, run.id, at=NOW + timedelta(hours=1))
        later = NOW + timedelta(hours=2)
        assert told(session, dies) == [(124, NOW, "Imprimerie du Canal")]
        assert told(session, stays) == [(124, NOW, "Imprimerie du Canal"), (124, later, "l’imprimeur du magazine")]
        assert printing.say_recipient(session, file_id, "Routage Meuse")
        assert not printing.say_recipient(session, file_id, "Un autre")
        assert told(session, stays)[1] == (124, later, "Routage Meuse")
        assert printing.last_recipient(session) == "Routage Meuse"
