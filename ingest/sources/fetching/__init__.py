"""Pages from the web: who may be asked, how, and what is remembered of them."""
