"""Rules on DynamoDB."""
