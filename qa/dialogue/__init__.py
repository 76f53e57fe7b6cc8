"""Follow-up questions: what a conversation is about, and what a question leaves out."""
