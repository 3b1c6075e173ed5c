"""`python -m vae_core doctor`: whether this machine has what Betascope needs; one file a subject, one function a line.

Nothing is imported before its check runs, torch included: the command has an answer on a broken installation, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from . import browser, data, machine, network, packages, store
from .finding import Finding, Place, problem

Check = Callable[[Place], Finding]

#: In the order in which they are shown.
CHECKS: dict[str, Check] = {
    "Python": machine.python,
    "Packages": packages.required,
    "Extras": packages.extras,
    "torch": machine.torch_build,
    "CPU": machine.cpu,
    "GPU": machine.gpu,
    "Store": store.writable,
    "Runs": store.runs,
    "Leftovers": store.leftovers,
    "Data": data.public_sets,
    "Network": network.online,
    "Port": network.port,
    "Browser": browser.abilities,
}


def examine(place: Place, checks: Mapping[str, Check] = CHECKS) -> Iterator[tuple[str, Finding]]:
    """Each subject with what was found, as soon as it is known. A check that fails is a problem, not an end."""
    for subject, check in checks.items():
        try:
            yield subject, check(place)
        except Exception as error:  # what a broken installation raises cannot be foreseen
            found = f"could not be checked ({type(error).__name__}: {error})"
            yield subject, problem(found, "Install what Betascope needs: python -m pip install -r requirements.txt")
