"""The model that marks the words that answer, and what its scores are worth."""
