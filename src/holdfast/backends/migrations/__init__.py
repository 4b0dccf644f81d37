"""What has to change in a store from one layout to the next? An alembic revision each, named by the layout's number."""
