"""Names, numbers, negation and speech in English sentences."""
