#!/bin/sh
# Sees to it that there is a Chromium for the browser tests; says so, and goes on, where none can be had.
#   sh tests/browser/chromium.sh .venv/bin
[ -n "$CHROMIUM" ] && exit 0
for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
path=$("$1/python" -c 'from playwright.sync_api import sync_playwright as s
with s() as p: print(p.chromium.executable_path)' 2>/dev/null)
[ -n "$path" ] && [ -x "$path" ] && exit 0
echo "No Chromium on this machine: asking Playwright for one."
"$1/playwright" install chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Playwright has none here: asking apt."
  apt-get update -q >/dev/null 2>&1
  for name in chromium-headless-shell chromium; do
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q $name >/dev/null 2>&1 && exit 0
  done
fi
echo "*** No Chromium could be had: THE BROWSER TESTS WILL BE SKIPPED. Install one, or name it: CHROMIUM=/path make test ***" >&2
exit 0
