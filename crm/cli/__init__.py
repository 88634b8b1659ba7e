"""The command line: thin callers of the rooms' doors."""
