"""From bytes to decoded rows, whatever state the bytes are in."""
