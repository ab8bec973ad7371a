"""What tests share: networks, references, processes, files. No tests in here."""
