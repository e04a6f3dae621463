"""What is made from the declarations and checked in: rule pages, coverage, kinds, the read policy; and new files."""
