"""Listing, showing and counting; and that doing so stays light."""

import subprocess
import sys

import pytest

from photonics import catalog
from photonics.catalog.index import scan
from photonics.catalog.rows import document_rows
from photonics.errors import InputError, PhotonicsError


def test_list_holds_every_kind():
    entries = catalog.list()
    names = [entry.name for entry in entries]
    assert len(set(names)) == len(names)
    assert {"phy", "facts", "part", "link", "cable", "switch", "cluster"} <= {entry.kind for entry in entries}
    assert all(entry.about for entry in entries)
    assert [entry.name for entry in catalog.list("phy")] == [*catalog.phy_names()]
    assert {entry.kind for entry in catalog.list("part")} == {"part"}
    with pytest.raises(InputError, match="switch"):
        catalog.list("swich")


@pytest.mark.parametrize("name", [entry.name for entry in catalog.list()])
def test_every_entry_shows(name):
    entry = catalog.show(name)
    text = str(entry)
    assert text.startswith(f"{name} ({entry.kind})")
    assert max(map(len, text.splitlines())) <= 110
    assert all(line == line.rstrip() for line in text.splitlines())
    assert "NO SOURCE" not in text
    for row in entry.rows:
        assert row.value and row.confidence and row.has_source, row
        assert row.key.split(".")[0] in text
    html = entry._repr_html_()
    assert html.count("<tr>") == len(entry.rows) + 1
    assert "<script" not in html
    made = entry.as_dict()
    assert len(made["rows"]) == len(entry.rows) == made["counts"]["total"]
    assert set(made["rows"][0]) >= {"key", "value", "confidence", "source", "citation", "note"}


def test_show_of_a_phy():
    entry = catalog.show("1.6TBASE-DR8")
    text = str(entry)
    assert "106.25 GBd" in text and "CONFLICTS WITH pavg_tx_min_d13" in text
    assert "shares the values of 200GBASE-DR1" in text
    assert "Sources" in text and "reflector" in text
    assert "No value" in text and "oma_rx_max" in text
    assert entry.counts.conflicts == 4
    assert str(catalog.phy("1.6TBASE-DR8")) == text
    assert catalog.phy("1.6TBASE-DR8")._repr_html_() == entry._repr_html_()


def test_show_of_an_unknown_name():
    with pytest.raises(InputError, match="800GBASE-DR4"):
        catalog.show("800GBASE-DR5")


def test_audit():
    counts = catalog.audit()
    assert catalog.unsourced() == ()
    assert counts.without_source == 0
    assert counts.seen > 1000 and counts.recalled > 350 and counts.derived > 250 and counts.assumed > 50
    assert counts.measured >= 6 and counts.stated > 20  # stated: hearsay, and what designs choose
    assert counts.conflicts >= 40
    assert counts.total == sum(len(entry.own_rows) for entry in catalog.list())
    made = counts.as_dict()
    assert set(made) == {
        "seen", "recalled", "derived", "measured", "assumed", "stated", "conflicts", "without_source", "total",
    }  # fmt: skip
    assert "in conflict" in str(counts)


def test_shared_values_are_counted_once():
    assert [row.key for row in catalog.show("800GBASE-DR4").own_rows] == ["lanes"]
    assert len(catalog.show("200GBASE-DR1").own_rows) == len(catalog.phy("200GBASE-DR1").entries)


def rows_of(data, kind="part"):
    return {row.key: row for row in document_rows(data, kind, "some-part.toml")}


def test_rows_of_a_file():
    rows = rows_of(
        {
            "schema": "photonics/part/1",
            "name": "x",
            "kind": "laser",
            "laser": {
                "kind": "eml",
                "power_max": {"value": "10 dBm", "source": "a sheet of its maker", "confidence": "seen", "date": "2026"},
                "rin_avg": {"min": "-155 dB/Hz", "typ": "-150 dB/Hz", "max": "-145 dB/Hz", "source": "STD"},
                "loss": {"min": "900 mW", "typ": "1 W", "max": "2 W", "source": "STD"},
                "v_pi": {"distribution": "normal", "mean": "6 V", "sigma": "0.2 V", "source": "STD", "group": "wafer"},
                "lengths_m": [1.0, 2.0],
            },
            "path": [{"name": "a", "count": 2}, {"name": "b"}],
        }
    )
    assert rows["laser.power_max"].value == "10 dBm"
    assert rows["laser.power_max"].date == "2026"
    assert rows["laser.rin_avg"].value == "-155 / -150 / -145 dB/Hz"
    assert rows["laser.loss"].value == "900 mW / 1 W / 2 W"
    assert rows["laser.v_pi"].value == "normal: mean 6 V, sigma 0.2 V"
    assert rows["laser.lengths_m"].value == "1, 2"
    assert rows["path[1].name"].value == "b"
    assert rows["laser.kind"].confidence == "stated"
    assert rows["laser.kind"].source == "some-part.toml"
    assert "kind" not in rows and "schema" not in rows


@pytest.mark.parametrize("claim", ["10 dBm", 0.5, {"value": "10 dBm"}, {"value": 1.0, "source": "NO_SUCH_KEY"}])
def test_a_claim_without_a_source_is_found(claim):
    assert not rows_of({"laser": {"x": claim}})["laser.x"].has_source


def test_a_choice_needs_no_source():
    assert rows_of({"laser": {"x": 21}})["laser.x"].has_source
    assert rows_of({"signal": {"x": "1600 Gb/s"}}, "link")["signal.x"].has_source


# ---------------------------------------------------------------- the index of files


def write(folder, file, text):
    (folder / file).write_text(text, encoding="utf-8")


def test_scan_reads_heads(tmp_path):
    write(tmp_path, "a.toml", 'schema = "photonics/part/1"\nname = "a"\nabout = "A"\n[laser]\nbroken beyond the head')
    write(tmp_path, "b.toml", 'name = "b"\nschema = "photonics/engine/2"\nabout = """\n[text] in brackets"""\n')
    found = scan(tmp_path)
    assert {name: (f.kind, f.about) for name, f in found.items()} == {
        "a": ("part", "A"), "b": ("engine", "[text] in brackets"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('name = "b"\n', "schema"),
        ('schema = "other/part/1"\nname = "b"\n', "schema"),
        ('schema = "photonics/part/1"\n', "no name"),
        ('schema = "photonics/part/1"\nname = "a"\n', "taken by"),
        ("schema = \n", "b.toml"),
    ],
)
def test_scan_refuses_faulty_data(tmp_path, text, what):
    write(tmp_path, "a.toml", 'schema = "photonics/part/1"\nname = "a"\n')
    write(tmp_path, "b.toml", text)
    with pytest.raises(PhotonicsError, match=what):
        scan(tmp_path)


def test_the_catalogue_is_light():
    code = (
        "import sys\n"
        "from photonics import catalog\n"
        "catalog.list(); str(catalog.show('1.6TBASE-DR8')); catalog.audit(); catalog.identities_of('400GBASE-DR4')\n"
        "heavy = {'numpy', 'numba', 'scipy', 'matplotlib', 'pydantic'} & set(sys.modules)\n"
        "print(sorted(heavy))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
