"""Whether the cited text supports a sentence."""
