"""The indexes that are derived from Chroma: keywords, vectors, the reading copy, stories."""
