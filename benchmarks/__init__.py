"""Speed and memory, beside what others offer; not installed. CONTRIBUTING.md says what each command measures."""
