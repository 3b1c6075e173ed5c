"""What a browser on this machine can do; whoever opens the app from elsewhere has another one."""

from __future__ import annotations

import os
import shutil

from .finding import Finding, Place, ok, warning

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: A module with one SIMD instruction, as onnxruntime has many.
SIMD = "0,97,115,109,1,0,0,0,1,5,1,96,0,1,123,3,2,1,0,10,10,1,8,0,65,0,253,15,253,98,11"
PROBE = f"""() => ({{
    webgl: !!document.createElement("canvas").getContext("webgl"),
    wasm: typeof WebAssembly === "object" && WebAssembly.validate(new Uint8Array([{SIMD}])),
}})"""
LATER = "open https://get.webgl.org in the browser that you use"


def abilities(place: Place) -> Finding:
    """WebGL, which maps are drawn with, and WebAssembly with SIMD, which images are decoded with; both have a substitute."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        return ok(f"not checked, as playwright is not installed; {LATER}")
    path = next((path for name in NAMES if (path := shutil.which(name))), None)
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=as_root, timeout=30_000)
        except Error as error:
            reason = error.message.splitlines()[0]
            return ok(f"not checked, as no Chromium could be started ({reason}); {LATER}")
        try:
            version, able = browser.version, browser.new_page().evaluate(PROBE)
        finally:
            browser.close()
    lacking = [name for name, key in (("WebGL", "webgl"), ("WebAssembly with SIMD", "wasm")) if not able[key]]
    if lacking:
        instead = (
            "Turn on hardware acceleration or update the browser; until then maps are plain and the server decodes."
        )
        return warning(f"Chromium {version} lacks {' and '.join(lacking)}", instead)
    return ok(f"Chromium {version} has WebGL and WebAssembly with SIMD")
