"""Which articles carry the same story: fingerprints and MinHash, without a database."""
