"""What axe-core finds wrong with a page for people who use it by keyboard, ear or in another contrast."""

from __future__ import annotations

from dataclasses import dataclass

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

#: Rules that are not asked, each for what is Gradio's own and cannot be mended from outside, with the reason.
EXCLUDED: dict[str, str] = {}

_GRAVE = ("serious", "critical")
_RUN = """async (excluded) => {
  const found = await axe.run(document, {
    resultTypes: ['violations'],
    rules: Object.fromEntries(excluded.map((rule) => [rule, { enabled: false }])),
  });
  return found.violations.map(({ id, impact, help, nodes }) => ({
    id, impact, help, where: nodes.map((node) => [node.target.flat().join(' '), node.html, node.failureSummary || '']),
  }));
}"""


@dataclass(frozen=True)
class Violation:
    """A rule that is broken, and where.

    Attributes:
        rule: its name in axe-core.
        impact: serious or critical.
        help: what to do.
        where: for each element its selector, its HTML and what is wrong with it.
    """

    rule: str
    impact: str
    help: str
    where: tuple[tuple[str, str, str], ...]

    def __str__(self) -> str:
        places = "".join(f"\n  {target}\n    {html[:200]}\n    {why}" for target, html, why in self.where)
        return f"{self.impact}: {self.rule}: {self.help}{places}"


def violations(page: Page) -> list[Violation]:
    """Those of impact serious or critical; axe-core comes from the installed package, nothing is fetched."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(_RUN, list(EXCLUDED))
    return [
        Violation(each["id"], each["impact"], each["help"], tuple(tuple(place) for place in each["where"]))
        for each in found
        if each["impact"] in _GRAVE
    ]
