"""Render the sign-in page, and the name of the person who is signed in."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from ui import words

_STYLE = """
:root { color-scheme: light dark; --page: #fafaf9; --card: #fff; --text: #1c1917; --line: #8a817b; --edge: #e7e5e4;
  --act: #92400e; --on-act: #fff; --bad: #b42318; --bad-page: #fef3f2; }
@media (prefers-color-scheme: dark) { :root { --page: #0c0a09; --card: #1c1917; --text: #f5f5f4; --line: #a8a29e;
  --edge: #44403c; --act: #fbbf24; --on-act: #1c1917; --bad: #fda29b; --bad-page: #3a1512; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--page);
  color: var(--text); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { width: 100%; max-width: 24rem; padding: 2rem; background: var(--card); border: 1px solid var(--edge);
  border-radius: 12px; }
h1 { margin: 0; font: 600 1.7rem/1.2 Georgia, "Times New Roman", serif; }
h1 + p { margin: .15rem 0 1.5rem; }
label { display: block; margin: 0 0 .3rem; font-weight: 600; }
input { width: 100%; min-height: 2.75rem; margin: 0 0 1.1rem; padding: .5rem .75rem; font: inherit; color: inherit;
  background: var(--page); border: 1px solid var(--line); border-radius: 8px; }
button { width: 100%; min-height: 2.75rem; font: inherit; font-weight: 600; color: var(--on-act);
  background: var(--act); border: 0; border-radius: 8px; cursor: pointer; }
:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
.problem { margin: 0 0 1.1rem; padding: .6rem .75rem; color: var(--bad); background: var(--bad-page);
  border: 1px solid var(--bad); border-radius: 8px; }
@media (max-width: 30rem) { main { padding: 1.25rem; } }
"""

# Keeps the fragment of the target address, which browsers do not send to the server. Without scripts it is lost.
_SCRIPT = "if (location.hash) document.forms[0].elements.next.value += location.hash;"


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


#: The policy of the sign-in page: it may use its style, run its one script and send its form.
POLICY = (
    f"default-src 'none'; style-src {_source(_STYLE)}; script-src {_source(_SCRIPT)}; img-src data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def sign_in_page(wanted: str = "/", problem: str = "", name: str = "") -> str:
    """Render the whole page.

    Args:
        wanted: the path on this host to open after signing in.
        problem: why the last attempt failed; empty before the first one.
        name: the name that was entered in the last attempt.
    """
    alert = f'<p class="problem" role="alert" id="problem">{escape(problem)}</p>' if problem else ""
    described = ' aria-describedby="problem"' if problem else ""
    at_name, at_password = ("", " autofocus") if name else (" autofocus", "")
    title = f"{problem} {words.SIGN_IN_TITLE}" if problem else words.SIGN_IN_TITLE
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{escape(words.TITLE)}</h1>
<p>{escape(words.SUBTITLE)}</p>
{alert}
<form method="post" action="/sign-in">
<input type="hidden" name="next" value="{escape(wanted)}">
<label for="name">{escape(words.NAME_LABEL)}</label>
<input id="name" name="name" value="{escape(name)}" dir="auto" required maxlength="64" autocomplete="username"
 autocapitalize="none" spellcheck="false"{described}{at_name}>
<label for="password">{escape(words.PASSWORD_LABEL)}</label>
<input id="password" name="password" type="password" required maxlength="1024" autocomplete="current-password"
{described}{at_password}>
<button type="submit">{escape(words.SIGN_IN)}</button>
</form>
</main>
<script>{_SCRIPT}</script>
</body>
</html>
"""


def signed_in_html(name: str | None) -> str:
    """Render the name of the signed-in person with a button to sign out; empty if the page has no sign-in."""
    if not name:
        return ""
    return (
        f'<form class="signed-in" method="post" action="/sign-out">{escape(words.SIGNED_IN_AS)} '
        f'<bdi>{escape(name)}</bdi> · <button type="submit">{escape(words.SIGN_OUT)}</button></form>'
    )
