"""`portevoix feeds parse` says what is in each file, whatever it is, and always ends well."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from crm.cli.feeds import command
from tests.feeds.writing import item, rss

SPIP = Path(__file__).parent / "spip.xml"


def parsed(*files: Path | str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(command, ["parse", "--json", *map(str, files)])
    assert result.exit_code == 0
    assert result.exception is None
    return [json.loads(line) for line in result.output.splitlines()]


def test_each_file_gets_one_line(tmp_path: Path) -> None:
    big, binary = tmp_path / "big", tmp_path / "binary"
    big.write_bytes(b"<rss>" + b"x" * 6_000_000)
    binary.write_bytes(os.urandom(5000))
    found = parsed(SPIP, tmp_path / "absent", tmp_path, big, "/dev/null", binary, "/dev/zero", "é\udcff")
    assert [(line["file"], line.get("error", len(line.get("items", ())))) for line in found] == [
        (str(SPIP), 2),
        (str(tmp_path / "absent"), "le fichier n’existe pas"),
        (str(tmp_path), "c’est un dossier, pas un fichier"),
        (str(big), "le fichier dépasse 5 Mo"),
        ("/dev/null", "le fichier est vide"),
        (str(binary), "ce n’est pas un flux"),
        ("/dev/zero", "le fichier dépasse 5 Mo"),
        ("é\ufffd", "le fichier n’existe pas"),
    ]


def test_an_item_is_shown_with_all_it_says() -> None:
    (line,) = parsed(SPIP)
    assert (line["title"], line["language"], line["is_whole"], line["dropped"]) == ("Voix claire", "fr", True, [])
    assert line["items"][1] == {
        "key": "https://www.voixclaire.example/agir/petitions/article/liberez-la-riviere",
        "title": "Libérez la rivière",
        "link": "https://www.voixclaire.example/agir/petitions/article/liberez-la-riviere",
        "intro": 'Depuis dix ans, trois villages boivent une eau "impropre" et',
        "intro_truncated": True,
        "author": "Service presse",
        "published_at": "2026-07-05T08:30:00+00:00",
        "language": "fr",
        "tags": ["Pérou"],
        "image_url": "",
        "starts_on": None,
        "ends_on": None,
        "starts_time": "",
        "place": "",
        "event_types": [],
        "closes_on": None,
    }


def test_people_read_a_short_list(tmp_path: Path) -> None:
    file = tmp_path / "flux.xml"
    file.write_text(rss(item("Bon"), item("Piège", "javascript:alert(1)")))
    result = CliRunner().invoke(command, ["parse", str(file)])
    assert result.output == (
        f"{file} : « Essai », 1 élément\n  Bon\n"
        "  laissé de côté : élément 2 (« Piège ») : le lien n’est pas une adresse web\n"
    )


def test_the_help_is_french() -> None:
    output = CliRunner().invoke(command, ["--help"]).output
    for words in ("Lire les flux du site", "Suit un flux de plus", "Visite les flux", "Montre les flux", "Essaie"):
        assert words in output
