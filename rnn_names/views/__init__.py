"""What people look at: the report of a training, with its charts, and the curves in a terminal."""
