"""The use of several cores: threads that share array work, and the helper process."""
