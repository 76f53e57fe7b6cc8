"""Fetch pages from the web: allowed addresses, robots.txt, connections, conditional requests."""
