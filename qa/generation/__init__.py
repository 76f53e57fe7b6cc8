"""Answerers: one quotes, one writes with a chat model."""
