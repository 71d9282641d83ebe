"""One line of movements in itself: what is accepted, why another is refused; files that are wrong as a whole."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.flow.paper_movements import AMC, line, nir_of

from cloison.errors import Misuse, Reason
from cloison.gateways.files import movements as gateway
from cloison.gateways.files.movements import open_movements, write_csv
from cloison.period import FOREVER
from cloison.rights import movement_reasons as reasons
from cloison.rights.movements import EVERY_FIELD, FIELDS, Lines

NAME = f"mvt_{AMC}_20261122_001.csv"
HEADER = ";".join(FIELDS).encode() + b"\n"


def read(content: bytes, name: str = NAME) -> list[Lines]:
    return [block.lines() for block in open_movements(io.BytesIO(content), name).blocks()]


def fault_of(**changed: str) -> tuple[Reason, str] | None:
    """The reason and field of the one fault of a line that differs from a right one."""
    [lines] = read(write_csv([line(1), line(2, **changed)]))
    if not len(lines.faults):
        assert len(lines.movements) == 2
        return None
    assert (len(lines.faults), lines.faults.line[0]) == (1, 3)
    return reasons.CATALOGUE[int(lines.faults.reason[0])], EVERY_FIELD[int(lines.faults.field[0])]


@pytest.mark.parametrize(
    ("changed", "reason", "field"),
    [
        ({"mouvement": "X"}, reasons.CODE, "mouvement"),
        ({"mouvement": ""}, reasons.MISSING, "mouvement"),
        ({"mouvement": "CM"}, reasons.TOO_LONG, "mouvement"),
        ({"amc": ""}, reasons.MISSING, "amc"),
        ({"amc": "75 004"}, None, ""),
        ({"adherent": "A*1"}, reasons.NUMBER, "adherent"),
        ({"adherent": "A" * 17}, reasons.TOO_LONG, "adherent"),
        ({"contrat": ""}, reasons.MISSING, "contrat"),
        ({"contrat": "K" * 21}, reasons.TOO_LONG, "contrat"),
        ({"nir": "295109912611199"}, reasons.NIR, "nir"),
        ({"nir": "253072C07300443"}, reasons.NIR, "nir"),
        ({"nir": "2951099126111"}, reasons.NIR, "nir"),
        ({"nir": "2951099126111930"}, reasons.TOO_LONG, "nir"),
        ({"nir": "253072B07300470"}, None, ""),
        ({"nir": "253072A07300443"}, None, ""),
        ({"date_naissance": "19951345"}, None, ""),
        ({"date_naissance": "1995-1-1"}, reasons.BIRTH_DATE, "date_naissance"),
        ({"date_naissance": "0195"}, reasons.BIRTH_DATE, "date_naissance"),
        ({"rang_naissance": "A"}, reasons.CODE, "rang_naissance"),
        ({"nom_naissance": ""}, reasons.MISSING, "nom_naissance"),
        ({"nom_naissance": "   "}, reasons.MISSING, "nom_naissance"),
        ({"nom_naissance": "É" * 33}, reasons.TOO_LONG, "nom_naissance"),
        ({"nom_naissance": "É" * 32}, None, ""),
        ({"nom_usage": "A\tB"}, reasons.CONTROL_CHARACTER, "nom_usage"),
        ({"prenoms": "A\x00B"}, reasons.CONTROL_CHARACTER, "prenoms"),
        ({"prenoms": "A\x7fB"}, reasons.CONTROL_CHARACTER, "prenoms"),
        ({"sexe": "H"}, reasons.CODE, "sexe"),
        ({"qualite": "Z"}, reasons.CODE, "qualite"),
        ({"ordre": "3"}, reasons.CODE, "ordre"),
        ({"date_debut": ""}, reasons.MISSING, "date_debut"),
        ({"date_debut": "2026-02-30"}, reasons.DATE, "date_debut"),
        ({"date_debut": "2026/02/01"}, reasons.DATE, "date_debut"),
        ({"date_debut": "2024-02-29"}, None, ""),
        ({"date_debut": "1026-01-01"}, reasons.DATE, "date_debut"),
        ({"date_fin": "2026-13-01"}, reasons.DATE, "date_fin"),
        ({"date_fin": "2025-12-31"}, reasons.PERIOD, "date_fin"),
        ({"date_fin": "2026-01-01"}, None, ""),
        ({"mouvement": "F"}, reasons.MISSING, "date_fin"),
        ({"mouvement": "F", "date_fin": "2025-12-31"}, None, ""),
        ({"mouvement": "F", "date_fin": "2025-12-30"}, reasons.PERIOD, "date_fin"),
        ({"mouvement": "F", "date_fin": "-1"}, reasons.DATE, "date_fin"),
    ],
)
def test_a_line_is_refused_for_what_it_has_wrong_and_for_nothing_else(
    changed: dict[str, str], reason: Reason | None, field: str
):
    assert fault_of(**changed) == (None if reason is None else (reason, field))


def test_a_line_with_several_faults_has_the_first_reason():
    assert fault_of(nir="1", produit="", sexe="?") == (reasons.MISSING, "produit")


def test_a_line_becomes_columns():
    [lines] = read(write_csv([line(1, amc="0075004407", adherent="ab1 ", qualite="E", date_fin="2026-06-30"), line(2)]))
    found = lines.movements

    assert found.line.tolist() == [2, 3]
    assert found.amc.tolist() == [AMC.encode()] * 2
    assert found.identities.column("adherent").tolist()[0] == b"AB1"
    assert (found.quality.tolist(), found.ordre.tolist()) == ([3, 1], [1, 1])
    assert found.valid_from.tolist()[0].isoformat() == "2026-01-01"
    assert [day.isoformat() for day in found.valid_to.tolist()] == ["2026-07-01", FOREVER.isoformat()]
    assert found.nir13.tolist() == [nir_of(1)[:13].encode(), nir_of(2)[:13].encode()]


def test_columns_may_come_in_any_order_and_case():
    backwards = FIELDS[::-1]
    row = line(1)
    content = ";".join(name.upper() for name in backwards) + "\n" + ";".join(row[name] for name in backwards) + "\n"
    [lines] = read(content.encode())
    assert len(lines.movements) == 1


def test_lines_that_cannot_be_cut_say_so_and_shift_nothing():
    right = write_csv([line(1)]).splitlines()[1]
    content = HEADER + b"\n".join(
        [right, b"a;b", right + b";", b"", right.replace(b"CONF2", b'"CONF2'), b'"";', right, b""]
    )
    [lines] = read(content)

    assert lines.movements.line.tolist() == [2, 8]
    assert dict(zip(lines.faults.line.tolist(), lines.faults.reason.tolist(), strict=True)) == {
        3: reasons.COLUMNS.number,
        4: reasons.COLUMNS.number,
        6: reasons.QUOTES.number,
        7: reasons.COLUMNS.number,
    }
    assert lines.count == 7


def test_a_stray_byte_in_a_file_of_utf8_is_the_fault_of_its_line():
    content = write_csv([line(1), line(2), line(3)]).replace(b"ANNE MARIE", b"ANN\xe9", 1)
    [lines] = read(content)
    assert (lines.faults.line.tolist(), lines.faults.reason.tolist()) == ([2], [reasons.LINE_ENCODING.number])
    assert len(lines.movements) == 2


def refusal(content: bytes, name: str = NAME) -> tuple[Reason, str]:
    with pytest.raises(Misuse) as refused:
        read(content, name)
    assert "DUPONT" not in str(refused.value)
    return refused.value.reason, str(refused.value.place)


def test_a_file_that_is_wrong_as_a_whole_is_refused_with_its_place():
    whole = write_csv([line(1), line(2)])
    without = write_csv([line(1)]).replace(b"date_fin", b"date_sortie", 1)

    assert refusal(b"") == (reasons.EMPTY, NAME)
    assert refusal(b"\x00\x01\x02" * 50) == (reasons.ENCODING, f"{NAME}, line 1")
    assert refusal(whole.decode().encode("utf-16")) == (reasons.ENCODING, f"{NAME}, line 1")
    assert refusal(whole.decode().encode("cp1252")) == (reasons.ENCODING, f"{NAME}, line 2")
    assert refusal(b"nom;prenom\nA;B\n") == (reasons.UNREADABLE, f"{NAME}, line 1")
    assert refusal(without) == (reasons.COLUMN_MISSING, f"{NAME}, line 1, date_fin")
    assert refusal(HEADER.replace(b"\n", b";telephone\n")) == (reasons.COLUMN_UNKNOWN, f"{NAME}, line 1")
    assert refusal(HEADER.replace(b"\n", b";nir\n")) == (reasons.COLUMN_UNKNOWN, f"{NAME}, line 1")
    assert refusal(HEADER[:-1]) == (reasons.TRUNCATED, f"{NAME}, line 1")
    assert refusal(whole[:-1]) == (reasons.TRUNCATED, f"{NAME}, line 3")
    assert refusal(HEADER + b"x" * 200_000) == (reasons.UNREADABLE, f"{NAME}, line 2")


@pytest.mark.parametrize("cut", [4, 100, 1000])
def test_a_cut_parquet_file_is_refused(cut: int):
    sink = io.BytesIO()
    pq.write_table(pa.table({name: [line(1)[name]] * 50 for name in FIELDS}), sink)
    assert refusal(sink.getvalue()[:-cut])[0] is reasons.UNREADABLE


def test_a_damaged_parquet_page_is_refused():
    sink = io.BytesIO()
    pq.write_table(pa.table({name: [line(k)[name] for k in range(5000)] for name in FIELDS}), sink)
    content = bytearray(sink.getvalue())
    content[200:4000] = bytes(3800)
    assert refusal(bytes(content))[0] is reasons.UNREADABLE


def test_a_parquet_column_may_be_dates_or_numbers():
    columns: dict[str, object] = {name: [line(1)[name]] for name in FIELDS}
    columns["ordre"] = [1]
    columns["date_debut"] = [np.datetime64("2026-01-01", "D").item()]
    columns["date_fin"] = pa.array([None], pa.date32())
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    [lines] = read(sink.getvalue())
    assert (len(lines.faults), len(lines.movements)) == (0, 1)
    assert lines.movements.valid_to[0] == np.datetime64(FOREVER, "D")


def test_a_line_break_inside_a_parquet_value_is_refused():
    sink = io.BytesIO()
    pq.write_table(pa.table({name: [line(1, nom_usage="A\nB")[name]] for name in FIELDS}), sink)
    [lines] = read(sink.getvalue())
    assert lines.faults.reason.tolist() == [reasons.CONTROL_CHARACTER.number]


def test_a_file_cut_in_blocks_anywhere_says_the_same(monkeypatch: pytest.MonkeyPatch):
    rows = [line(k, nom_usage='"Q"' if k % 7 == 0 else "", nir="1" if k % 11 == 0 else nir_of(k)) for k in range(60)]
    content = write_csv(rows)
    [whole] = read(content)
    for size in (300, 517, 2048):
        monkeypatch.setattr(gateway, "BLOCK_BYTES", size)
        blocks = read(content)
        assert len(blocks) > 3
        assert sorted(n for b in blocks for n in b.movements.line.tolist()) == sorted(whole.movements.line.tolist())
        assert sorted(n for b in blocks for n in b.faults.line.tolist()) == sorted(whole.faults.line.tolist())
        assert sum(block.count for block in blocks) == whole.count == 60
    monkeypatch.undo()
    monkeypatch.setattr(gateway, "BLOCK_LINES", 7)
    assert [block.count for block in read(content)] == [7] * 8 + [4]


def test_the_insurer_is_read_from_the_name_and_from_the_first_line():
    source = open_movements(io.BytesIO(write_csv([line(1, amc="0012")])), "mvt_0075004407_20261122_001.csv")
    assert (source.announced, source.amc, source.format) == (AMC, "12", "csv")
    assert open_movements(io.BytesIO(write_csv([])), "rights.csv").announced == ""
