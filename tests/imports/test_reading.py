"""Files as people really make them: read as they are, or refused in one clear sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm.imports import reading, unfold_sheet
from crm.imports.errors import FileRefused, Refused
from crm.imports.kinds.every import KINDS
from crm.imports.layout import Encoding, Fault, FileFormat, Look, Separator
from crm.imports.reading import SourceFile
from tests.imports.workbooks import bomb, frame, ods, xlsx, zipped

BELGIANS = "prénom;nom;email\r\nÉloïse;D'Hôte;e@exemple.be\r\nNoël;Lefèvre;n@exemple.be\r\n"
READ = (("prénom", "nom", "email"), ("Éloïse", "D'Hôte", "e@exemple.be"), ("Noël", "Lefèvre", "n@exemple.be"))

Put = Callable[[bytes], SourceFile]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Writes those bytes to a file of their own."""

    def write(content: bytes) -> SourceFile:
        path = tmp_path / f"file-{len(list(tmp_path.iterdir()))}"
        path.write_bytes(content)
        return SourceFile(path)

    return write


def refusal(source: SourceFile) -> tuple[Refused, int | None]:
    with pytest.raises(FileRefused) as refused:
        reading.look(source)
    return refused.value.why, refused.value.line


def cells(look: Look) -> tuple[tuple[str, ...], ...]:
    return tuple(row.cells for row in look.sample)


@pytest.mark.parametrize(
    ("codec", "told"),
    [
        ("utf-8", Encoding.UTF_8),
        ("utf-8-sig", Encoding.UTF_8),
        ("utf-16", Encoding.UTF_16_LE),
        ("utf-16-be", Encoding.UTF_16_BE),
        ("cp1252", Encoding.WINDOWS),
        ("iso-8859-1", Encoding.WINDOWS),
        ("mac-roman", Encoding.MAC),
        ("cp850", Encoding.DOS),
    ],
)
def test_an_encoding_is_told_from_the_letters(put: Put, codec: str, told: Encoding) -> None:
    look = reading.look(put(BELGIANS.encode(codec)))
    assert (look.layout.encoding, look.layout.newline, cells(look)) == (told, "\r\n", READ)


@pytest.mark.parametrize("separator", list(Separator))
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_told(put: Put, separator: Separator, newline: str) -> None:
    text = BELGIANS.replace(";", separator.value).replace("\r\n", newline)
    look = reading.look(put(text.encode()))
    assert (look.layout.separator, look.layout.newline, cells(look)) == (separator, newline, READ)


def test_a_comma_inside_quotes_does_not_make_it_the_separator(put: Put) -> None:
    look = reading.look(put(b'name;note\n"Dupont, Ana";"a, b, c"\n"Peeters, Jan";"d, e, f"\n'))
    assert (look.layout.separator, look.headers) == (Separator.SEMICOLON, ("name", "note"))


def test_lines_of_another_encoding_are_counted_and_read_in_theirs(put: Put) -> None:
    look = reading.look(put("nom\nZoé\n".encode() + "Noël\n".encode("cp1252")))
    assert (look.layout.encoding, look.odd_lines) == (Encoding.MIXED_WINDOWS, 1)
    assert cells(look) == (("nom",), ("Zoé",), ("Noël",))


def test_titles_above_the_header_and_excels_own_first_line_are_passed_over(put: Put) -> None:
    look = reading.look(put(b"sep=;\r\nMembres au 1er mars\r\n\r\nnom;nom;\r\nx;y;z\r\nx;y;z\r\n"))
    assert (look.layout.header_row, look.headers) == (3, ("nom", "nom (2)", "C"))


def test_a_list_without_names_for_its_columns_is_seen(put: Put) -> None:
    look = reading.look(put(b"a@exemple.be\nb@exemple.be\n"))
    assert (look.layout.header_row, look.headers) == (0, ("A",))
    rows = list(reading.body(put(b"a@exemple.be\nb@exemple.be\n"), look.layout, 1))
    assert [(row.number, row.cells) for row in rows] == [(1, ("a@exemple.be",)), (2, ("b@exemple.be",))]


