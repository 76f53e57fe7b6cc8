"""Train the models that ship: data, near-misses, training, quantising, calibration.

Not part of the wheel. `python -m training.reader --help` says how to run it.
"""
