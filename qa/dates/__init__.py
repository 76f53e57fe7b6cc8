"""Date expressions: what they mean, in questions and in articles."""
