"""Date expressions and their meaning, in questions and in articles."""
