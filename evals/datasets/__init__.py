"""One module per data set; each reads a folder of public data and returns questions, articles or passages."""
