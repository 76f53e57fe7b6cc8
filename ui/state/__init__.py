"""What the page keeps: talks, what people think of answers, who may come in. No Gradio, nothing is shown."""
