"""Who there is: users who can receive a code, the people they stand for, and their roles."""
