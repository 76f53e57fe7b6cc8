"""Complete follow-up questions from the conversation before them."""
