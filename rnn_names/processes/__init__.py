"""Several cores: threads that share out array work, and a second process."""
