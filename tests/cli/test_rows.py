"""`rows`: new, anomalous and completed rows as CSV."""

import csv
import json

import pytest

from vae_core.__main__ import main


@pytest.fixture
def command(shared_store, capsys):
    def call(*arguments):
        code = main([*arguments, "--json", "--store", str(shared_store.root)])
        return code, capsys.readouterr()

    return call


def read(path):
    with open(path, newline="") as file:
        return list(csv.reader(file))


def test_rows_are_written(command, table_run, tmp_path):
    files = {name: tmp_path / f"{name}.csv" for name in ("new", "anomalies", "filled")}
    options = [part for name, path in files.items() for part in (f"--{name}", str(path))]
    code, output = command("rows", table_run.id, "--count", "30", *options)
    assert code == 0
    assert json.loads(output.out.splitlines()[-1])["files"] == [str(path) for path in files.values()]
    new, odd, full = (read(path) for path in files.values())
    names = list(table_run.config.schema.names)
    assert new[0] == names == full[0]
    assert len(new) == 31
    assert all(cell for row in [*new, *full] for cell in row)
    assert odd[0] == ["test_row", "nelbo", "why", *names]
    scores = [float(row[1]) for row in odd[1:]]
    assert scores == sorted(scores, reverse=True)
    assert len(odd) == len(full) == 51


@pytest.mark.parametrize(
    ("options", "says"), [([], "Nothing to write"), (["--new", "x.csv", "--count", "0"], "0 rows: must be from 1")]
)
def test_bad_requests(command, table_run, options, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, output = command("rows", table_run.id, *options)
    assert code == 2
    assert says in output.err


def test_a_run_on_images_has_no_rows(command, run):
    code, output = command("rows", run.id, "--new", "x.csv")
    assert code == 2
    assert "was not trained on a table" in output.err
