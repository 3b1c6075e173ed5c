"""The journey of a table: a CSV in, a model trained, the row that follows the thumb, and the anomalous rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from playwright.sync_api import Page, expect

import vae_core
from vae_core.runs import Run

from .conftest import settle
from .looking import drag, expect_query, ready, soon


def test_from_a_csv_to_its_anomalies(open_page: Callable[..., Page], store: vae_core.Store, people: Path) -> None:
    lines = people.read_text().splitlines()
    spoilt = people.with_name("spoilt.csv")  # one person weighs a tonne
    rows = [line.split(",") for line in lines]
    heavy = [",".join([*row[:1], "1000.0", *row[2:]]) if place % 40 == 7 else ",".join(row) for place, row in enumerate(rows)]  # fmt: skip
    spoilt.write_text("\n".join(heavy) + "\n")
    before = {run.id for run in store.runs()}
    page = open_page("train")
    page.get_by_role("combobox", name="Data").click()
    page.get_by_role("option", name="Your own images or table").click()
    settle(page)
    page.get_by_role("radio", name="Path").or_(page.get_by_role("button", name="Path")).first.click()
    settle(page)
    page.get_by_role("textbox", name="Folder, .zip").fill(str(spoilt))
    page.get_by_role("textbox", name="Folder, .zip").press("Enter")
    settle(page)
    expect(page.get_by_text("200 rows of 7 columns")).to_be_visible()
    for name, value in (("Epochs", "40"), ("Batch size", "32")):
        page.get_by_role("spinbutton", name=name).fill(value)
        page.get_by_role("spinbutton", name=name).press("Enter")
        settle(page)
    page.get_by_role("button", name="Train", exact=True).click()

    def finished() -> list[str]:
        new = [run for run in store.runs() if run.id not in before and isinstance(run, Run)]
        return [run.id for run in new if run.status()["state"] == "done"]

    soon(page, finished, "the run did not finish", seconds=300)
    (id,) = finished()
    # Before that, the page shows an earlier run or draws itself anew, and a click on its button may be lost.
    expect(page.get_by_test_id("stAlert").filter(has_text="spoilt.csv").filter(has_text="is trained")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Explore it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Traverse")
    expect_query(page, run=id)
    follows_the_thumb(page, store.open(id))
    page.get_by_role("link", name="Diagnose").click()
    expect(page.get_by_text("Rows with the highest scores")).to_be_visible()
    expect(page.get_by_text("test rows lie above the threshold")).to_be_visible()
    scores = store.open(id).data().test.items[:, 1]
    assert scores.nan_to_num().max() > 3  # a tonne is among the test rows, and the table's cells are on a canvas
    page.get_by_role("tab", name="Columns").click()
    expect(page.get_by_text("rows are decoded at z = μ")).to_be_visible()


def follows_the_thumb(page: Page, run: Run) -> None:
    """A slider is dragged: the table shows what the model decodes, what changed most on top."""
    component = ready(page, "table-rows")
    drag(page, component.get_by_role("slider").first, 0.5, 0.98)
    model, columns = run.model(), run.config.schema.columns

    def agrees() -> bool:
        z = [float(part) for part in (component.get_attribute("data-z") or "").split(",") if part]
        if len(z) != model.config.latent_dim:
            return False
        with torch.no_grad():
            means = model.decode(torch.tensor([z]))
        (row,) = run.config.schema.texts(model.columns.likeliest(means))
        shown = dict(component.locator("tbody tr").evaluate_all("rows => rows.map((row) => [row.dataset.column, row.cells[1].textContent])"))  # fmt: skip
        return all(
            abs(float(shown[column.name].replace("−", "-")) - float(text)) <= 0.11
            for column, text in zip(columns, row, strict=True)
            if column.kind == "numeric"
        )

    soon(page, agrees, "the table shows something else than the model decodes")
    changes = "rows => rows.map((row) => Math.abs(parseFloat(row.cells[3].textContent.replace('−', '-')) || 0))"

    def sorted_by_change() -> bool:
        found = component.locator("tbody tr").evaluate_all(changes)
        return found[0] > 0 and found[0] == max(found)

    soon(page, sorted_by_change, "what changed most is not on top")
