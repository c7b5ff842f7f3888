"""Pieces of Markdown."""


def cell(value):
    return str(value).replace('\n', ' ').replace('|', '\\|').strip()


def code(value):
    return f'`{value}`' if value != '' else ''


def codes(values):
    return ', '.join(code(value) for value in values)


def row(values):
    return '|' + ''.join(f' {cell(value)} |' if cell(value) else ' |' for value in values) + '\n'


def table(head, rows):
    lines = [head, ['---' for _ in head], *rows]
    return ''.join(row(line) for line in lines)


def sentence(text):
    """With a capital at the start and a full stop at the end."""
    text = text.strip()
    return text if not text else text[0].upper() + text[1:] + ('' if text[-1] in '.!?:' else '.')
