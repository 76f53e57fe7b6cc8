"""Understand a question: what it asks for, and the limits that it sets."""
