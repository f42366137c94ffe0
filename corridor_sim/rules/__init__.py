"""The rules of the model: pure scalar functions, written once and called by every engine.

They import nothing but `math` and one another, so that each can be compiled as it stands.
"""
