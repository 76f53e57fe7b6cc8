"""Answers, and what they cost."""
