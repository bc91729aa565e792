"""Alembic's entry: runs the migrations on the connection that `schema.upgrade` opened."""

from alembic import context

from copilot.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True)
context.run_migrations()
