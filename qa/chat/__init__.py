"""Chat models, prompts, and the stream of what a model writes."""
