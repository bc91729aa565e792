"""What every importer reads with: bytes to text, lines, blocks of lines, JSON values, CSV rows, local times."""
