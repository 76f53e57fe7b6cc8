"""From an article to passages that end where sentences end."""
