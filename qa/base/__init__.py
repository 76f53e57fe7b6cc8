"""Requests, answers and their cost."""