def test_bad_rows_say_why_and_the_others_go_on(put: Put) -> None:
    long = "x" * 10_001
    text = f"a;b\n1;2\n1;2;3\n1\n\nZoÃ©;x\n\x07;x\n{long};x\n1;2;\n\ufffd;x\n"
    source = put(text.encode())
    look = reading.look(source)
    assert [(row.number, row.fault) for row in reading.body(source, look.layout, 2)] == [
        (2, None),
        (3, Fault.RAGGED),
        (4, Fault.RAGGED),
        (6, Fault.DAMAGED_LETTERS),
        (7, Fault.CONTROL_CHARACTERS),
        (8, Fault.LONG_CELL),
        (9, None),
        (10, Fault.DAMAGED_LETTERS),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_one_endless_line_or_a_nought_sets_aside_its_row_alone(put: Put, encoding: str, newline: str) -> None:
    endless = '"' + "é'x" * 500_000
    text = newline.join(["a;b", "1;2", f"{endless};", "\0;3", '4;"x', 'y"', endless[:1_000_050], "5;6", ""])
    source = put(text.encode(encoding))
    seen = reading.look(source)
    rows = list(reading.body(source, seen.layout, 2))
    assert [(row.number, row.fault) for row in rows] == [
        (2, None),
        (3, Fault.LONG_LINE),
        (4, Fault.CONTROL_CHARACTERS),
        (5, None),
        (6, Fault.LONG_LINE),
        (7, None),
    ]
    assert max(len(cell) for row in rows for cell in row.cells) <= 200
    assert [rows[i].cells for i in (0, 3, 5)] == [("1", "2"), ("4", f"x{newline}y"), ("5", "6")]


def test_a_file_cut_in_the_middle_says_so_at_its_last_row(put: Put) -> None:
    source = put(b'a;b\n1;2\n3;"four')
    assert [row.fault for row in reading.body(source, reading.look(source).layout, 2)] == [None, Fault.CUT]


@pytest.mark.parametrize(
    ("content", "why", "line"),
    [
        (b"", Refused.EMPTY, None),
        (b"\r\n \r\n", Refused.EMPTY, None),
        (bytes(range(256)) * 40, Refused.NUL, None),
        (b"x" * 1_000_001, Refused.LONG_LINE, 1),
        (b"%PDF-1.7", Refused.NOT_A_TABLE, None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Refused.OLD_WORKBOOK, None),
        (b'a;b\n1;"' + b"x\n" * 500_001, Refused.OPEN_QUOTE, None),
        (b";".join([b"a"] * 10_000), Refused.TOO_MANY_COLUMNS, 1),
        (zipped({"a.txt": "x"}), Refused.NOT_A_TABLE, None),
        (xlsx([["a"]])[:-30], Refused.DAMAGED, None),
        (xlsx([["a"]])[:300], Refused.DAMAGED, None),
        (xlsx([["x"] * 600]), Refused.TOO_MANY_COLUMNS, None),
        (
            xlsx([], body='<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>'),
            Refused.TOO_HEAVY,
            None,
        ),
    ],
    ids=lambda value: value.value if isinstance(value, Refused) else "",
)
def test_rubbish_is_refused_in_one_word(put: Put, content: bytes, why: Refused, line: int | None) -> None:
    assert refusal(put(content)) == (why, line)


def test_a_zip_bomb_is_refused_before_anything_unfolds_it(put: Put) -> None:
    assert refusal(put(bomb(320))) == (Refused.UNFOLDS_TOO_FAR, None)


def test_a_part_that_lies_about_its_size_is_found_out(put: Put) -> None:
    honest = bytearray(xlsx([], body=" " * 100_000))
    size = (100_000 + len(frame())).to_bytes(4, "little")
    assert honest.count(size) == 2
    assert refusal(put(bytes(honest).replace(size, (500).to_bytes(4, "little")))) == (Refused.DAMAGED, None)


def test_workbooks_are_read_sheet_by_sheet(put: Put) -> None:
    source = put(xlsx([["nom", "montant"], ["Zoé", 12.5], ["=cmd|x", 1000.0]], sheets=("Dons", "Autres & co")))
    look = reading.look(source)
    assert (look.layout.format, look.sheets, look.headers) == (
        FileFormat.XLSX,
        ("Dons", "Autres & co"),
        ("nom", "montant"),
    )
    assert cells(look)[1:] == (("Zoé", "12.5"), ("=cmd|x", "1000"))
    again = reading.look(put(ods([["nom"], ["Zoé"]])))
    assert (again.layout.format, again.sheets, cells(again)) == (FileFormat.ODS, ("Feuille 1",), (("nom",), ("Zoé",)))


def test_of_a_sheet_whose_unfolding_was_cut_nothing_stays(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    source = put(xlsx([["nom"], *([f"Zoé {n}"] for n in range(9))]))
    written, met = unfold_sheet.as_text, []

    def cut(cell: unfold_sheet.Cell) -> str:
        met.append(cell)
        if len(met) == 5:
            raise MemoryError
        return written(cell)

    monkeypatch.setattr(unfold_sheet, "as_text", cut)
    with pytest.raises(MemoryError):
        unfold_sheet.written(source.path, 0, source.sheet(0))
    assert [path.name for path in source.path.parent.iterdir()] == [source.path.name]


def test_what_a_person_corrected_is_kept(put: Put) -> None:
    source = put("nom,x;y\nZoé,1;2\n".encode("mac-roman"))
    wanted = replace(reading.look(source).layout, separator=Separator.COMMA, encoding=Encoding.MAC, header_row=0)
    look = reading.look(source, wanted)
    assert (look.layout, cells(look), look.headers) == (wanted, (("nom", "x;y"), ("Zoé", "1;2")), ("A", "B"))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode)))
@example(content=b'"')
@example(content=b"PK\x03\x04")
@example(content=b"\xff\xfe\x00")
def test_any_bytes_are_read_or_refused(put: Put, content: bytes) -> None:
    source = put(content)
    try:
        look = reading.look(source)
    except FileRefused:
        return
    rows = list(reading.body(source, look.layout, len(look.headers)))
    assert all(len(row.cells) == len(look.headers) or row.fault for row in rows)
    assert [row.number for row in rows] == sorted({row.number for row in rows})


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.integers(0, 3000), byte=st.integers(0, 255))
def test_a_workbook_with_a_changed_byte_is_read_or_refused(put: Put, place: int, byte: int) -> None:
    content = bytearray(xlsx([["nom", "montant"], ["Zoé", 12.5]]))
    content[place % len(content)] = byte
    try:
        reading.look(put(bytes(content)))
    except FileRefused:
        return


def test_no_two_fields_of_a_kind_bear_one_name() -> None:
    """A matching keeps columns by name: of two of one name both would be read from the same column."""
    for kind in KINDS.values():
        for several in (kind.fields, kind.choices):
            names = [one.name for one in several]
            assert sorted(set(names)) == sorted(names), kind.code
