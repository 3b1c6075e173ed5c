"""What a model of users' histories recommends, and how well."""
