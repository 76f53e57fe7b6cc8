"""Turn the draft that a reader extracted into a clean Article with date, language and identity."""
