"""The state of the page: conversations, feedback, shared answers and running jobs. No Gradio, nothing is rendered."""
