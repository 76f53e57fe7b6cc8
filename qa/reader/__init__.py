"""Read the candidate passages: mark the spans that answer, and compute their confidence."""
