"""A small OpenID Connect provider: discovery, a page to choose a person on, signed tokens, keys; as the specification has them.

OpenID Connect Core 1.0, the authorization code flow (3.1), with S256 of RFC 7636.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "betascope", "of-the-client"
#: Subject → what their tokens say of them.
PEOPLE = {"1": {"name": "Ada Lovelace", "email": "ada@example.org"}, "2": {"name": "Ben *Bitdiddle*"}}


class Provider(ThreadingHTTPServer):
    """address: of the issuer. Each code and its challenge is good for one token."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
        self.codes: dict[str, dict[str, str]] = {}

    def id_token(self, subject: str, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.address, "sub": subject, "aud": CLIENT, "iat": now, "exp": now + 600, "nonce": nonce}
        return jwt.encode({"alg": "RS256", "kid": "1"}, claims | PEOPLE[subject], self.key)


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        here = self.server.address
        if parts.path == "/.well-known/openid-configuration":
            self.json(
                {
                    "issuer": here,
                    "authorization_endpoint": f"{here}/authorize",
                    "token_endpoint": f"{here}/token",
                    "jwks_uri": f"{here}/keys",
                    "end_session_endpoint": f"{here}/leave",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                    "code_challenge_methods_supported": ["S256"],
                }
            )
        elif parts.path == "/keys":
            self.json({"keys": [self.server.key.as_dict(private=False)]})
        elif parts.path == "/authorize" and asked["client_id"] == CLIENT and asked["code_challenge_method"] == "S256":
            self.html("".join(self.link(subject, asked) for subject in PEOPLE))
        elif parts.path == "/leave":
            self.redirect(asked["post_logout_redirect_uri"])
        else:
            self.json({"error": "invalid_request"}, 400)

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        given = self.server.codes.pop(form["code"][0], {})
        hashed = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        client = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if (
            self.path == "/token"
            and self.headers["authorization"] == f"Basic {client}"
            and given.get("challenge") == base64.urlsafe_b64encode(hashed).decode().rstrip("=")
            and given["redirect_uri"] == form["redirect_uri"][0]
        ):
            token = self.server.id_token(given["subject"], given["nonce"])
            self.json(
                {"access_token": secrets.token_hex(), "token_type": "Bearer", "expires_in": 600, "id_token": token}
            )
        else:
            self.json({"error": "invalid_grant"}, 400)

    def link(self, subject: str, asked: dict[str, str]) -> str:
        code = secrets.token_hex()
        self.server.codes[code] = {
            "subject": subject, "nonce": asked["nonce"], "challenge": asked["code_challenge"], "redirect_uri": asked["redirect_uri"],
        }  # fmt: skip
        back = f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        return f'<p><a href="{back.replace("&", "&amp;")}">{PEOPLE[subject]["name"]}</a></p>'

    def json(self, content: object, status: int = 200) -> None:
        self.answer(json.dumps(content).encode(), "application/json", status)

    def html(self, content: str) -> None:
        self.answer(
            f'<!doctype html><link rel="icon" href="data:,"><h1>Campus</h1>{content}'.encode(), "text/html", 200
        )

    def redirect(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def answer(self, content: bytes, kind: str, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def running_provider() -> Iterator[Provider]:
    """The provider until the block ends."""
    provider = Provider()
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        provider.shutdown()
        provider.server_close()


def secrets_for(provider: Provider, cookie_secret: str) -> str:
    """The content of secrets.toml with which the app signs people in there."""
    return f"""
[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "{cookie_secret}"

[auth.campus]
client_id = "{CLIENT}"
client_secret = "{SECRET}"
server_metadata_url = "{provider.address}/.well-known/openid-configuration"
"""
