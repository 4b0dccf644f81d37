"""What is on a picture? Runs in a process of its own (`keeper`), so that a hostile file can end no more than that."""
