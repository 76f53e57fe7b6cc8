"""The parts of the page: each lays its Gradio components out and wires their events."""
