"""The indexes that are derived from Chroma: keywords, vectors, stories and the reading copy."""
