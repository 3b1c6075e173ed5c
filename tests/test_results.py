"""The docs quote what the benches have written."""

import json

from bench import claims
from bench.claims import PAGES, earlier, table, with_results


def test_tables_quote_the_committed_results():
    tables = 0
    for page in PAGES:
        text = page.read_text()
        tables += text.count("<!-- results ")
        assert with_results(text) == text, f"{page.name}: `python -m bench.claims` writes its tables anew"
    assert tables >= 10


def test_a_figure_of_another_machine_names_it(tmp_path, monkeypatch):
    old, new = ({"cpu": cpu, "threads": 2, "gpu": None, "torch": "2.14.1+cpu"} for cpu in ("Old", "New"))
    figure = {"value": 1.0, "unit": "s", "goal": None, "holds": None}
    once = earlier({"machine": old, "claims": {"a": figure, "b": figure}}, new)
    assert once == {"a": figure | {"machine": old}, "b": figure | {"machine": old}}
    back = earlier({"machine": new, "claims": once | {"b": figure}}, old)
    assert back == {"a": figure, "b": figure | {"machine": new}}, "the first machine's own again"
    monkeypatch.setattr(claims, "RESULTS", tmp_path)
    (tmp_path / "some.json").write_text(json.dumps({"machine": old, "claims": back}))
    assert table(["some"]).splitlines()[2:] == [
        "| a | 1 s |  |  |",
        "| b [1] | 1 s |  |  |",
        "",
        "Measured on 2 threads of Old, torch 2.14.1; [1] 2 threads of New, torch 2.14.1.",
    ]
