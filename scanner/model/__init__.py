"""The ground: the nouns every other floor speaks of, and nothing that acts."""
