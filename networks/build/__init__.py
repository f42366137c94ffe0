"""Build the shipped network from the raw tables kept in ``networks/build/raw``.

``python -m networks.build`` from the root of the repository writes every table and drawing under
``networks/chongqing``. Only the tables there are read by the simulator; nothing here is installed.
"""
