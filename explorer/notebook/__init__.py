"""Live widgets for JupyterLab, VS Code and marimo: `traverse(run)`, `latent_map(run)`, `interpolate(run, rows)`, `compare(runs)`.

The browser decodes by itself; what moves is a trait in Python. See docs/notebook.md.
"""

from vae_core.places import to_install as _to_install

try:
    import anywidget as _  # noqa: F401
except ImportError as error:
    raise ImportError(f"Widgets need anywidget: {_to_install('notebook')}") from error

from .. import take_away as _take_away  # noqa: F401  before the app's caches are declared: it silences them
from .compare import Compare, compare
from .interpolate import Interpolate, interpolate
from .latent_map import LatentMap, latent_map
from .traverse import Traverse, traverse

__all__ = ["Compare", "Interpolate", "LatentMap", "Traverse", "compare", "interpolate", "latent_map", "traverse"]
