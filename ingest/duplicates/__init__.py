"""Detect near-duplicates with fingerprints and MinHash, without a database."""
