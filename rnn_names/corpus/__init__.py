"""From text to names to indices."""
