"""The command `betascope`: the app; followed by the name of a command, `python -m vae_core`."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from pathlib import Path

import vae_core
from vae_core.__main__ import main as core
from vae_core.cli import COMMANDS, Parser
from vae_core.places import FILES, INSTALLED

EPILOG = "betascope COMMAND --help says more; the commands: " + ", ".join(COMMANDS) + "."


def main(arguments: list[str] | None = None) -> int:
    """Run the app until it is stopped, or one command; returns the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if INSTALLED:
        # Child processes start in the current folder, whose files are no modules for them.
        os.environ["PYTHONSAFEPATH"] = "1"
    if arguments and not arguments[0].startswith("-"):
        return core(arguments, prog="betascope")
    options = _parser().parse_args(arguments)
    if reason := refusal(options.host, options.port or 0):
        print(f"betascope: {reason}", file=sys.stderr)
        return 2
    return _app(options)


def _parser() -> Parser:
    parser = Parser(
        prog="betascope",
        usage="%(prog)s [options]\n       %(prog)s COMMAND …",
        description="See what β does to a latent space: the app in the browser; with a COMMAND, one step without it.",
        epilog=EPILOG,
    )
    host = os.environ.get("STREAMLIT_SERVER_ADDRESS") or "localhost"
    parser.add_argument("--port", type=port, help="port to listen on (default: 8501)")
    parser.add_argument(
        "--host", default=host, help="address to listen on; 0.0.0.0 lets others in (default: %(default)s)"
    )
    parser.add_argument("--headless", action="store_true", help="open no browser")
    parser.add_argument("--store", default=None, help="folder of runs (default: VAE_STORE_DIR, else checkpoints)")
    parser.add_argument("--version", action="version", version=vae_core.__version__)
    return parser


def port(text: str) -> int:
    """The number of a port.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is no port; use a number from 1 to 65535")
    return int(text)


def refusal(host: str, port: int) -> str:
    """Why no server can listen there; "" where one can. port: 0 is any."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        where = f"--host {host}" + (f" --port {port}" if port else "")
        reason = str(error.strerror).partition(" (")[0]  # Python adds what it was about to do
        return f"{where}: nothing can listen there ({reason}); choose an address of this machine and a free port."
    return ""


def _app(options: argparse.Namespace) -> int:
    from streamlit.web.cli import main as streamlit  # after the options: --help does not wait for it

    if options.store:
        os.environ["VAE_STORE_DIR"] = options.store
    store = Path(os.environ.get("VAE_STORE_DIR") or "checkpoints").resolve()
    print(f"Betascope {vae_core.__version__}; runs are in {store}.", flush=True)
    flags = ["--server.address", options.host]
    flags += ["--server.port", str(options.port)] if options.port else []
    flags += ["--server.headless", "true"] if options.headless else []
    # Streamlit reads `.streamlit/config.toml` beside the script.
    streamlit(["run", str(FILES / "app.py"), *flags], prog_name="betascope")
    return 0
