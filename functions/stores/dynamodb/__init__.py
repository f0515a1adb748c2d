"""DynamoDB adapters: one module for each port."""
