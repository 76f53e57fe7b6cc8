"""The parts of the page. Each lays out its Gradio components and connects their events."""
