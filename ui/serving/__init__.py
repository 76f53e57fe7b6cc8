"""Serve the page: sign-in, access control, security headers and the server itself."""
