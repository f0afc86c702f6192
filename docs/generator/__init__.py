"""The generated parts of the reference: each module returns Markdown for some."""
