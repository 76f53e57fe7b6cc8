"""Benchmarks of speed and memory, beside LangChain; not part of the wheel. CONTRIBUTING.md lists the commands."""
