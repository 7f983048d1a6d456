"""One module per type of task: what happens when the flow reaches it and when what it holds is done."""
