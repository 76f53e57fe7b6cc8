"""One file a data set: each reads a folder of public data and gives questions, articles or passages."""
