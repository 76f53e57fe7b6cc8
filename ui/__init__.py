"""The user interfaces: the chat page and the command line."""
