"""Exit code 0 where the app of this container is ready, else 1 and why; what HEALTHCHECK runs."""

import os
import sys
import urllib.error
import urllib.request

PORT = os.environ.get("STREAMLIT_SERVER_PORT", "8501")
PREFIX = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
ADDRESS = "/".join(["http://127.0.0.1:" + PORT, *filter(None, [PREFIX]), "healthz"])

try:
    urllib.request.urlopen(ADDRESS, timeout=8).close()
except urllib.error.HTTPError as error:
    sys.exit(error.read().decode(errors="replace"))
except OSError as error:
    sys.exit(f"{ADDRESS}: {error}")
