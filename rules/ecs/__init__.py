"""Rules on ECS: task definitions, services, clusters, container instances and their roles."""
