"""The public data sets that are on this machine."""

from __future__ import annotations

import os

from .finding import Finding, Place, ok, problem, warning


def public_sets(place: Place) -> Finding:
    """Opens the test images of each set that is there; downloads nothing."""
    from ..datasets.public import data_folder
    from ..datasets.public_sets import PUBLIC_SETS

    folder = data_folder()
    named = f"{folder.absolute()} (VAE_DATA_DIR)" if os.environ.get("VAE_DATA_DIR") else f"{folder.absolute()}"
    if folder.exists() and not (folder.is_dir() and os.access(folder, os.R_OK | os.X_OK)):
        return problem(f"{named} is not a folder that can be read", "Point VAE_DATA_DIR at one.")
    there, damaged = [], []
    for name, published in PUBLIC_SETS.items():
        try:
            published.open(str(folder), False, False)
            there.append(name)
        except (OSError, RuntimeError, ValueError, AssertionError, EOFError) as error:
            if "not found" not in str(error):
                damaged.append(f"{name} ({error})")
    if damaged:
        return warning(
            f"damaged in {named}: {', '.join(damaged)}", "Delete their folders there; they are downloaded again."
        )
    if there:
        return ok(f"{', '.join(there)} in {named}; others are downloaded when they are first used")
    return ok(
        f"no public set in {named}; each is downloaded when it is first used, and sprites, shapes3d and digits are built in"
    )
