"""Picture sheets of the procedural sets into `docs/datasets/`: one row per factor, then a random draw."""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from PIL import Image, ImageDraw

from explorer.images.sheets import sheet
from vae_core.datasets import shapes3d, sprites
from vae_core.datasets.procedural import FactorSpace

FOLDER = Path(__file__).parents[1] / "docs" / "datasets"
COLUMNS, TILE, MARGIN = 12, 66, 110
#: The values of all factors while one of them varies.
FIXED = {"sprites": (2, 5, 0, 16, 16), "shapes3d": (0, 5, 7, 5, 0, 9)}


def rows(space: FactorSpace, fixed: tuple[int, ...]) -> tuple[list[str], torch.Tensor]:
    """Captions and factors `(rows · COLUMNS, F)`: each factor from its first to its last value, then draws."""
    captions, parts = [], []
    for index, (name, size) in enumerate(zip(space.names, space.sizes, strict=True)):
        values = (
            torch.linspace(0, size - 1, COLUMNS).round().long() if size >= COLUMNS else torch.arange(COLUMNS) % size
        )
        factors = torch.tensor(fixed).repeat(COLUMNS, 1)
        factors[:, index] = values
        captions.append(f"{name.replace('_', ' ')} ({size})")
        parts.append(factors)
    parts.append(space.sample(4 * COLUMNS, seed=0))
    return [*captions, "random draw", "", "", ""], torch.cat(parts)


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, module in (("sprites", sprites), ("shapes3d", shapes3d)):
        captions, factors = rows(module.SPACE, FIXED[name])
        pixels = sheet(module.render(factors), COLUMNS)
        canvas = Image.new("RGB", (pixels.shape[1] + MARGIN, pixels.shape[0]), "white")
        canvas.paste(Image.fromarray(pixels), (MARGIN, 0))
        for index, caption in enumerate(captions):
            ImageDraw.Draw(canvas).text((6, index * TILE + 26), caption, fill="black")
        canvas.save(FOLDER / f"{name}.png", optimize=True)
        print(FOLDER / f"{name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
