"""The command line: `python -m vae_core COMMAND …`.

Logs go to stderr; with `--json` the last line on stdout is one JSON object. Exit codes: 0 done, 1 the run
failed, 2 invalid input (one sentence on stderr), 130 interrupted (everything saved).
"""

from __future__ import annotations

import json
import sys

from . import cli, logs
from .config import BetascopeError, TrainingFailed


def main(arguments: list[str] | None = None, prog: str = cli.PROG) -> int:
    """Run one command; returns the exit code. prog: what it is called in messages about its options."""
    arguments = sys.argv[1:] if arguments is None else arguments
    options = cli.parser(arguments, prog).parse_args(arguments)
    try:
        result, code = cli.run(options)
    except BetascopeError as error:
        print(f"{error}", file=sys.stderr)
        return 2
    except TrainingFailed as error:
        print(f"{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    if options.json:
        print(json.dumps(result))
    return code


if __name__ == "__main__":
    logs.set_up(text="%(message)s")  # a person reads sentences here, without times
    sys.exit(main())
