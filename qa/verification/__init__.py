"""Check whether the cited text supports a sentence."""
