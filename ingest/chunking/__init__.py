"""Split an article into passages that end at the ends of sentences."""
