"""The law: one file per rule, its examples are its tests."""
