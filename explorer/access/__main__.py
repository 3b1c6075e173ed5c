"""`python -m explorer.access` prints the tables of docs/deploy.md."""

from . import limits, modes

print(modes.table(), limits.table(), sep="\n\n")
