"""Candidate passages for a question."""
