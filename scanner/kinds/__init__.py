"""The nouns: what exists in AWS, one file for each service, declarations only."""
