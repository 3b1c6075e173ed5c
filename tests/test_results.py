"""The docs quote what the benches have written."""

import json
import re

from bench import claims
from bench.claims import PAGES, RESULTS, earlier, table, with_results
from bench.published import WHOLE_FAMILIES
from vae_core.models import MODELS

README = (RESULTS / "README.md").read_text("utf8")


def test_tables_quote_the_committed_results():
    tables = 0
    for page in PAGES:
        text = page.read_text()
        tables += text.count("<!-- results ")
        assert with_results(text) == text, f"{page.name}: `python -m bench.claims` writes its tables anew"
    assert tables >= 10


def values(bench):
    return {
        name: claim["value"] for name, claim in json.loads((RESULTS / f"{bench}.json").read_text())["claims"].items()
    }


def test_the_table_of_families_quotes_them():
    found = values("families")
    rows = dict(re.findall(r"^\| `(\w+)` (\| [\d,]+ \|.*)$", README, re.M))
    assert set(rows) == {name for name, kind in MODELS.items() if kind.trainable and kind.data_kind == "images"}
    for name, row in rows.items():
        rate = found.get(f"{name}: rate")
        numbers = f"{found[f'{name}: distortion']:.1f} | {'–' if rate is None else f'{rate:.1f}'}"
        assert row == f"| {found[f'{name}: training']:,.0f} | {numbers} | {found[f'{name}: active units']} |"


def test_the_table_of_the_published_budget_quotes_it():
    found = values("reproduce")
    rows = re.findall(r"^\| ([\d,]+) (\| [\d.]+ \| .*)$", README, re.M)
    assert len(rows) >= 6
    for steps, row in rows:
        scores = [
            f"sprites, {title}, {steps} steps: {score}" for title in WHOLE_FAMILIES for score in ("mig", "factor_vae")
        ]
        assert row == "".join(f"| {found[name]:.3f} " if name in found else "| – " for name in scores) + "|"


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
