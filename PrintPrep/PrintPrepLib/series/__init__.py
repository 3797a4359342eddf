"""Files and folders to settled stacks: reading, choice, and what only pixels can decide."""
