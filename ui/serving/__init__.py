"""How the page is served: to whom, by which address, and with what said to browsers."""
