"""Several cores: threads that share out array work, and the helper process."""
