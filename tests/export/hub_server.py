"""A stand-in for the Hugging Face Hub: repositories in memory, over the requests that `huggingface_hub` sends."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "hf_a_secret_of_the_test"


class Hub(ThreadingHTTPServer):
    """repositories: USER/NAME → path → content. private: those that were created so. seen: what was requested."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.private: set[str] = set()
        self.seen: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self, status: int, content: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def json(self, value: Any, status: int = 200, **headers: str) -> None:
        self.answer(status, json.dumps(value).encode(), Content_Type="application/json", **headers)

    def handle_request(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b"".join(self.chunks())
        path = self.path.split("?")[0]
        self.server.seen.append(f"{self.command} {path}")
        parts = path.strip("/").split("/")
        if self.command == "POST" and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.json({"error": "Unauthorized"}, 401)
        if path == "/api/repos/create":
            asked = json.loads(body)
            repo = f"{asked['organization']}/{asked['name']}" if asked.get("organization") else f"me/{asked['name']}"
            there = repo in self.server.repositories
            self.server.repositories.setdefault(repo, {})
            if not there and (asked.get("private") or asked.get("visibility") == "private"):
                self.server.private.add(repo)
            return self.json({"url": f"{self.server.address}/{repo}", "name": repo, "id": repo}, 409 if there else 200)
        if path == "/api/validate-yaml":
            return self.json({"errors": [], "warnings": []})
        repo = "/".join(parts[2:4] if parts[0] == "api" else parts[:2])
        files = self.server.repositories.get(repo)
        if files is None:
            return self.json({"error": "Repository not found"}, 404, X_Error_Code="RepoNotFound")
        if parts[0] == "api":
            return self.of_repository(repo, files, parts[4:], body)
        return self.download(files, "/".join(parts[4:]))

    do_GET = do_POST = do_HEAD = handle_request

    def of_repository(self, repo: str, files: dict[str, bytes], action: list[str], body: bytes) -> None:
        if not action or action[0] == "revision":
            siblings = [{"rfilename": name, "size": len(content), "blobId": "0"} for name, content in files.items()]
            return self.json({"id": repo, "modelId": repo, "sha": "c" * 40, "siblings": siblings, "private": repo in self.server.private})  # fmt: skip
        if action[0] == "preupload":
            asked = [file["path"] for file in json.loads(body)["files"]]
            return self.json(
                {"files": [{"path": path, "uploadMode": "regular", "shouldIgnore": False} for path in asked]}
            )
        if action[0] == "commit":
            for line in map(json.loads, body.splitlines()):
                value = line["value"]
                if line["key"] == "file":
                    files[value["path"]] = base64.b64decode(value["content"])
                elif line["key"] == "deletedFile":
                    del files[value["path"]]
            commit = "c" * 40
            return self.json({"commitUrl": f"{self.server.address}/{repo}/commit/{commit}", "commitOid": commit})
        return self.json({"error": "Not here"}, 404)

    def download(self, files: dict[str, bytes], name: str) -> None:
        if name not in files:
            return self.json({"error": "Entry not found"}, 404, X_Error_Code="EntryNotFound")
        content = files[name]
        etag = hashlib.sha1(content).hexdigest()
        self.answer(200, content, ETag=f'"{etag}"', X_Repo_Commit="c" * 40, Content_Type="application/octet-stream")

    def chunks(self) -> Iterator[bytes]:
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()


@contextmanager
def serving() -> Iterator[Hub]:
    with Hub() as hub:
        threading.Thread(target=hub.serve_forever, args=(0.02,), daemon=True).start()
        yield hub
        hub.shutdown()
