"""Render values as Markdown or HTML: no Gradio, no input or output."""

from ui.render.answer import answer_markdown, problem_markdown, struck_markdown
from ui.render.article import article_html
from ui.render.cards import cards_html
from ui.render.confidence import confidence_line
from ui.render.links import CARRIER, CITE, NEAR

__all__ = [
    "CARRIER",
    "CITE",
    "NEAR",
    "answer_markdown",
    "article_html",
    "cards_html",
    "confidence_line",
    "problem_markdown",
    "struck_markdown",
]
