"""The journey of a listener: a history ticked on Traverse, recommendations that follow it and the thumb, then the map of items."""

from __future__ import annotations

from collections.abc import Callable

import torch
from playwright.sync_api import Locator, Page, expect

import vae_core
from vae_core.runs import Run

from .looking import drag, ready, soon

NAMES = "rows => rows.map((row) => row.dataset.item)"


def test_recommendations_follow_what_is_ticked_and_the_thumb(
    open_page: Callable[..., Page], store: vae_core.Store
) -> None:
    run = vae_core.train(
        "tastes", "mult_vae", store=store, size=600, latent_dim=4, hidden=(64,), epochs=30, batch_size=50, snapshots=0,
        name="listeners",
    )  # fmt: skip
    page = open_page(f"traverse?run={run.id}")
    component = ready(page, "table-rows")
    for name in ("Jazz 01", "Jazz 05"):
        page.get_by_role("combobox", name="A history of your own").fill(name)
        page.get_by_role("option", name=name).click()
        expect(component.get_by_text("In the history:")).to_contain_text(name)
    history = torch.zeros(1, 200)
    names = list(run.data().item_names)
    history[0, [names.index("Jazz 01"), names.index("Jazz 05")]] = 1
    with torch.no_grad():
        z = run.model().embed(history)[0].tolist()
    soon(page, lambda: near(code(component), z), "the sliders are not at the code of what is ticked")
    soon(page, lambda: agrees(component, run, history[0] > 0), "the list is not what the model recommends")
    page.keyboard.press("Escape")
    drag(page, component.get_by_role("slider").first, 0.5, 0.02)
    soon(page, lambda: not near(code(component), z), "the slider did not move")
    soon(page, lambda: agrees(component, run, history[0] > 0), "the list does not follow the thumb")
    expect(component.get_by_text("↑").first).to_be_visible()
    page.get_by_role("link", name="Map").click()
    page.get_by_role("radio", name="Items").click()
    expect(page.get_by_text("t-SNE of the decoder's weights")).to_be_visible()


def code(component: Locator) -> list[float]:
    return [float(part) for part in (component.get_attribute("data-z") or "").split(",") if part]


def near(a: list[float], b: list[float]) -> bool:
    return len(a) == len(b) and all(abs(x - y) < 2e-3 for x, y in zip(a, b, strict=True))


def agrees(component: Locator, run: Run, history: torch.Tensor) -> bool:
    """Whether the list has the likeliest items at the code of the sliders, without those of the history."""
    with torch.no_grad():
        scores = run.model().decode(torch.tensor([code(component)]))[0].masked_fill(history, -1)
    names = run.data().item_names
    shown = component.locator("tbody tr").evaluate_all(NAMES)
    return shown[:5] == [names[item] for item in scores.topk(5).indices.tolist()]
